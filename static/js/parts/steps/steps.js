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

import { getSteps, ROOT, stepsPath } from "../../core/api.js";
import { html } from "../../core/dom.js";
import { entryName, queryAt } from "../../math/axis.js";
import { isSame } from "../../math/query.js";
import { cellAt, cellWords } from "./cells.js";
import { explained, NAMES } from "./formulas.js";
import { choices, explanation, frame } from "./frame.js";
import { DOZEN, figure, heaviest, isRootOfWidth, leftOut, rowsOf, topOf } from "./numbers.js";
import { Products } from "./products.js";
import { drawOutputs, drawTable } from "./table.js";

const LAST = NAMES.length;
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
    this.step = opening.step || "1";
    this.least = DOZEN;
    this.before = document.activeElement;
    this.frame = frame();
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
    const { root, close, back, on, all, numbers, table } = this.frame;
    const { signal } = this.closing;
    close.addEventListener("click", () => this.close());
    back.addEventListener("click", () => this.turn(-1));
    on.addEventListener("click", () => this.turn(1));
    all.addEventListener("click", () => this.open(this.step === "all" ? "1" : "all"));
    numbers.addEventListener("click", (event) => {
      const step = /** @type {HTMLElement} */ (event.target).closest("button")?.dataset.step;
      if (step) this.open(step);
    });
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
    const { signal } = (this.loading = new AbortController());
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
      problem.textContent = error instanceof Error ? error.message : String(error);
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
    this.kept = this.present.row;
    const width = found.query.length;
    const divisor = isRootOfWidth(found.scale, width) ? `÷ √${width}` : `× ${figure(found.scale)}`;
    const look = { table: this.opening.table, drawKey: this.opening.drawKey ?? null, divisor };
    const made = drawTable(this.present, look);
    this.lines = made.rows;
    this.strips = made.strips;
    this.frame.table.replaceChildren(made.table);
    this.drawUnder();
    const outputs = drawOutputs(this.frame.outputs, this.present, this.opening.table);
    this.strips.push(...outputs);
    this.drawKey();
    this.open(this.step);
  }

  /** How many keys are left out, more of them, the chosen key as the query, and the plain numbers. */
  drawUnder() {
    const { found, rows } = /** @type {import("./formulas.js").Present} */ (this.present);
    const { count, weight } = leftOut(found);
    const parts = [];
    if (count) {
      const share = (100 * weight).toFixed(1);
      parts.push(
        `The ${rows.length} heaviest of ${found.key.size} keys; the other ${count} hold ${share} % of the weight. `,
      );
      if (this.least < MOST)
        parts.push(
          press(`Show ${DOZEN} more`, () => {
            this.least += DOZEN;
            this.load();
          }),
        );
    }
    if (this.site.kind === "self") {
      this.asQuery = press("", () =>
        this.choose({ query: queryAt(this.site.query, this.kept?.number ?? 0) }),
      );
      parts.push(this.asQuery);
    }
    parts.push(html("a", { href: ROOT + this.path, target: "_blank" }, "These numbers as JSON"));
    this.frame.under.replaceChildren(...parts);
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
    this.hideSteps();
  }

  /** @param {string} step */
  open(step) {
    this.step = step;
    const { root, numbers, back, on, all, said } = this.frame;
    const shown = step === "all" ? LAST : Number(step);
    root.dataset.open = step;
    for (const button of numbers.querySelectorAll("button")) {
      const here = button.dataset.step === step;
      button.classList.toggle("done", Number(button.dataset.step) <= shown);
      if (here) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    }
    back.setAttribute("aria-disabled", String(step === "1"));
    on.setAttribute("aria-disabled", String(shown === LAST));
    all.setAttribute("aria-pressed", String(step === "all"));
    this.hideSteps();
    if (this.present && step !== "all")
      said.textContent = `Step ${step} of ${LAST}: ${NAMES[shown - 1]}. ${explained(this.present)[shown - 1].says}`;
    this.opening.onStep?.(step);
  }

  /** What belongs to later steps is kept in its place, unseen. */
  hideSteps() {
    const { step } = this;
    const shown = step === "all" ? LAST : Number(step);
    for (const cell of this.frame.table.querySelectorAll("[data-from]")) {
      cell.classList.toggle("later", Number(/** @type {HTMLElement} */ (cell).dataset.from) > shown);
    }
    [...this.frame.explained.children].forEach((item, i) => {
      /** @type {HTMLElement} */ (item).hidden = step !== "all" && i + 1 !== shown;
    });
    for (const box of this.frame.explained.querySelectorAll(".steps-formula")) {
      if (box.scrollWidth > box.clientWidth) box.setAttribute("tabindex", "0");
      else box.removeAttribute("tabindex");
    }
    this.frame.products.hidden = step !== "3" && step !== "all";
    this.frame.outputs.hidden = shown < LAST;
    this.frame.under.hidden = shown < 2;
  }

  /** @param {number} by */
  turn(by) {
    const now = this.step === "all" ? LAST : Number(this.step);
    const next = now + by;
    if (next >= 1 && next <= LAST) this.open(String(next));
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
    if (turn) this.turn(turn);
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
 * The key whose row an element of the table lies in.
 * @param {EventTarget | null} target
 */
function keyOf(target) {
  const key = target instanceof Element ? target.closest("tr")?.dataset.key : undefined;
  return key === undefined ? null : Number(key);
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
