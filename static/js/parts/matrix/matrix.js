/**
 * The matrix: a query a row, a key a column. Cells are painted on a canvas that is as large as its
 * window and not as the matrix; only labels in sight exist. So 512 tokens scroll like 12.
 *
 * @typedef {import("../../math/words.js").Matrix} Matrix
 * @typedef {import("../../math/words.js").Label} Label
 * @typedef {import("../../math/colour.js").Scale} Scale
 * @typedef {{row: number | null, column: number | null}} Spot
 * @typedef {{cell: number, left: number, top: number}} Measures sizes in CSS pixels
 * @typedef {object} Painting
 * @property {Scale} scale
 * @property {Uint8Array} table
 * @property {number} until rows from here on are yet to come and drawn faint
 * @property {Fit} fit
 * @property {number} [height] the room, else most of the window's
 * @typedef {boolean | "words"} Fit whether it shrinks to be in sight: true as far as it must, "words" as long
 *   as its labels can be read, false only while its cells stay roomy; what is larger scrolls
 */

import { html, pen, svg } from "../../core/dom.js";
import { paint } from "../../math/colour.js";
import { widest } from "../lettering.js";
import { AxisLabels, placeLabel, sight } from "./labels.js";

const LABEL = 13;
const SMALLEST = 12;
const LARGEST = 34;
const ROOMY = 20; // a roomy one has no smaller cells only to have all rows in sight
const LEGIBLE = 9; // labels need cells of this height
const SLANT = 0.82; // the sine of the angle at which column labels stand
const LEAN = 0.55; // of a column label's width, how far it reaches past its cell
const SCROLLBAR = 16; // pixels; a matrix that scrolls one way must not have to scroll the other for it
const FAINT = 36; // of 255: how much is seen of rows that are yet to come
export const NOWHERE = Object.freeze({ row: null, column: null });

/**
 * How large cells are and where they begin: as large as the room allows.
 * @param {{rows: number, columns: number, widestRow: number, widestColumn: number}} size
 * @param {{width: number, height: number}} room
 * @param {Fit} fit
 * @returns {Measures}
 */
export function measures({ rows, columns, widestRow, widestColumn }, room, fit) {
  const left = Math.min(150, widestRow + 12);
  const top = Math.min(124, widestColumn * SLANT + 18);
  const across = (room.width - left - widestColumn * LEAN) / Math.max(1, columns);
  const whole = Math.min(across, (room.height - top - 2) / Math.max(1, rows));
  const large = Math.max(SMALLEST, Math.min(LARGEST, Math.floor(across)));
  if (!fit) return { cell: Math.min(large, Math.max(ROOMY, Math.floor(whole))), left, top };
  if (whole >= LEGIBLE) return { cell: Math.min(LARGEST, whole), left, top };
  if (fit === "words") return { cell: SMALLEST, left, top };
  return { cell: Math.min(room.width / columns, room.height / rows), left: 0, top: 0 };
}

export class MatrixView {
  /**
   * @param {HTMLElement} element
   * @param {{spot: (spot: Spot) => void, choose: (spot: Spot) => void}} on
   */
  constructor(element, on) {
    this.element = element;
    this.on = on;
    /** @type {Matrix} */
    this.matrix = { rows: [], columns: [], data: new Float32Array() };
    /** @type {Spot} */
    this.spot = NOWHERE;
    /** @type {Measures} */
    this.at = { cell: 20, left: 0, top: 0 };
    /** @type {Painting | null} */
    this.how = null;
    this.canvas = html("canvas");
    this.picture = new OffscreenCanvas(1, 1); // the whole matrix, a pixel a cell
    this.rowFrame = svg("rect", { class: "mark" });
    this.columnFrame = svg("rect", { class: "mark" });
    this.svg = svg("svg", { "aria-hidden": "true" });
    this.rowLabels = new AxisLabels("end", this.svg);
    this.columnLabels = new AxisLabels("start", this.svg);
    this.svg.append(this.rowFrame, this.columnFrame);
    const pane = html("div", { class: "matrix-pane" }, this.canvas, this.svg);
    this.sheet = html("div", { class: "matrix-sheet" }, pane);
    element.replaceChildren(this.sheet);
    this.listen();
  }

