/** The photo as it is, for as long as a button or a key is held. */

/**
 * @param {HTMLElement} button
 * @param {string} key a letter that does the same, wherever the focus is
 * @param {(on: boolean) => void} onHold
 */
export function listenForHold(button, key, onHold) {
  let held = false;
  const hold = (/** @type {boolean} */ on) => {
    if (on === held) return;
    held = on;
    button.setAttribute("aria-pressed", String(on));
    onHold(on);
  };
  button.addEventListener("pointerdown", () => hold(true));
  for (const name of ["pointerup", "pointercancel", "pointerleave", "blur"]) {
    button.addEventListener(name, () => hold(false));
  }
  button.addEventListener("contextmenu", (event) => event.preventDefault()); // a long touch is none
  document.addEventListener("keydown", (event) => {
    if (isAsked(event, button, key)) hold(true);
  });
  document.addEventListener("keyup", () => hold(false));
  window.addEventListener("blur", () => hold(false));
}

/**
 * @param {KeyboardEvent} event
 * @param {HTMLElement} button
 * @param {string} key
 */
function isAsked(event, button, key) {
  if (event.ctrlKey || event.metaKey || event.altKey) return false;
  if (event.target === button && (event.key === " " || event.key === "Enter")) return true;
  return event.key.toLowerCase() === key && !(event.target instanceof HTMLSelectElement); // a letter there chooses
}
