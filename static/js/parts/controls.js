/** Binds form controls to the state: a control's name is the state's field. */

/**
 * @template {object} V
 * @param {import("../core/store.js").Store<V>} store
 * @param {(keyof V & string)[]} shown fields that the body names too, for styles to follow
 */
export function bindControls(store, shown) {
  const fields = () =>
    /** @type {NodeListOf<HTMLInputElement | HTMLSelectElement>} */ (
      document.querySelectorAll("[data-state]")
    );
  for (const field of fields()) {
    const type = field.type === "range" ? "input" : "change";
    field.addEventListener(type, () => {
      const name = /** @type {string} */ (field.dataset.state);
      const value = read(field, store.view[/** @type {keyof V} */ (name)]);
      if (value !== undefined) store.set(/** @type {Partial<V>} */ ({ [name]: value }));
    });
  }
  const show = () => {
    for (const field of fields()) {
      write(field, store.view[/** @type {keyof V} */ (field.dataset.state)]);
    }
    for (const name of shown) document.body.dataset[name] = String(store.view[name]);
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
 * @param {unknown} value
 */
function write(field, value) {
  if (field instanceof HTMLInputElement && field.type === "radio") {
    field.checked = field.value === String(value);
  } else if (field instanceof HTMLInputElement && field.type === "checkbox") {
    field.checked = Boolean(value);
  } else field.value = String(value);
  const output = document.querySelector(`output[for="${field.id}"]`);
  if (output) output.textContent = `${value}${/** @type {HTMLElement} */ (output).dataset.unit ?? " %"}`;
}