  listen() {
    const { element, on } = this;
    element.addEventListener("pointermove", (event) => on.spot(this.under(event)));
    element.addEventListener("pointerleave", () => on.spot(NOWHERE));
    element.addEventListener("blur", () => on.spot(NOWHERE));
    element.addEventListener("click", (event) => on.choose(this.under(event)));
    element.addEventListener("keydown", (event) => this.key(event));
    element.addEventListener("scroll", () => this.window());
    new ResizeObserver(() => this.resized()).observe(element);
  }

  /** @param {PointerEvent | MouseEvent} event */
  under(event) {
    const box = this.element.getBoundingClientRect();
    const { cell, left, top } = this.at;
    const x = event.clientX - box.left;
    const y = event.clientY - box.top;
    const row = Math.floor((y - top + this.element.scrollTop) / cell);
    const column = Math.floor((x - left + this.element.scrollLeft) / cell);
    const { rows, columns } = this.matrix;
    return {
      row: y >= top && row < rows.length ? row : null,
      column: x >= left && column < columns.length ? column : null,
    };
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.key === "Enter") this.on.choose(this.spot);
    const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    const { rows, columns } = this.matrix;
    if (!move || !rows.length) return;
    event.preventDefault();
    const step = (/** @type {number | null} */ now, /** @type {number} */ by, /** @type {number} */ size) =>
      now === null ? 0 : Math.max(0, Math.min(size - 1, now + by));
    const spot = {
      row: step(this.spot.row, move[0], rows.length),
      column: step(this.spot.column, move[1], columns.length),
    };
    this.reveal(spot);
    this.on.spot(spot);
  }

  /**
   * Scrolls no further than a cell needs to be in sight.
   * @param {Spot} spot
   */
  reveal({ row, column }) {
    const { cell, left, top } = this.at;
    const { element } = this;
    const nearest = (/** @type {number} */ scroll, /** @type {number} */ at, /** @type {number} */ room) =>
      Math.min(at * cell, Math.max(scroll, (at + 1) * cell - room));
    if (column !== null) {
      element.scrollLeft = nearest(element.scrollLeft, column, element.clientWidth - left);
    }
    if (row !== null) {
      element.scrollTop = nearest(element.scrollTop, row, element.clientHeight - top);
    }
  }

  /**
   * @param {Matrix} matrix
   * @param {Painting} how
   */
  draw(matrix, how) {
    if (this.matrix !== matrix) {
      this.rowLabels.clear();
      this.columnLabels.clear();
      if (this.matrix.rows.length > matrix.rows.length) this.spot = NOWHERE;
    }
    this.matrix = matrix;
    this.how = how;
    this.colour(how);
    this.measure(how);
    this.window();
  }

  /** @param {Painting} how */
  colour({ scale, table, until }) {
    const { rows, columns, data } = this.matrix;
    this.picture.width = Math.max(1, columns.length);
    this.picture.height = Math.max(1, rows.length);
    const context = /** @type {OffscreenCanvasRenderingContext2D} */ (this.picture.getContext("2d"));
    const image = context.createImageData(this.picture.width, this.picture.height);
    paint(data, scale, table, image.data);
    for (let i = 3 + 4 * until * columns.length; i < image.data.length; i += 4) image.data[i] = FAINT;
    context.putImageData(image, 0, 0);
  }

  /** @param {Painting} how */
  measure({ fit, height = Math.floor(window.innerHeight * 0.7) }) {
    const { rows, columns } = this.matrix;
    const size = {
      rows: rows.length,
      columns: columns.length,
      widestRow: widest(rows, LABEL),
      widestColumn: widest(columns, LABEL),
    };
    const room = { width: this.element.clientWidth, height: height - SCROLLBAR };
    this.at = measures(size, room, fit);
    const { cell, left, top } = this.at;
    const slant = left ? size.widestColumn * LEAN : 0;
    this.sheet.style.width = `${left + columns.length * cell + slant}px`;
    this.sheet.style.height = `${top + rows.length * cell + 2}px`;
  }

  resized() {
    if (!this.how || !this.element.clientWidth) return;
    this.measure(this.how);
    this.window();
  }

  /** How much of the cells is in sight, in pixels right and down of where they begin. */
  get seen() {
    const { cell, left, top } = this.at;
    const { clientWidth, clientHeight, scrollLeft, scrollTop } = this.element;
    const { rows, columns } = this.matrix;
    return {
      right: Math.min(clientWidth - left, columns.length * cell - scrollLeft),
      bottom: Math.min(clientHeight - top, rows.length * cell - scrollTop),
    };
  }

  /** Paints what is in sight. */
  window() {
    const { cell } = this.at;
    const { scrollLeft, scrollTop } = this.element;
    const width = Math.max(0, this.seen.right);
    const height = Math.max(0, this.seen.bottom);
    const [wide, high] = this.size(width, height);
    const context = pen(this.canvas);
    context.imageSmoothingEnabled = width / cell > wide;
    context.clearRect(0, 0, wide, high);
    const source = [scrollLeft / cell, scrollTop / cell, width / cell, height / cell];
    context.drawImage(this.picture, source[0], source[1], source[2], source[3], 0, 0, wide, high);
    this.write();
  }

  /**
   * Makes the canvas as large as the cells in sight, on the screen and in its own pixels.
   * @param {number} width
   * @param {number} height
   * @returns {[wide: number, high: number]} its own
   */
  size(width, height) {
    const { canvas } = this;
    const { left, top } = this.at;
    const ratio = window.devicePixelRatio || 1;
    const [wide, high] = [width, height].map((side) => Math.max(1, Math.round(side * ratio)));
    if (canvas.width !== wide) canvas.width = wide;
    if (canvas.height !== high) canvas.height = high;
    Object.assign(canvas.style, {
      left: `${left}px`,
      top: `${top}px`,
      width: `${width}px`,
      height: `${height}px`,
    });
    return [wide, high];
  }

  /** Labels of the rows and columns in sight, and the frames. */
  write() {
    const { clientWidth, clientHeight } = this.element;
    const size = Math.min(LABEL, Math.max(9, this.at.cell - 1)); // slanted labels stay apart
    this.svg.setAttribute("width", String(clientWidth));
    this.svg.setAttribute("height", String(clientHeight));
    this.svg.style.fontSize = `${size}px`;
    this.writeRows(clientHeight, size);
    this.writeColumns(clientWidth);
    this.light(this.spot);
  }

  /**
   * @param {number} height
   * @param {number} size of the letters
   */
  writeRows(height, size) {
    const { cell, left, top } = this.at;
    const { rows } = this.matrix;
    const { scrollTop } = this.element;
    const range = left > 0 ? sight(scrollTop, height - top, cell, rows.length) : [0, 0];
    this.rowLabels.show(rows, range, (element, i) => {
      const y = top + (i + 0.5) * cell - scrollTop;
      placeLabel(element, left - 6, y + size * 0.35, y >= top - 2);
    });
  }

  /** @param {number} width */
  writeColumns(width) {
    const { cell, left, top } = this.at;
    const { columns } = this.matrix;
    const { scrollLeft } = this.element;
    const range = left > 0 ? sight(scrollLeft, width - left, cell, columns.length) : [0, 0];
    this.columnLabels.show(columns, range, (element, i) => {
      const x = left + (i + 0.62) * cell - scrollLeft;
      placeLabel(element, x, top - 6, x >= left - 2);
      element.setAttribute("transform", `rotate(-55 ${x} ${top - 6})`);
    });
  }

  /**
   * Marks a row and a column: only what changes is touched.
   * @param {Spot} spot
   */
  light(spot) {
    this.spot = spot;
    const { row, column } = spot;
    const { cell, left, top } = this.at;
    const { right, bottom } = this.seen;
    this.rowLabels.light(row);
    this.columnLabels.light(column);
    const y = top + (row ?? 0) * cell - this.element.scrollTop;
    const x = left + (column ?? 0) * cell - this.element.scrollLeft;
    const across = { x: left, y, width: right, height: cell };
    const down = { x, y: top, width: cell, height: bottom };
    frame(this.rowFrame, row !== null && y >= top - cell, across);
    frame(this.columnFrame, column !== null && x >= left - cell, down);
  }
}

/**
 * @param {SVGElement} element
 * @param {boolean} there
 * @param {{x: number, y: number, width: number, height: number}} box
 */
function frame(element, there, box) {
  element.toggleAttribute("hidden", !there);
  if (!there) return;
  for (const [name, value] of Object.entries(box)) {
    element.setAttribute(name, Math.max(0, value).toFixed(1));
  }
}
