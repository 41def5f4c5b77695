/**
 * Query, key and value step by step: one query of one head, with the real numbers of its trace
 * (Vaswani et al. 2017, section 3.2.1).
 *
 * @typedef {import("../../schema.js").Site} Site
 * @typedef {{site: string, head: number, query: import("../../math/query.js").AnyQuery}} Choice
 * @typedef {object} Opening
 * @property {HTMLElement} element filled while the panel is open, hidden and empty when it is not
 * @property {string} trace id
 * @property {Site[]} sites those to choose from
 * @property {Choice} choice
 * @property {Uint8Array} table a diverging colour table, (256, 3)
 * @property {string} [step] the query-key-value step that is open: "1" to "8", or "all"
 * @property {string} [note] a sentence on the choice
 * @property {{query: string[], key: string[]}} [labels] instead of the site's own
 * @property {(canvas: HTMLCanvasElement, key: number) => void} [drawKey] paints a key's patch
 * @property {(choice: Choice) => void} [onChoose] another site, head or query was chosen in the panel
 * @property {(step: string) => void} [onStep]
 * @property {(error: unknown) => void} [onProblem] the panel shows its sentence by itself
 * @property {() => void} [onClose]
 * @property {boolean} [fixed] whether it stands on the page for good: it takes no focus, and does not close
 */

import { getSteps, sentenceOf, stepsPath } from "../../core/api.js";
import { entryName, queryAt } from "../../math/axis.js";
import { isSame } from "../../math/query.js";
import { explained } from "./formulas.js";
import { choices, explanation, frame } from "./frame.js";
import { DOZEN, decimal, heaviest, isRootOfWidth, rowsOf, topOf } from "./numbers.js";
import { Products } from "./products.js";
import { drawOutputs, drawTable, keyOf } from "./table.js";
import { Tip } from "./tip.js";
import { Under } from "./under.js";
import { Walk } from "./walk.js";

const MOST = 4 * DOZEN;

/**
 * Opens the panel in an element. The focus goes to its title, and back when it closes.
 * @param {Opening} opening
 */
export function openSteps(opening) {
  return new StepsPanel(opening);
}

export class StepsPanel {
  /** @param {Opening} opening */
  constructor(opening) {
    this.opening = opening;
    this.choice = opening.choice;
    this.least = DOZEN;
    this.path = "";
    this.before = document.activeElement;
    this.frame = frame();
    this.walk = new Walk(this.frame, (step) => opening.onStep?.(step));
    this.tip = new Tip(this.frame);
    this.under = new Under(this.frame.under, { more: () => this.more(), query: () => this.askFromKept() });
    this.products = new Products(this.frame.products, opening.table);
    this.loading = new AbortController();
    this.closing = new AbortController();
    /** @type {import("./formulas.js").Present | null} */
    this.present = null;
    /** @type {import("./numbers.js").KeyRow | null} */
    this.kept = null; // the chosen key, also while another one is looked at
    /** @type {Map<number, HTMLTableRowElement>} */
    this.lines = new Map();
    /** @type {import("./cells.js").Cells[]} */
    this.strips = [];
    opening.element.replaceChildren(this.frame.root);
    opening.element.hidden = false;
    this.listen();
    this.frame.note.textContent = opening.note ?? "";
    this.open(opening.step || "1");
    this.load();
    if (this.before !== document.body && !opening.fixed) this.frame.title.focus(); // opened by hand, not by a link
  }

  get site() {
    const { sites } = this.opening;
    return sites.find((site) => site.name === this.choice.site) ?? sites[0];
  }

  /** How far it is open: "1" to "8", or "all". */
  get step() {
    return this.walk.step;
  }

  /** @param {string} step */
  open(step) {
    this.walk.open(step);
  }

  listen() {
    const { root, close, table } = this.frame;
    close.hidden = this.opening.fixed ?? false;
    close.addEventListener("click", () => this.close());
    table.addEventListener("click", (event) => this.chosen(keyOf(event.target)));
    table.addEventListener("pointermove", (event) => this.look(keyOf(event.target)));
    table.addEventListener("pointerleave", () => this.look(null));
    root.addEventListener("pointermove", (event) => this.point(event));
    root.addEventListener("pointerleave", () => this.point(null));
    root.addEventListener("keydown", (event) => this.key(event));
    const { signal } = this.closing;
    document.addEventListener("keydown", (event) => this.escape(event), { signal });
  }

  /** @param {KeyboardEvent} event */
  escape({ key, target }) {
    const near = target === document.body || this.frame.root.contains(/** @type {Node} */ (target));
    if (key === "Escape" && near && !this.opening.fixed) this.close();
  }

  /**
   * Shows another query, head or site; what is already shown is not asked for again.
   * @param {Choice} choice
   * @param {{trace?: string, sites?: Site[], note?: string}} [change]
   */
  show(choice, { note = "", ...change } = {}) {
    this.frame.note.textContent = note;
    const { site, head, query } = this.choice;
    const same = site === choice.site && head === choice.head && isSame(query, choice.query);
    const there = change.trace === undefined || change.trace === this.opening.trace;
    if (same && there && this.frame.problem.hidden) return;
    Object.assign(this.opening, change);
    this.choice = { ...choice };
    this.least = DOZEN;
    this.load();
  }

  /** @param {Partial<Choice>} change */
  choose(change) {
    const next = { ...this.choice, ...change };
    const site = this.opening.sites.find((each) => each.name === next.site) ?? this.site;
    if (next.head >= site.heads) next.head = 0;
    this.show(next, { note: this.frame.note.textContent ?? "" });
    this.opening.onChoose?.(next);
  }

  more() {
    this.least += DOZEN;
    this.load();
  }

