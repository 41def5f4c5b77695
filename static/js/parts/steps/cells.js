/** A vector as a strip of cells coloured by value; long ones in several rows. */

import { html, pen } from "../../core/dom.js";
import { paint } from "../../math/colour.js";
import { decimal, trueMinus } from "./numbers.js";

/**
 * @typedef {import("../../math/colour.js").Scale} Scale
 * @typedef {object} Cells
 * @property {HTMLCanvasElement} canvas
 * @property {ArrayLike<number>} values
 * @property {string} name as it stands in the tooltip: "q", "k"
 */

/**
 * @param {string} name
 * @param {ArrayLike<number>} values
 * @param {Scale} scale
 * @param {Uint8Array} table
 * @param {number} [columns] cells in a row
 * @returns {Cells}
 */
export function cells(name, values, scale, table, columns = values.length) {
  const rows = Math.ceil(values.length / columns);
  const canvas = html("canvas", {
    class: "vector-strip",
    width: String(columns),
    height: String(rows),
    role: "img",
    "aria-label": inWords(values),
  });
  canvas.style.setProperty("--rows", String(rows));
  const context = pen(canvas);
  const image = context.createImageData(columns, rows);
  paint(values, scale, table, image.data);
  context.putImageData(image, 0, 0);
  return { canvas, values, name };
}

/**
 * The cell under the pointer, or null beside the values.
 * @param {Cells} made
 * @param {PointerEvent} event
 */
export function cellAt({ canvas, values }, event) {
  const box = canvas.getBoundingClientRect();
  const column = Math.floor(((event.clientX - box.left) / box.width) * canvas.width);
  const row = Math.floor(((event.clientY - box.top) / box.height) * canvas.height);
  const inside = column >= 0 && column < canvas.width && row >= 0 && row < canvas.height;
  const index = row * canvas.width + column;
  return inside && index < values.length ? index : null;
}

/**
 * One number of a strip, with all the digits the server gave.
 * @param {Cells} made
 * @param {number} index
 */
export function cellWords({ name, values }, index) {
  return `${name}, number ${index + 1} of ${values.length}: ${trueMinus(Number(values[index].toPrecision(7)))}`;
}

/** @param {ArrayLike<number>} values */
function inWords(values) {
  const all = Array.from(values);
  const length = Math.hypot(...all);
  return `${all.length} numbers from ${decimal(Math.min(...all))} to ${decimal(Math.max(...all))}, length ${decimal(length)}`;
}
