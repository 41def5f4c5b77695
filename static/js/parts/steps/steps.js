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
 * @property {string} [step] how far it is open: "1" to "8", or "all"
 * @property {string} [note] a sentence on the choice
 * @property {{query: string[], key: string[]}} [labels] instead of the site's own
 * @property {(canvas: HTMLCanvasElement, key: number) => void} [drawKey] paints a key's patch
 * @property {(choice: Choice) => void} [onChoose] another site, head or query was chosen in the panel
 * @property {(step: string) => void} [onStep]
 * @property {(error: unknown) => void} [onProblem] the panel shows its sentence by itself
 * @property {() => void} [onClose]
 */

import { getSteps, ROOT, sentenceOf, stepsPath } from "../../core/api.js";
import { html } from "../../core/dom.js";
import { entryName, queryAt } from "../../math/axis.js";
import { isSame } from "../../math/query.js";
import { cellAt, cellWords } from "./cells.js";
import { explained } from "./formulas.js";
import { choices, explanation, frame } from "./frame.js";
import { DOZEN, figure, heaviest, isRootOfWidth, leftOut, rowsOf, topOf } from "./numbers.js";
import { Products } from "./products.js";
import { drawOutputs, drawTable, keyOf } from "./table.js";
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
    this.before = document.activeElement;
    this.frame = frame();
    this.walk = new Walk(this.frame, opening.step || "1", (step) => this.opening.onStep?.(step));
    this.products = new Products(this.frame.products, opening.table);
    this.loading = new AbortController();
    this.closing = new AbortController();
    /** @type {import("./formulas.js").Present | null} */
    this.present = null;
    /** @type {Map<number, HTMLTableRowElement>} */
    this.lines = new Map();
    /** @type {import("./cells.js").Cells[]} */
    this.strips = [];
    opening.element.replaceChildren(this.frame.root);
    opening.element.hidden = false;
    this.listen();
    this.frame.note.textContent = opening.note ?? "";
    this.open(this.step);
    this.load();
    if (this.before !== document.body) this.frame.title.focus(); // opened by hand, not by a link
  }

  get site() {
    const { sites } = this.opening;
    return sites.find((site) => site.name === this.choice.site) ?? sites[0];
  }

  listen() {
    const { root, close, table } = this.frame;
    const { signal } = this.closing;
    close.addEventListener("click", () => this.close());
    table.addEventListener("click", (event) => this.chosen(keyOf(event.target)));
    table.addEventListener("pointermove", (event) => this.look(keyOf(event.target)));
    table.addEventListener("pointerleave", () => this.look(null));
    root.addEventListener("pointermove", (event) => this.tip(event));
    root.addEventListener("pointerleave", () => this.tip(null));
    root.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener(
      "keydown",
      (event) => {
        const near = event.target === document.body || root.contains(/** @type {Node} */ (event.target));
        if (event.key === "Escape" && near) this.close();
      },
      { signal },
    );
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

  async load() {
    this.loading.abort();
    this.loading = new AbortController();
    const { signal } = this.loading;
    const { body, problem } = this.frame;
    body.setAttribute("aria-busy", "true");
    this.drawChoices();
    this.path = stepsPath(this.opening.trace, { ...this.choice, top: topOf(this.site.key.size, this.least) });
    try {
      this.draw(await getSteps(this.path, signal));
      problem.hidden = true;
      body.hidden = false;
    } catch (error) {
      if (signal.aborted) return;
      problem.textContent = sentenceOf(error);
      problem.hidden = false;
      body.hidden = true;
      this.opening.onProblem?.(error);
    }
    body.setAttribute("aria-busy", "false");
  }

  drawChoices() {
    const { query } = this.site;
    const names =
      query.kind === "token"
        ? Array.from({ length: query.size }, (_, i) => this.name(query, i, "query"))
        : [];
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
    const rows = rowsOf(found);
    const keyNow = this.present?.row.number;
    const { site } = this;
    this.present = {
      found,
      rows,
      row: rows.find((row) => row.number === keyNow) ?? heaviest(rows),
      label: (key) => this.name(found.key, key, "key"),
      query: this.name(site.query, found.query_number, "query"),
      heads: site.heads,
    };
    this.walk.present = this.present;
    this.kept = this.present.row;
    this.drawTable(this.present);
    this.drawUnder(this.present);
    this.drawKey();
    this.open(this.step);
  }

  /** @param {import("./formulas.js").Present} present */
  drawTable(present) {
    const { table, drawKey = null } = this.opening;
    const { query, scale } = present.found;
    const root = isRootOfWidth(scale, query.length);
    const divisor = root ? `÷ √${query.length}` : `× ${figure(scale)}`;
    const made = drawTable(present, { table, drawKey, divisor });
    this.lines = made.rows;
    this.frame.table.replaceChildren(made.table);
    this.strips = [...made.strips, ...drawOutputs(this.frame.outputs, present, table)];
  }

  /**
   * How many keys are left out, more of them, the chosen key as the query, and the plain numbers.
   * @param {import("./formulas.js").Present} present
   */
  drawUnder({ found, rows }) {
    /** @type {(Node | string)[]} */
    const parts = [];
    const { count, weight } = leftOut(found);
    if (count) {
      const kept = `The ${rows.length} heaviest of ${found.key.size} keys`;
      parts.push(`${kept}; the other ${count} hold ${(100 * weight).toFixed(1)} % of the weight. `);
    }
    if (count && this.least < MOST) parts.push(press(`Show ${DOZEN} more`, () => this.more()));
    if (this.site.kind === "self") {
      this.asQuery = press("", () => this.turnKeyToQuery());
      parts.push(this.asQuery);
    }
    parts.push(html("a", { href: ROOT + this.path, target: "_blank" }, "These numbers as JSON"));
    this.frame.under.replaceChildren(...parts);
  }

  more() {
    this.least += DOZEN;
    this.load();
  }

  turnKeyToQuery() {
    this.choose({ query: queryAt(this.site.query, this.kept?.number ?? 0) });
  }

  /** What depends on the key that is looked at: the formulas' numbers and the products. */
  drawKey() {
    const present = /** @type {import("./formulas.js").Present} */ (this.present);
    const { row, label } = present;
    for (const [number, line] of this.lines) {
      line.classList.toggle("here", number === row.number);
      line.querySelector("button")?.setAttribute("aria-pressed", String(number === this.kept?.number));
    }
    this.frame.explained.replaceChildren(...explained(present).map((each, i) => explanation(each, i + 1)));
    if (this.asQuery) {
      this.asQuery.textContent = `Take “${label(this.kept?.number ?? 0)}” as the query`;
      this.asQuery.hidden = this.kept?.number === present.found.query_number;
    }
    this.products.draw(present);
    this.walk.hide();
  }

  /** How far it is open: "1" to "8", or "all". */
  get step() {
    return this.walk.step;
  }

  /** @param {string} step */
  open(step) {
    this.walk.open(step);
  }

  /** @param {number | null} key a key that is looked at while the pointer is on it; null is the chosen one */
  look(key) {
    const { present, kept } = this;
    if (!present || !kept) return;
    const row = present.rows.find((each) => each.number === key) ?? kept;
    if (row === present.row) return;
    present.row = row;
    this.drawKey();
  }

  /** @param {number | null} key */
  chosen(key) {
    const row = this.present?.rows.find((each) => each.number === key);
    if (!row || !this.present) return;
    this.kept = this.present.row = row;
    this.drawKey();
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    if (
      target.matches("select, input, .scroll, .steps-formula") ||
      event.altKey ||
      event.ctrlKey ||
      event.metaKey
    )
      return;
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

  /** @param {PointerEvent | null} event the exact number under the pointer; null hides it */
  tip(event) {
    const { tip, root } = this.frame;
    const product = this.products.strips.find(({ canvas }) => canvas === event?.target);
    const found = product ?? this.strips.find(({ canvas }) => canvas === event?.target);
    const index = found && event ? cellAt(found, event) : null;
    tip.hidden = index === null;
    if (!found || !event || index === null) return;
    if (product) this.products.point(index);
    tip.textContent = cellWords(found, index);
    const box = root.getBoundingClientRect();
    const x = event.clientX - box.left;
    tip.style.left = `${x}px`;
    tip.style.top = `${event.clientY - box.top}px`;
    tip.classList.toggle("flip", x > box.width / 2);
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
 * @param {string} text
 * @param {() => void} work
 */
function press(text, work) {
  const button = html("button", { type: "button", class: "button small" }, text);
  button.addEventListener("click", work);
  return button;
}
