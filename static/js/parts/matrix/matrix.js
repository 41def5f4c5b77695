/**
 * The matrix: a query a row, a key a column. Cells are painted on a canvas that is as large as its
 * window and not as the matrix; only labels in sight exist. So 512 tokens scroll like 12.
 *
 * @typedef {import("../../math/words.js").Matrix} Matrix
 * @typedef {import("../../math/words.js").Label} Label
 * @typedef {import("../../math/colour.js").Scale} Scale
 * @typedef {{row: number | null, column: number | null}} Spot
 * @typedef {{cell: number, left: number, top: number}} Measures sizes in CSS pixels
 */

import { svg } from "../../core/dom.js";
import { paint } from "../../math/colour.js";
import { widest } from "../lettering.js";
import { Labels, place, sight } from "./labels.js";

const LABEL = 13;
const SMALLEST = 12;
const LARGEST = 34;
const LEGIBLE = 9; // labels need cells of this height
const SLANT = 0.82; // the sine of the angle at which column labels stand
const FAINT = 36; // of 255: how much is seen of rows that are yet to come
export const NOWHERE = Object.freeze({ row: null, column: null });

/**
 * How large cells are and where they begin: as large as the room allows.
 * @param {{rows: number, columns: number, widestRow: number, widestColumn: number}} size
 * @param {{width: number, height: number}} room
 * @param {boolean} fit whether all of it must be in sight
 * @returns {Measures}
 */
