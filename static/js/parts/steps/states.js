/**
 * What an encoder made of a sentence: a token a row, and a strip of cells for each vector it became. The
 * two halves of the states that make the one vector are framed.
 *
 * @typedef {{values: Float32Array, width: number}} Rows
 */

import { html } from "../../core/dom.js";
import { cells } from "./cells.js";
import { decimal, reachOf } from "./numbers.js";

/**
 * @param {{shape: number[], data: Float32Array}} array
 * @returns {Rows}
 */
export function rowsOf({ shape, data }) {
  return { values: data, width: shape.at(-1) ?? 0 };
}

/**
 * @param {HTMLElement} element a table
 * @param {string[]} tokens
 * @param {readonly Rows[]} columns each with a row a token
 * @param {readonly (string | HTMLElement)[]} names of the columns, that of the tokens first
 * @param {Uint8Array} table a diverging one
 * @param {string} [unit] what a vector's width counts
 * @returns {import("../../math/colour.js").Scale} that of the last column
 */
export function drawStates(element, tokens, columns, [first, ...names], table, unit = "numbers") {
  const scales = columns.map(({ values }) => reachOf(values));
  const line = (/** @type {string} */ token, /** @type {number} */ i) => {
    const strips = columns.map(({ values, width }, side) => {
      const one = values.subarray(i * width, (i + 1) * width);
      return html("td", {}, cells("", one, scales[side], table).canvas);
    });
    return html("tr", {}, html("th", { scope: "row", dir: "auto" }, token), ...strips);
  };
  const heads = names.map((name, side) => {
    const size = `${columns[side].width} ${unit}, ±${decimal(scales[side].high)}`;
    return html("th", { scope: "col" }, name, " ", html("small", {}, size));
  });
  element.replaceChildren(
    html("thead", {}, html("tr", {}, html("th", { scope: "col" }, first), ...heads)),
    html("tbody", {}, ...tokens.map(line)),
  );
  return scales[scales.length - 1];
}

/**
 * Frames the halves of the first and last state that make the one vector.
 * @param {HTMLElement} element
 */
export function markEnds(element) {
  const cells = element.querySelectorAll("tbody tr td:last-child");
  cells[cells.length - 1].classList.add("first-half");
  cells[0].classList.add("second-half");
}

/**
 * How far the encoder has come.
 * @param {HTMLElement} element
 * @param {number} read tokens, from 1; 0 is all of them
 * @returns {HTMLElement | null} the row it has come to
 */
export function markRead(element, read) {
  const rows = element.querySelectorAll("tbody tr");
  const count = read || rows.length;
  rows.forEach((row, i) => {
    row.classList.toggle("later", i >= count);
    row.classList.toggle("here", i === read - 1);
  });
  element.classList.toggle("whole", count === rows.length);
  return read ? /** @type {HTMLElement} */ (rows[read - 1]) : null;
}

/**
 * Whether the one vector is the last state read forwards beside that read backwards: the first half
 * of the last token's state, and the second half of the first token's.
 * @param {ArrayLike<number>} states (tokens, width)
 * @param {number} width
 * @param {ArrayLike<number>} last (width)
 */
export function isBothWays(states, width, last) {
  const half = width / 2;
  const end = states.length - width;
  for (let i = 0; i < width; i++) {
    const at = i < half ? end + i : i;
    if (Math.abs(states[at] - last[i]) > 1e-4) return false;
  }
  return states.length >= width && last.length === width;
}
