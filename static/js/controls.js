/** Binds form controls to the state: a control's name is the state's field. */

/**
 * @typedef {import("./state.js").Store} Store
 * @typedef {import("./state.js").View} View
 */

/**
 * @param {Store} store
 */
export function bindControls(store) {
  const fields = () =>
    /** @type {NodeListOf<HTMLInputElement | HTMLSelectElement>} */ (
      document.querySelectorAll("[data-state]")
    );
  for (const field of fields()) {
    const type = field.type === "range" ? "input" : "change";
    field.addEventListener(type, () => {
      const name = /** @type {string} */ (field.dataset.state);
      const value = read(field, store.view[/** @type {keyof View} */ (name)]);
      if (value !== undefined) store.set({ [name]: value });
    });
  }
  const show = () => {
    for (const field of fields()) write(field, store.view);
    document.body.dataset.lens = store.view.lens;
    document.body.dataset.method = store.view.method;
  };
  store.listen(show);
  show();
}

/**
 * @param {HTMLInputElement | HTMLSelectElement} field
 * @param {unknown} now
 */
function read(field, now) {
  if (field instanceof HTMLInputElement) {
    if (field.type === "checkbox") return field.checked;
    if (field.type === "radio" && !field.checked) return undefined;
  }
  return typeof now === "number" ? Number(field.value) : field.value;
}

/**
 * @param {HTMLInputElement | HTMLSelectElement} field
 * @param {View} view
 */
function write(field, view) {
  const value = view[/** @type {keyof View} */ (field.dataset.state)];
  if (field instanceof HTMLInputElement && field.type === "radio") {
    field.checked = field.value === String(value);
  } else if (field instanceof HTMLInputElement && field.type === "checkbox") {
    field.checked = Boolean(value);
  } else field.value = String(value);
  const output = document.querySelector(`output[for="${field.id}"]`);
  if (output) output.textContent = `${value} %`;
}