export function measures({ rows, columns, widestRow, widestColumn }, room, fit) {
  const left = Math.min(150, widestRow + 12);
  const top = Math.min(124, widestColumn * SLANT + 18);
  const across = (room.width - left - widestColumn * 0.5 - 4) / Math.max(1, columns);
  const cell = Math.max(SMALLEST, Math.min(LARGEST, Math.floor(across)));
  const whole = Math.min(across, (room.height - top) / Math.max(1, rows));
  if (!fit || whole >= SMALLEST) return { cell: fit ? Math.min(cell, whole) : cell, left, top };
  if (whole >= LEGIBLE) return { cell: whole, left, top };
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
    this.build();
    this.listen();
  }

  build() {
    this.canvas = document.createElement("canvas");
    this.picture = new OffscreenCanvas(1, 1);
    this.sheet = document.createElement("div");
    this.sheet.className = "matrix-sheet";
    this.pane = document.createElement("div");
    this.pane.className = "matrix-pane";
    this.svg = svg("svg", { "aria-hidden": "true" });
    this.rowLabels = new Labels("end", this.svg);
    this.columnLabels = new Labels("start", this.svg);
    this.rowFrame = svg("rect", { class: "mark" });
    this.columnFrame = svg("rect", { class: "mark" });
    this.svg.append(this.rowFrame, this.columnFrame);
    this.pane.append(this.canvas, this.svg);
    this.sheet.append(this.pane);
    this.element.replaceChildren(this.sheet);
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
   * @param {{scale: Scale, table: Uint8Array, until: number, fit: boolean, height?: number}} how rows
   *   from `until` on are yet to come and drawn faint; `height` is the room, else most of the window's
   */
  draw(matrix, how) {
    if (this.matrix !== matrix) {
      this.rowLabels?.clear();
      this.columnLabels?.clear();
      if (this.matrix.rows.length > matrix.rows.length) this.spot = NOWHERE;
    }
    this.matrix = matrix;
    this.how = how;
    this.colour();
    this.measure();
    this.window();
  }

  /** The whole matrix, a pixel a cell. */
  colour() {
    if (!this.how || !this.picture) return;
    const { rows, columns, data } = this.matrix;
    const { scale, table, until } = this.how;
    this.picture.width = Math.max(1, columns.length);
    this.picture.height = Math.max(1, rows.length);
    const context = /** @type {OffscreenCanvasRenderingContext2D} */ (this.picture.getContext("2d"));
    const image = context.createImageData(this.picture.width, this.picture.height);
    paint(data, scale, table, image.data);
    for (let i = 3 + 4 * until * columns.length; i < image.data.length; i += 4) image.data[i] = FAINT;
    context.putImageData(image, 0, 0);
  }

  measure() {
    const { rows, columns } = this.matrix;
    const size = {
      rows: rows.length,
      columns: columns.length,
      widestRow: widest(rows, LABEL),
      widestColumn: widest(columns, LABEL),
    };
    const height = this.how?.height ?? Math.round(window.innerHeight * 0.7);
    const room = { width: this.element.clientWidth, height };
    this.at = measures(size, room, this.how?.fit ?? false);
    const { cell, left, top } = this.at;
    const slant = left ? size.widestColumn * 0.55 : 0;
    const sheet = /** @type {HTMLElement} */ (this.sheet);
    sheet.style.width = `${left + columns.length * cell + slant}px`;
    sheet.style.height = `${top + rows.length * cell + 2}px`;
  }

  resized() {
    if (!this.how || !this.element.clientWidth) return;
    this.measure();
    this.window();
  }

  /** Paints what is in sight. */
  window() {
    if (!this.canvas || !this.picture) return;
    const { cell, left, top } = this.at;
    const { clientWidth, clientHeight, scrollLeft, scrollTop } = this.element;
    const { rows, columns } = this.matrix;
    const width = Math.max(0, Math.min(clientWidth - left, columns.length * cell - scrollLeft));
    const height = Math.max(0, Math.min(clientHeight - top, rows.length * cell - scrollTop));
    const ratio = window.devicePixelRatio || 1;
    const pixels = /** @type {[number, number]} */ ([
      Math.max(1, Math.round(width * ratio)),
      Math.max(1, Math.round(height * ratio)),
    ]);
    if (this.canvas.width !== pixels[0] || this.canvas.height !== pixels[1]) {
      [this.canvas.width, this.canvas.height] = pixels;
    }
    Object.assign(this.canvas.style, {
      left: `${left}px`,
      top: `${top}px`,
      width: `${width}px`,
      height: `${height}px`,
    });
    const context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    context.imageSmoothingEnabled = width / cell > pixels[0];
    context.clearRect(0, 0, pixels[0], pixels[1]);
    const source = [scrollLeft / cell, scrollTop / cell, width / cell, height / cell];
    context.drawImage(this.picture, source[0], source[1], source[2], source[3], 0, 0, pixels[0], pixels[1]);
    this.write(clientWidth, clientHeight);
  }

  /**
   * Labels of the rows and columns in sight, and the frames.
   * @param {number} width
   * @param {number} height
   */
  write(width, height) {
    const { cell, left, top } = this.at;
    const { rows, columns } = this.matrix;
    const { scrollLeft, scrollTop } = this.element;
    const size = Math.min(LABEL, cell + 1);
    this.svg?.setAttribute("width", String(width));
    this.svg?.setAttribute("height", String(height));
    if (this.svg) this.svg.style.fontSize = `${size}px`;
    const shown = left > 0;
    const y = (/** @type {number} */ i) => top + (i + 0.5) * cell - scrollTop;
    const x = (/** @type {number} */ i) => left + (i + 0.62) * cell - scrollLeft;
    this.rowLabels?.show(
      rows,
      shown ? sight(scrollTop, height - top, cell, rows.length) : [0, 0],
      (element, i) => {
        place(element, left - 6, y(i) + size * 0.35, y(i) >= top - 2);
      },
    );
    this.columnLabels?.show(
      columns,
      shown ? sight(scrollLeft, width - left, cell, columns.length) : [0, 0],
      (element, i) => {
        place(element, x(i), top - 6, x(i) >= left - 2);
        element.setAttribute("transform", `rotate(-55 ${x(i)} ${top - 6})`);
      },
    );
    this.light(this.spot);
  }

  /**
   * Marks a row and a column: only what changes is touched.
   * @param {Spot} spot
   */
  light(spot) {
    this.spot = spot;
    const { cell, left, top } = this.at;
    const { rows, columns } = this.matrix;
    const { scrollLeft, scrollTop, clientHeight, clientWidth } = this.element;
    this.rowLabels?.light(spot.row);
    this.columnLabels?.light(spot.column);
    const y = top + (spot.row ?? 0) * cell - scrollTop;
    const x = left + (spot.column ?? 0) * cell - scrollLeft;
    const right = Math.min(columns.length * cell - scrollLeft, clientWidth - left);
    const bottom = Math.min(rows.length * cell - scrollTop, clientHeight - top);
    frame(this.rowFrame, spot.row !== null && y >= top - cell, { x: left, y, width: right, height: cell });
    frame(this.columnFrame, spot.column !== null && x >= left - cell, {
      x,
      y: top,
      width: cell,
      height: bottom,
    });
  }
}

/**
 * @param {SVGElement | undefined} element
 * @param {boolean} there
 * @param {{x: number, y: number, width: number, height: number}} box
 */
function frame(element, there, box) {
  if (!element) return;
  element.toggleAttribute("hidden", !there);
  if (!there) return;
  for (const [name, value] of Object.entries(box)) {
    element.setAttribute(name, Math.max(0, value).toFixed(1));
  }
}
