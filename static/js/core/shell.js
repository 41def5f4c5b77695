/**
 * What every page has around its own parts: what the server put into it, the colour tables, a line
 * that says something, a box for what went wrong, a line for what is waited for, and timers.
 *
 * A page opens with `boot`:
 *
 *     boot((shell) => new Studio(shell));
 */

import { parseTable } from "../math/colour.js";
import { getColours, sentenceOf } from "./api.js";
import { byId } from "./dom.js";

const SAID = 6000; // milliseconds that a sentence stands

/**
 * Opens a page once its colours are there; where they do not come, its problem box says so.
 * @template Page
 * @param {(shell: Shell<Page>) => unknown} open
 */
export async function boot(open) {
  const shell = /** @type {Shell<Page>} */ (new Shell());
  const colours = await getColours().catch((error) => {
    shell.problem(`${sentenceOf(error)} Load the page again.`);
    return null;
  });
  if (!colours) return;
  shell.tables = new Map(Object.entries(colours).map(([name, digits]) => [name, parseTable(digits)]));
  open(shell);
}

/** @template Page what the server put into the page, as its route in app/pages makes it */
export class Shell {
  constructor() {
    /** @type {Page} */
    this.page = JSON.parse(byId("page-data").textContent ?? "{}");
    /** @type {Map<string, Uint8Array>} colour tables by their names */
    this.tables = new Map();
    /** @type {Map<string, number>} */
    this.timers = new Map();
  }

  /** The table of numbers that may be negative. */
  get diverging() {
    return /** @type {Uint8Array} */ (this.tables.get("vik"));
  }

  /**
   * Does something later, and once, however often it is asked for meanwhile.
   * @param {string} name what is asked for again takes the place of what it was before
   * @param {number} milliseconds
   * @param {() => void} work
   */
  after(name, milliseconds, work) {
    this.cancel(name);
    this.timers.set(name, window.setTimeout(work, milliseconds));
  }

  /** @param {string} name of what is to be done later, and now is not */
  cancel(name) {
    clearTimeout(this.timers.get(name));
  }

  /**
   * Says something that needs no answer: it goes away by itself.
   * @param {string} sentence
   */
  say(sentence) {
    byId("said").textContent = sentence;
    this.after("said", SAID, () => {
      byId("said").textContent = "";
    });
  }

  /** @param {string} sentence what went wrong and what to do; "" takes it away */
  problem(sentence) {
    const box = byId("problem");
    box.hidden = !sentence;
    box.textContent = sentence;
  }

  /** @param {string} sentence what is waited for; "" when there is nothing */
  progress(sentence) {
    const text = byId("progress-text");
    byId("progress").hidden = !sentence;
    if (text.textContent !== sentence) text.textContent = sentence; // what stands is not said again
  }

  /**
   * Keeps a view in the history, before the page takes what a visitor has made from it: Back returns to it.
   * @param {string} link of the view as it is
   */
  keep(link) {
    this.address(link);
    history.pushState(null, "", link);
  }

  /**
   * Makes the address that of the view, so that it can be copied at any time.
   * @param {string} link path, query and fragment
   */
  address(link) {
    const { pathname, search, hash } = location;
    if (link !== pathname + search + hash) history.replaceState(null, "", link);
  }
}
