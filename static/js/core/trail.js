/** What Back goes to: every choice is an entry of the history, and a slider's way to its place is none. */

import { fromSearch, toSearch } from "./store.js";

/**
 * What a page's changes are: fields that slide, and fields that held keys go through many of.
 * @template {object} V
 * @typedef {{fields: import("./store.js").Fields<V>, slid: readonly string[], held: readonly string[]}} Manners
 */

const SOON = 1000; // milliseconds between two changes that are one

/** @template {object} V */
export class Trail {
  /**
   * @param {Manners<V>} manners
   * @param {V} view that of the address
   * @param {(view: V) => void} onBack the address has become that of another entry
   */
  constructor(manners, view, onBack) {
    this.manners = manners;
    this.written = view;
    this.settling = true; // what is written next is still that of the entry which was opened
    this.last = { names: "", at: 0 };
    window.addEventListener("popstate", () => {
      this.written = fromSearch(location.search, manners.fields);
      this.settling = true;
      onBack(this.written);
    });
  }

  /**
   * Makes the address that of the view, in an entry of its own where there was a choice.
   * @param {V} view
   */
  write(view) {
    const { fields } = this.manners;
    const names = differing(this.written, view, fields);
    const add = !this.settling && this.isStep(names);
    this.settling = false;
    if (!names.length) return;
    this.written = view;
    this.last = { names: names.join(), at: Date.now() };
    history[add ? "pushState" : "replaceState"](null, "", location.pathname + toSearch(view, fields));
  }

  /**
   * What an entry names is shown as it is: whatever is chosen from now on is a step.
   * @param {V} view
   */
  opened(view) {
    this.settling = true;
    this.write(view);
  }

  /**
   * The same at once where there was a choice, so that none is lost among quick ones; what slides or is
   * held waits for the next `write`, for browsers refuse hundreds of them.
   * @param {V} view
   */
  add(view) {
    const names = differing(this.written, view, this.manners.fields);
    if (this.isStep(names)) this.write(view);
    else this.last = { names: names.join(), at: Date.now() };
  }

  /** @param {string[]} names of the fields that changed */
  isStep(names) {
    return isStep(names, this.manners, this.last.names, Date.now() - this.last.at);
  }
}

/**
 * The fields in which two views are not the same.
 * @template {object} V
 * @param {V} one
 * @param {V} other
 * @param {import("./store.js").Fields<V>} fields
 */
export function differing(one, other, fields) {
  const { defaults } = fields;
  const spelled = (/** @type {V} */ view, /** @type {string} */ name) =>
    toSearch({ ...defaults, [name]: view[/** @type {keyof V} */ (name)] }, fields);
  return Object.keys(defaults).filter((name) => spelled(one, name) !== spelled(other, name));
}

/**
 * Whether a change is a choice of its own, and not a slider's move or one more of a key that is held.
 * @param {string[]} names of the fields that changed
 * @param {Pick<Manners<any>, "slid" | "held">} manners
 * @param {string} last the names of the change before, with commas between
 * @param {number} elapsed milliseconds since then
 */
export function isStep(names, { slid, held }, last, elapsed) {
  if (names.every((name) => slid.includes(name))) return false;
  const repeated = names.every((name) => held.includes(name)) && names.join() === last;
  return !(repeated && elapsed < SOON);
}
