/** Ribbons: both sentences one above the other, and a band for every weight between them. */

/**
 * @typedef {import("./words.js").Matrix} Matrix
 * @typedef {import("./matrix.js").Spot} Spot
 */

const SVG = "http://www.w3.org/2000/svg";
const GAP = 14;
const HEIGHT = 190;
const FAINTEST = 0.04;

/**
 * @typedef {object} Placed
 * @property {number[]} columns the middle of each column's label, from the left
 * @property {number[]} rows
 * @property {number} width
 */

/**
 * Where labels stand side by side; the shorter sentence is centred over the longer.
 * @param {number[]} columns widths of the labels
 * @param {number[]} rows
 * @returns {Placed}
 */
export function placed(columns, rows) {
  const total = (/** @type {number[]} */ widths) => widths.reduce((sum, width) => sum + width + GAP, -GAP);
  const width = Math.max(total(columns), total(rows), 1);
  const middles = (/** @type {number[]} */ widths) => {
    let x = (width - total(widths)) / 2;
    return widths.map((w) => {
      const middle = x + w / 2;
      x += w + GAP;
      return middle;
    });
  };
  return { columns: middles(columns), rows: middles(rows), width };
}

export class RibbonView {
  /**
   * @param {HTMLElement} element
   * @param {(spot: Spot) => void} onSpot
   * @param {(row: number) => void} onChoose
   */
  constructor(element, onSpot, onChoose) {
    this.element = element;
    this.svg = document.createElementNS(SVG, "svg");
    this.svg.setAttribute("aria-hidden", "true");
    element.replaceChildren(this.svg);
    this.onSpot = onSpot;
    this.onChoose = onChoose;
    /** @type {SVGElement[]} */
    this.bands = [];
    element.addEventListener("pointerleave", () => onSpot({ row: null, column: null }));
  }

  /**
   * @param {Matrix} matrix
   * @param {number} threshold weights under it are not drawn
   * @param {number} until
   */
  draw(matrix, threshold, until) {
    const context = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));
    context.font = "14px system-ui, sans-serif";
    const width = (/** @type {import("./words.js").Label} */ label) => context.measureText(label.text).width;
    const place = placed(matrix.columns.map(width), matrix.rows.map(width));
    this.svg.setAttribute("viewBox", `-8 0 ${place.width + 16} ${HEIGHT}`);
    this.svg.style.width = `${place.width + 16}px`;
    this.bands = [];
    const columns = matrix.columns.map((label, i) => this.label(label, place.columns[i], 18, { row: null, column: i }));
    const rows = matrix.rows.map((label, i) => this.label(label, place.rows[i], HEIGHT - 8, { row: i, column: null }));
    for (let row = 0; row < Math.min(until, rows.length); row++) {
      for (let column = 0; column < columns.length; column++) {
        const weight = matrix.data[row * columns.length + column];
        if (weight < Math.max(threshold, FAINTEST)) continue;
        this.bands.push(band(place.columns[column], place.rows[row], weight, row, column));
      }
    }
    this.words = { rows, columns };
    this.svg.replaceChildren(...this.bands, ...columns, ...rows);
  }

  /**
   * @param {import("./words.js").Label} label
   * @param {number} x
   * @param {number} y
   * @param {Spot} spot
   */
  label(label, x, y, spot) {
    const element = document.createElementNS(SVG, "text");
    element.setAttribute("x", String(x));
    element.setAttribute("y", String(y));
    element.setAttribute("text-anchor", "middle");
    if (label.special) element.classList.add("special");
    element.textContent = label.text;
    element.addEventListener("pointerenter", () => this.onSpot(spot));
    element.addEventListener("click", () => spot.row !== null && this.onChoose(spot.row));
    return element;
  }

  /** @param {Spot} spot a cell lights one band, a row or a column all of its bands */
  light({ row, column }) {
    const any = row !== null || column !== null;
    this.svg.classList.toggle("lit", any);
    const [rows, columns] = [new Set(), new Set()];
    for (const element of this.bands) {
      const [r, c] = [Number(element.dataset.row), Number(element.dataset.column)];
      const on = any && (row === null || r === row) && (column === null || c === column);
      element.classList.toggle("on", on);
      if (on) {
        rows.add(r);
        columns.add(c);
      }
    }
    this.words?.rows.forEach((word, i) => word.classList.toggle("on", i === row || rows.has(i)));
    this.words?.columns.forEach((word, i) => word.classList.toggle("on", i === column || columns.has(i)));
  }
}

/**
 * @param {number} from
 * @param {number} to
 * @param {number} weight
 * @param {number} row
 * @param {number} column
 */
function band(from, to, weight, row, column) {
  const element = document.createElementNS(SVG, "path");
  element.setAttribute("d", curve(from, to, 26, HEIGHT - 26));
  element.setAttribute("stroke-width", (1 + 9 * weight).toFixed(2));
  element.setAttribute("stroke-opacity", (0.12 + 0.6 * weight).toFixed(3));
  element.dataset.row = String(row);
  element.dataset.column = String(column);
  return element;
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
