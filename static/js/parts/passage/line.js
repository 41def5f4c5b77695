/**
 * A text as it reads, in tokens or words that can be pointed at, focused and chosen: shaded by
 * weights, and lit where they are partners of what is pointed at.
 *
 * @typedef {import("../../schema.js").Text} Text
 * @typedef {"token" | "word"} Level
 * @typedef {{text: string, special: boolean, start: number, end: number}} Unit offsets in code points
 */

import { tokenLabel } from "../../math/words.js";

/**
 * What of a text is one unit at a level, and where it lies. A token's own spaces are left outside.
 * @param {Text} text
 * @param {Level} level
 * @returns {Unit[]}
 */
export function unitsOf(text, level) {
  if (level === "word")
    return text.words.map(({ text: word, special, start, end }) => ({ text: word, special, start, end }));
  let past = -1;
  return text.tokens.map((token) => {
    const { surface, special, start, end } = token;
    const trimmed = surface.trimStart();
    // Pieces of one character (an emoji in bytes) all stand for the same text: only the first says it.
    const whole = trimmed !== "" && start >= past;
    past = Math.max(past, end);
    const shown = whole ? trimmed : tokenLabel(token.text);
    const lead = [...surface].length - [...trimmed].length;
    return { text: shown, special: special || token.unknown, start: start + lead, end };
  });
}

export class TextLine {
  /**
   * @param {HTMLElement} element
   * @param {{point: (unit: number | null) => void, choose: (unit: number) => void}} on
   */
  constructor(element, on) {
    this.element = element;
    this.on = on;
    /** @type {HTMLButtonElement[]} */
    this.units = [];
    /** @type {HTMLElement[]} */
    this.lit = [];
    this.shaded = false;
    this.stop = 0; // the unit that Tab comes to
    element.addEventListener("pointerover", (event) => on.point(this.number(event)));
    element.addEventListener("pointerleave", () => on.point(null));
    element.addEventListener("focusin", (event) => this.focused(this.number(event)));
    element.addEventListener("focusout", () => on.point(null));
    element.addEventListener("click", (event) => {
      const unit = this.number(event);
      if (unit !== null) on.choose(unit);
    });
    element.addEventListener("keydown", (event) => this.key(event));
  }

  /** @param {Event} event */
  number(event) {
    const unit = /** @type {HTMLElement} */ (event.target).closest("button")?.dataset.unit;
    return unit === undefined ? null : Number(unit);
  }

  /** @param {number | null} unit */
  focused(unit) {
    if (unit !== null) this.rest(unit);
    this.on.point(unit);
  }

  /** @param {number} unit */
  rest(unit) {
    if (this.units[this.stop]) this.units[this.stop].tabIndex = -1;
    this.stop = Math.min(unit, Math.max(0, this.units.length - 1));
    if (this.units[this.stop]) this.units[this.stop].tabIndex = 0;
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const now = this.number(event);
    if (now === null) return;
    const way = getComputedStyle(this.element).direction === "rtl" ? -1 : 1;
    const last = this.units.length - 1;
    const next = { ArrowRight: now + way, ArrowLeft: now - way, Home: 0, End: last }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    this.units[Math.max(0, Math.min(last, next))].focus();
  }

  /**
   * @param {Text} text
   * @param {Level} level
   */
  draw(text, level) {
    const points = [...text.text];
    let at = 0;
    let apart = false; // special ones touch no text: they stand apart by a space of their own
    const nodes = unitsOf(text, level).flatMap((unit, i) => {
      const between = points.slice(at, Math.max(at, unit.start)).join("");
      const gap = between || (unit.special || apart ? " " : "\u200b");
      at = Math.max(at, unit.end);
      apart = unit.special;
      return [gap, this.unit(unit, i)];
    });
    this.element.replaceChildren(...nodes, points.slice(at).join(""));
    this.units = [...this.element.querySelectorAll("button")];
    this.element.dataset.level = level;
    this.lit = [];
    this.shaded = false;
    this.rest(Math.min(this.stop, Math.max(0, this.units.length - 1)));
  }

  /**
   * @param {Unit} unit
   * @param {number} number
   */
  unit({ text, special }, number) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = special ? "unit special" : "unit";
    button.dataset.unit = String(number);
    button.tabIndex = -1;
    button.textContent = text;
    if (special) button.dir = "ltr"; // else [CLS] would say which way the whole line runs
    return button;
  }

  /**
   * Shades every unit by its weight; null takes the shade away.
   * @param {ArrayLike<number> | null} weights
   */
  shade(weights) {
    if (!weights && !this.shaded) return;
    this.shaded = weights !== null;
    this.units.forEach((unit, i) => {
      const weight = weights ? (weights[i] ?? 0) : 0;
      unit.style.setProperty("--weight", weight < 0.005 ? "0" : Math.min(1, weight).toFixed(3));
    });
  }

  /**
   * @param {Iterable<number>} units
   * @param {number | null} chosen
   */
  light(units, chosen) {
    for (const unit of this.lit) unit.classList.remove("on", "chosen");
    this.lit = [];
    for (const number of units) this.mark(number, "on");
    if (chosen !== null) this.mark(chosen, "chosen");
  }

  /**
   * @param {number} number
   * @param {string} name
   */
  mark(number, name) {
    const unit = this.units[number];
    unit?.classList.add(name);
    if (unit) this.lit.push(unit);
  }

  /** @param {number} from units from here on are yet to come */
  later(from) {
    this.units.forEach((unit, i) => {
      unit.classList.toggle("later", i >= from);
    });
  }
}
