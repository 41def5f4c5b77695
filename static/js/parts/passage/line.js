/**
 * A text as it reads, in tokens or words that can be pointed at, focused and chosen: shaded by
 * weights, and lit where they are partners of what is pointed at. They are spans and no buttons: a
 * button is a box, which the bidirectional algorithm takes for no letter of the line.
 *
 * @typedef {import("../../schema.js").Text} Text
 * @typedef {"token" | "word"} Level
 * @typedef {object} Unit
 * @property {string} text
 * @property {boolean} special whether it is the model's own and none of the text's letters
 * @property {boolean} faint special, or unknown to the model
 * @property {number} start offset in code points
 * @property {number} end
 */

import { html } from "../../core/dom.js";
import { marksOf, runsRight, visualOrder } from "../../math/bidi.js";
import { tokenLabel } from "../../math/words.js";
import { widthOf } from "../lettering.js";

/**
 * What of a text is one unit at a level, and where it lies. A token's own spaces are left outside.
 * @param {Text} text
 * @param {Level} level
 * @returns {Unit[]}
 */
export function unitsOf(text, level) {
  if (level === "word")
    return text.words.map(({ text: word, special, start, end }) => ({
      text: word,
      special,
      faint: special,
      start,
      end,
    }));
  let past = -1;
  return text.tokens.map((token) => {
    const { surface, special, start, end } = token;
    const trimmed = surface.trimStart();
    // Pieces of one character (an emoji in bytes) all stand for the same text: only the first says it.
    const whole = trimmed !== "" && start >= past;
    past = Math.max(past, end);
    const shown = whole ? trimmed : tokenLabel(token.text);
    const lead = [...surface].length - [...trimmed].length;
    const own = special || !whole;
    return { text: shown, special: own, faint: own || token.unknown, start: start + lead, end };
  });
}

/**
 * Which unit of a text stands at each place from the left, were the text one line.
 * @param {Text} text
 * @param {Level} level
 */
export function placesOf(text, level) {
  return visualOrder(unitsOf(text, level));
}

export class TextLine {
  /**
   * @param {HTMLElement} element
   * @param {{point: (unit: number | null) => void, choose: (unit: number) => void}} on
   */
  constructor(element, on) {
    this.element = element;
    this.on = on;
    /** @type {HTMLElement[]} */
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
    const found = /** @type {Element} */ (event.target).closest("[data-unit]");
    const unit = found instanceof HTMLElement ? found.dataset.unit : undefined;
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
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.on.choose(now);
    }
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
    const units = unitsOf(text, level);
    this.element.replaceChildren(...this.nodes([...text.text], units));
    this.units = [...this.element.querySelectorAll("span")];
    this.element.dataset.level = level;
    this.lit = [];
    this.shaded = false;
    this.rest(Math.min(this.stop, Math.max(0, this.units.length - 1)));
  }

  /**
   * @param {string[]} points code points of the text
   * @param {Unit[]} units
   */
  nodes(points, units) {
    let at = 0;
    let apart = false; // special ones touch no text: they stand apart by a space of their own
    const turns = units.some((unit) => !unit.special && runsRight(unit.text));
    const nodes = units.flatMap((unit, i) => {
      const between = points.slice(at, Math.max(at, unit.start)).join("");
      const gap = between || (unit.special || apart ? " " : "\u200b");
      const [before, after] = turns && !unit.special ? marksOf(unit.text) : ["", ""];
      at = Math.max(at, unit.end);
      apart = unit.special;
      return [gap + before, this.unit(unit, i), after];
    });
    return [...nodes, points.slice(at).join("")];
  }

  /**
   * @param {Unit} unit
   * @param {number} number
   */
  unit({ text, special, faint }, number) {
    const attributes = {
      role: "button",
      class: faint ? "unit special" : "unit",
      tabindex: "-1",
      "data-unit": String(number),
      ...(special ? { dir: "ltr" } : {}), // else [CLS] would say which way the whole line runs
    };
    return html("span", attributes, text);
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

  /** How wide the text would be in one line, in letters of its own size. */
  get length() {
    return widthOf(this.element.textContent ?? "", 100) / 100;
  }

  /** The size of a letter in pixels. */
  get size() {
    return Number.parseFloat(getComputedStyle(this.element).fontSize);
  }

  /**
   * Keeps room for a text that is yet to come, so that what stands below it does not move.
   * @param {number} length in letters
   */
  reserve(length) {
    const lines = Math.ceil((length * this.size) / Math.max(1, this.element.clientWidth));
    this.element.style.minBlockSize = `calc(${lines}lh + 4px)`;
  }

  /** @param {number} from units from here on are yet to come */
  later(from) {
    this.units.forEach((unit, i) => {
      unit.classList.toggle("later", i >= from);
    });
  }
}