  askFromKept() {
    this.choose({ query: queryAt(this.site.query, this.kept?.number ?? 0) });
  }

  async load() {
    this.loading.abort();
    this.loading = new AbortController();
    const { signal } = this.loading;
    const { body } = this.frame;
    body.setAttribute("aria-busy", "true");
    this.drawChoices();
    this.path = stepsPath(this.opening.trace, { ...this.choice, top: topOf(this.site.key.size, this.least) });
    try {
      this.draw(await getSteps(this.path, signal));
      this.problem("");
    } catch (error) {
      if (signal.aborted) return;
      this.problem(sentenceOf(error));
      this.opening.onProblem?.(error);
    }
    body.setAttribute("aria-busy", "false");
  }

  /** @param {string} sentence in place of the numbers; "" shows them */
  problem(sentence) {
    const { body, problem } = this.frame;
    if (sentence) problem.textContent = sentence;
    problem.hidden = !sentence;
    body.hidden = sentence !== "";
  }

  drawChoices() {
    const { query } = this.site;
    const count = query.kind === "token" ? query.size : 0; // patches are chosen on the picture
    const names = Array.from({ length: count }, (_, i) => this.name(query, i, "query"));
    const place = this.frame.choices;
    const focused = /** @type {HTMLSelectElement | null} */ (place.querySelector("select:focus"))?.name;
    place.replaceChildren(
      ...choices(this.choice, this.opening.sites, names, (change) => this.choose(change)),
    );
    if (focused) /** @type {HTMLElement | null} */ (place.querySelector(`[name="${focused}"]`))?.focus();
  }

  /**
   * @param {import("../../schema.js").Axis} axis
   * @param {number} index
   * @param {"query" | "key"} side
   */
  name(axis, index, side) {
    return this.opening.labels?.[side][index] ?? entryName(axis, index);
  }

  /** @param {import("../../schema.js").QueryKeyValue} found */
  draw(found) {
    const { table, drawKey = null } = this.opening;
    const present = this.presentOf(found);
    this.present = this.walk.present = present;
    this.kept = present.row;
    const made = drawTable(present, { table, drawKey, divisor: divisorOf(found) });
    this.lines = made.rows;
    this.frame.table.replaceChildren(made.table);
    const asks = this.site.kind === "self";
    this.under.draw(present, { more: this.least < MOST, asks, path: this.path });
    this.strips = [...made.strips, ...drawOutputs(this.frame.outputs, present, table)];
    this.drawKey(present);
    this.open(this.step);
  }

  /**
   * What is drawn; the key that was looked at is kept, where it is among the new ones.
   * @param {import("../../schema.js").QueryKeyValue} found
   * @returns {import("./formulas.js").Present}
   */
  presentOf(found) {
    const rows = rowsOf(found);
    const before = this.present?.row.number;
    return {
      found,
      rows,
      row: rows.find((row) => row.number === before) ?? heaviest(rows),
      label: (key) => this.name(found.key, key, "key"),
      query: this.name(this.site.query, found.query_number, "query"),
      heads: this.site.heads,
    };
  }

  /**
   * What depends on the key that is looked at: the formulas' numbers and the products.
   * @param {import("./formulas.js").Present} present
   */
  drawKey(present) {
    const kept = this.kept?.number ?? 0;
    for (const [number, line] of this.lines) {
      line.classList.toggle("here", number === present.row.number);
      line.querySelector("button")?.setAttribute("aria-pressed", String(number === kept));
    }
    this.frame.explained.replaceChildren(...explained(present).map((each, i) => explanation(each, i + 1)));
    this.under.name(present, kept);
    this.products.draw(present);
    this.walk.hide();
  }

  /** @param {number | null} key a key that is looked at while the pointer is on it; null is the chosen one */
  look(key) {
    const { present, kept } = this;
    if (!present || !kept) return;
    const row = present.rows.find((each) => each.number === key) ?? kept;
    if (row === present.row) return;
    present.row = row;
    this.drawKey(present);
  }

  /** @param {number | null} key */
  chosen(key) {
    const { present } = this;
    const row = present?.rows.find((each) => each.number === key);
    if (!row || !present) return;
    this.kept = present.row = row;
    this.drawKey(present);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (target.matches("select, input, .scroll, .steps-formula")) return;
    const ahead = getComputedStyle(this.frame.root).direction === "rtl" ? -1 : 1;
    const turn = { ArrowRight: ahead, ArrowLeft: -ahead }[event.key];
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (turn) this.walk.turn(turn);
    else if (move && target.matches(".key-name")) this.move(move);
    else return;
    event.preventDefault();
  }

  /** @param {number} by rows of the table */
  move(by) {
    const keys = [...this.lines.keys()];
    const next = keys[keys.indexOf(this.kept?.number ?? -1) + by];
    if (next === undefined) return;
    this.chosen(next);
    this.lines.get(next)?.querySelector("button")?.focus();
  }

  /** @param {PointerEvent | null} event */
  point(event) {
    const { strips } = this.products;
    const found = this.tip.follow(event, [...strips, ...this.strips]);
    if (found && strips.includes(found.strip)) this.products.point(found.index);
  }

  /** Empties the element, and gives the focus back to where it was. */
  close() {
    const { element, onClose } = this.opening;
    const within = this.frame.root.contains(document.activeElement);
    this.loading.abort();
    this.closing.abort();
    element.replaceChildren();
    element.hidden = true;
    if (within && this.before instanceof HTMLElement) this.before.focus();
    onClose?.();
  }
}

/**
 * What scores are multiplied or divided by.
 * @param {import("../../schema.js").QueryKeyValue} found
 */
function divisorOf({ scale, query }) {
  return isRootOfWidth(scale, query.length) ? `÷ √${query.length}` : `× ${decimal(scale)}`;
}
