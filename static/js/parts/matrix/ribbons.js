/** Ribbons: both sentences one above the other, and a band for every weight between them. */

import { svg } from "../../core/dom.js";
import { widthOf } from "../lettering.js";
import { NOWHERE } from "./matrix.js";

/**
 * @typedef {import("../../math/words.js").Matrix} Matrix
 * @typedef {import("../../math/words.js").Label} Label
 * @typedef {import("../../math/words.js").Link} Link
 * @typedef {import("./matrix.js").Spot} Spot
 */

const GAP = 14;
export const HEIGHT = 190;
const FAINTEST = 0.04;
const MOST = 1500; // bands; more cannot be told apart, and slow the page down
const SIZE = 14;

/**
 * @typedef {object} Placed
 * @property {number[]} columns the middle of each column's label, from the left
 * @property {number[]} rows
 * @property {number} width
 * @typedef {{rows: number[], columns: number[]}} Places which label stands at each place, from the left
 */

/**
 * Where labels stand side by side; the shorter sentence is centred over the longer.
 * @param {number[]} columns widths of the labels
 * @param {number[]} rows
 * @param {Places} places
 * @returns {Placed}
 */
export function placed(columns, rows, places) {
  const total = (/** @type {number[]} */ widths) => widths.reduce((sum, width) => sum + width + GAP, -GAP);
  const width = Math.max(total(columns), total(rows), 1);
  const middles = (/** @type {number[]} */ widths, /** @type {number[]} */ order) => {
    const found = new Array(widths.length);
    let x = (width - total(widths)) / 2;
    for (const label of order) {
      found[label] = x + widths[label] / 2;
      x += widths[label] + GAP;
    }
    return found;
  };
  return { columns: middles(columns, places.columns), rows: middles(rows, places.rows), width };
}

/**
 * The bands to draw, the heaviest last and so on top; at most `MOST`, and how many there would be.
 * @param {Matrix} matrix
 * @param {number} threshold weights under it are not drawn
 * @param {number} until rows from here on are not drawn
 * @returns {{bands: Link[], found: number}}
 */
export function bandsOf({ rows, columns, data }, threshold, until) {
  const least = Math.max(threshold, FAINTEST);
  const found = [];
  for (let row = 0; row < Math.min(until, rows.length); row++) {
    for (let column = 0; column < columns.length; column++) {
      const strength = data[row * columns.length + column];
      if (strength >= least) found.push({ row, column, strength });
    }
  }
  found.sort((a, b) => a.strength - b.strength);
  return { bands: found.slice(-MOST), found: found.length };
}

/**
 * @param {number} from
 * @param {number} to
 * @param {number} top
 * @param {number} bottom
 */
export function curve(from, to, top, bottom) {
  const middle = (top + bottom) / 2;
  return `M${from.toFixed(1)} ${top}C${from.toFixed(1)} ${middle} ${to.toFixed(1)} ${middle} ${to.toFixed(1)} ${bottom}`;
}

/**
 * How a band of some strength is stroked.
 * @param {number} strength
 */
export function stroke(strength) {
  return {
    "stroke-width": (1 + 9 * strength).toFixed(2),
    "stroke-opacity": (0.12 + 0.6 * strength).toFixed(3),
  };
}

export class RibbonView {
  /**
   * @param {HTMLElement} element
   * @param {{spot: (spot: Spot) => void, choose: (spot: Spot) => void}} on
   */
  constructor(element, on) {
    this.element = element;
    this.on = on;
    this.svg = svg("svg", { "aria-hidden": "true" });
    element.replaceChildren(this.svg);
    /** @type {Matrix | null} */
    this.matrix = null;
    /** @type {{row: number, column: number, element: SVGElement}[]} */
    this.bands = [];
    /** @type {SVGElement[]} */
    this.rows = [];
    /** @type {SVGElement[]} */
    this.columns = [];
    /** @type {SVGElement[]} */
    this.lit = [];
    element.addEventListener("pointerleave", () => on.spot(NOWHERE));
  }

  /**
   * @param {Matrix} matrix
   * @param {{threshold: number, until: number, places: Places}} how
   * @returns {{drawn: number, found: number}} bands
   */
  draw(matrix, { threshold, until, places }) {
    this.matrix = matrix;
    const width = (/** @type {Label} */ label) => widthOf(label.text, SIZE);
    const at = placed(matrix.columns.map(width), matrix.rows.map(width), places);
    this.svg.setAttribute("viewBox", `-8 0 ${at.width + 16} ${HEIGHT}`);
    this.svg.style.width = `${at.width + 16}px`;
    const { bands, found } = bandsOf(matrix, threshold, until);
    this.bands = bands.map(({ row, column, strength }) => {
      const d = curve(at.columns[column], at.rows[row], 26, HEIGHT - 26);
      return { row, column, element: svg("path", { d, ...stroke(strength) }) };
    });
    this.columns = matrix.columns.map((label, i) =>
      this.label(label, at.columns[i], 18, { row: null, column: i }),
    );
    this.rows = matrix.rows.map((label, i) =>
      this.label(label, at.rows[i], HEIGHT - 8, { row: i, column: null }),
    );
    this.rows.forEach((label, i) => {
      label.classList.toggle("later", i >= until);
    });
    this.lit = [];
    this.svg.replaceChildren(...this.bands.map((band) => band.element), ...this.columns, ...this.rows);
    return { drawn: bands.length, found };
  }

  /**
   * @param {Label} label
   * @param {number} x
   * @param {number} y
   * @param {Spot} spot
   */
  label(label, x, y, spot) {
    const name = label.special ? "special" : "";
    const element = svg("text", { x, y, "text-anchor": "middle", class: name }, label.text);
    element.addEventListener("pointerenter", () => this.on.spot(spot));
    element.addEventListener("click", () => this.on.choose(spot));
    return element;
  }

  /**
   * A cell lights one band, a row or a column all of its bands.
   * @param {Spot} spot
   */
  light({ row, column }) {
    const any = row !== null || column !== null;
    const now = new Set();
    for (const band of any ? this.bands : []) {
      if ((row ?? band.row) !== band.row || (column ?? band.column) !== band.column) continue;
      now.add(band.element);
      now.add(this.rows[band.row]);
      now.add(this.columns[band.column]);
    }
    if (row !== null && this.rows[row]) now.add(this.rows[row]);
    if (column !== null && this.columns[column]) now.add(this.columns[column]);
    this.svg.classList.toggle("lit", any);
    for (const element of this.lit) if (!now.has(element)) element.classList.remove("on");
    for (const element of now) element.classList.add("on");
    this.lit = [...now];
  }
}
