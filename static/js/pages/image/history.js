/** What Back goes to: every choice is an entry of the history, and a slider's way to its place is none. */

import { fromSearch, toSearch } from "../../core/store.js";
import { FIELDS } from "./view.js";

/** @typedef {import("./view.js").View} View */

const SLID = Object.freeze(["opacity", "keep", "floor"]);
const HELD = Object.freeze(["query", "layer", "head", "steps"]); // keys that are held go through many
const SOON = 1000; // milliseconds between two changes that are one

export class Trail {
  /**
   * @param {View} view that of the address
   * @param {(view: View) => void} onBack the address has become that of another entry
   */
  constructor(view, onBack) {
    this.written = view;
    this.settling = true; // what is written next is still that of the entry which was opened
    this.last = { names: "", at: 0 };
    window.addEventListener("popstate", () => {
      this.written = fromSearch(location.search, FIELDS);
      this.settling = true;
      onBack(this.written);
    });
  }

  /**
   * Makes the address that of the view, in an entry of its own where there was a choice.
   * @param {View} view
   */
  write(view) {
    const names = differing(this.written, view);
    const add = !this.settling && this.isStep(names);
    this.settling = false;
    if (!names.length) return;
    this.written = view;
    this.last = { names: names.join(), at: Date.now() };
    history[add ? "pushState" : "replaceState"](null, "", location.pathname + toSearch(view, FIELDS));
  }

  /**
   * The same at once where there was a choice, so that none is lost among quick ones; what slides or is
   * held waits for the next `write`, for browsers refuse hundreds of them.
   * @param {View} view
   */
  add(view) {
    const names = differing(this.written, view);
    if (this.isStep(names)) this.write(view);
    else this.last = { names: names.join(), at: Date.now() };
  }

  /** @param {string[]} names of the fields that changed */
  isStep(names) {
    return isStep(names, this.last.names, Date.now() - this.last.at);
  }
}

/**
 * The fields in which two views are not the same.
 * @param {View} one
 * @param {View} other
 */
export function differing(one, other) {
  const spelled = (/** @type {View} */ view, /** @type {string} */ name) =>
    toSearch({ ...FIELDS.defaults, [name]: view[/** @type {keyof View} */ (name)] }, FIELDS);
  return Object.keys(FIELDS.defaults).filter((name) => spelled(one, name) !== spelled(other, name));
}

/**
 * Whether a change is a choice of its own, and not a slider's move or one more of a key that is held.
 * @param {string[]} names of the fields that changed
 * @param {string} last the names of the change before, with commas between
 * @param {number} elapsed milliseconds since then
 */
export function isStep(names, last, elapsed) {
  if (names.every((name) => SLID.includes(name))) return false;
  const held = names.every((name) => HELD.includes(name)) && names.join() === last;
  return !(held && elapsed < SOON);
}
