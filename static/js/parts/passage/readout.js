/** A spot of a matrix in one line of words and numbers. */

import { formatWeight } from "../../math/colour.js";
import { slice } from "../../math/words.js";
import { quoted } from "../lettering.js";

/**
 * @typedef {import("../../math/words.js").Matrix} Matrix
 * @typedef {import("../matrix/matrix.js").Spot} Spot
 */

const MOST = 3; // partners that are named

/**
 * Those at the threshold or over it, the heaviest first; where there are none, the heaviest.
 * @param {Float32Array} values
 * @param {number} threshold
 */
export function partners(values, threshold) {
  const order = [...values.keys()].sort((a, b) => values[b] - values[a]);
  const found = order.filter((i) => values[i] >= threshold);
  return found.length ? found : order.slice(0, 1);
}

/**
 * @param {Matrix} matrix
 * @param {Spot} spot a cell, a row or a column
 * @param {number} threshold
 */
export function readout(matrix, { row, column }, threshold) {
  if (row !== null && column !== null) return cellSaid(matrix, row, column);
  const values = slice(matrix, { row, column });
  const [of, among] =
    row !== null ? [matrix.rows[row], matrix.columns] : [matrix.columns[column ?? 0], matrix.rows];
  const best = partners(values, threshold).slice(0, MOST);
  const said = best.map((i) => `${quoted(among[i].text)} ${formatWeight(values[i])}`).join(", ");
  return `${quoted(of.text)} ${row !== null ? "to" : "from"} ${said}`;
}

/**
 * @param {Matrix} matrix
 * @param {number} row
 * @param {number} column
 */
function cellSaid({ rows, columns, data }, row, column) {
  const weight = data[row * columns.length + column];
  return `${quoted(rows[row].text)} to ${quoted(columns[column].text)}: ${formatWeight(weight)}`;
}
