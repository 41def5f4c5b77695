/** The matrix: a canvas of weights with its words around it, one cell chosen at a time. */

import { paint } from "../colour.js";

/**
 * @typedef {import("./words.js").Matrix} Matrix
 * @typedef {import("../colour.js").Scale} Scale
 * @typedef {{row: number | null, column: number | null}} Spot
 */

const SVG = "http://www.w3.org/2000/svg";
const LABEL = 13;
/** @type {CanvasRenderingContext2D | null} */
let ruler = null;

export class MatrixView {
  /**
   * @param {HTMLElement} element
   * @param {(spot: Spot) => void} onSpot
   * @param {(row: number) => void} onChoose a row was clicked
   */
  constructor(element, onSpot, onChoose) {
    this.element = element;
    this.canvas = document.createElement("canvas");
    this.labels = document.createElementNS(SVG, "svg");
    this.labels.setAttribute("aria-hidden", "true");
    this.element.replaceChildren(this.canvas, this.labels);
    /** @type {Matrix} */
    this.matrix = { rows: [], columns: [], data: new Float32Array() };
    /** @type {Spot} */
    this.spot = { row: null, column: null };
    this.cell = 20;
    this.left = this.top = 0;
    element.addEventListener("pointermove", (event) => onSpot(this.at(event)));
    element.addEventListener("pointerleave", () => onSpot({ row: null, column: null }));
    element.addEventListener("click", (event) => {
      const { row } = this.at(event);
      if (row !== null) onChoose(row);
    });
    element.addEventListener("keydown", (event) => this.key(event, onSpot));
  }

  /** @param {PointerEvent | MouseEvent} event */
  at(event) {
    const box = this.element.getBoundingClientRect();
    const x = event.clientX - box.left + this.element.scrollLeft - this.left;
    const y = event.clientY - box.top + this.element.scrollTop - this.top;
    const [row, column] = [Math.floor(y / this.cell), Math.floor(x / this.cell)];
    return {
      row: row >= 0 && row < this.matrix.rows.length ? row : null,
      column: column >= 0 && column < this.matrix.columns.length ? column : null,
    };
  }

  /**
   * @param {KeyboardEvent} event
   * @param {(spot: Spot) => void} onSpot
   */
  key(event, onSpot) {
    const move = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (!move) return;
    event.preventDefault();
    const clamp = (/** @type {number} */ value, /** @type {number} */ size) =>
      Math.max(0, Math.min(size - 1, value));
    onSpot({
      row: clamp((this.spot.row ?? -move[0]) + move[0], this.matrix.rows.length),
      column: clamp((this.spot.column ?? -move[1]) + move[1], this.matrix.columns.length),
    });
  }

  /**
   * @param {Matrix} matrix
   * @param {Scale} scale
   * @param {Uint8Array} table
   * @param {number} until rows from here on are yet to come and drawn faint
   */
  draw(matrix, scale, table, until) {
    this.matrix = matrix;
    this.measure();
    const { rows, columns, data } = matrix;
    const small = new OffscreenCanvas(Math.max(1, columns.length), Math.max(1, rows.length));
    const inside = /** @type {OffscreenCanvasRenderingContext2D} */ (small.getContext("2d"));
    const image = inside.createImageData(small.width, small.height);
    paint(data, scale, table, image.data);
    for (let i = 3 + 4 * until * columns.length; i < image.data.length; i += 4) image.data[i] = 40;
    inside.putImageData(image, 0, 0);
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [columns.length * this.cell, rows.length * this.cell];
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    Object.assign(this.canvas.style, {
      left: `${this.left}px`, top: `${this.top}px`, width: `${width}px`, height: `${height}px`,
    });
    const context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    context.imageSmoothingEnabled = false;
    context.drawImage(small, 0, 0, this.canvas.width, this.canvas.height);
    this.write(width, height);
  }

  /** Where cells begin and how large they are: as large as the room allows, 8 to 34 pixels. */
  measure() {
    const { rows, columns } = this.matrix;
    this.left = Math.min(160, widest(rows) + 12);
    this.top = Math.min(130, widest(columns) * 0.82 + 16);
    const room = this.element.clientWidth - this.left - 34;
    this.cell = Math.max(8, Math.min(34, Math.floor(room / Math.max(1, columns.length))));
  }

  /**
   * Labels and the frame of the chosen row and column.
   * @param {number} width
   * @param {number} height
   */
  write(width, height) {
    const { rows, columns } = this.matrix;
    const size = Math.min(LABEL, this.cell + 2);
    this.labels.setAttribute("width", String(this.left + width + 60));
    this.labels.setAttribute("height", String(this.top + height + 4));
    this.labels.style.fontSize = `${size}px`;
    this.rowLabels = rows.map((label, i) => {
      const y = this.top + (i + 0.5) * this.cell + size * 0.35;
      return text(label, this.left - 6, y, "end", null);
    });
    this.columnLabels = columns.map((label, i) => {
      const [x, y] = [this.left + (i + 0.62) * this.cell, this.top - 6];
      return text(label, x, y, "start", `rotate(-55 ${x} ${y})`);
    });
    this.rowFrame = frame();
    this.columnFrame = frame();
    this.labels.replaceChildren(...this.rowLabels, ...this.columnLabels, this.rowFrame, this.columnFrame);
    this.light(this.spot);
  }

  /**
   * Marks a row and a column: only what changes is touched.
   * @param {Spot} spot
   */
  light(spot) {
    const { row, column } = this.spot;
    if (row !== null) this.rowLabels?.[row]?.classList.remove("on");
    if (column !== null) this.columnLabels?.[column]?.classList.remove("on");
    this.spot = spot;
    if (spot.row !== null) this.rowLabels?.[spot.row]?.classList.add("on");
    if (spot.column !== null) this.columnLabels?.[spot.column]?.classList.add("on");
    const { rows, columns } = this.matrix;
    place(this.rowFrame, spot.row, this.left, this.top + (spot.row ?? 0) * this.cell, columns.length * this.cell, this.cell);
    place(this.columnFrame, spot.column, this.left + (spot.column ?? 0) * this.cell, this.top, this.cell, rows.length * this.cell);
  }
}

/**
 * @param {import("./words.js").Label} label
 * @param {number} x
 * @param {number} y
 * @param {string} anchor
 * @param {string | null} transform
 */
function text(label, x, y, anchor, transform) {
  const element = document.createElementNS(SVG, "text");
  element.setAttribute("x", String(x));
  element.setAttribute("y", String(y));
  element.setAttribute("text-anchor", anchor);
  if (transform) element.setAttribute("transform", transform);
  if (label.special) element.classList.add("special");
  element.textContent = label.text.length > 18 ? `${label.text.slice(0, 17)}…` : label.text;
  return element;
}

function frame() {
  const element = document.createElementNS(SVG, "rect");
  element.classList.add("frame");
  return element;
}

/**
 * @param {SVGElement | undefined} element
 * @param {number | null} there
 * @param {number} x
 * @param {number} y
 * @param {number} width
 * @param {number} height
 */
function place(element, there, x, y, width, height) {
  if (!element) return;
  element.toggleAttribute("hidden", there === null);
  for (const [name, value] of Object.entries({ x, y, width, height })) {
    element.setAttribute(name, String(value));
  }
}

/** @param {import("./words.js").Label[]} labels */
function widest(labels) {
  ruler ??= document.createElement("canvas").getContext("2d");
  if (!ruler) return 100;
  ruler.font = `${LABEL}px system-ui, sans-serif`;
  const measure = ruler;
  return Math.max(20, ...labels.map((label) => measure.measureText(label.text.slice(0, 18)).width));
}
