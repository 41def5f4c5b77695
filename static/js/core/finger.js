/** What points at a page, as its sentences say it: "Click" of a mouse is "Tap" of a finger. */

/** The same as in base/document.css, which hides names of keys from a finger. */
const FINGER = "(hover: none), (pointer: coarse)";

/** Whether a finger points. */
export function byFinger() {
  return window.matchMedia(FINGER).matches;
}

/**
 * What a sentence asks for at its beginning.
 * @param {boolean} finger
 */
export function press(finger) {
  return finger ? "Tap" : "Click";
}

/**
 * Calls back when that changes: a tablet is given a mouse.
 * @param {() => void} changed
 */
export function onPointer(changed) {
  window.matchMedia(FINGER).addEventListener("change", changed);
}
