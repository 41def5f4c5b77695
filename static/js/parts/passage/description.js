/** A matrix in sentences, for those who cannot see it and for captions. */

import { formatWeight } from "../../math/colour.js";
import { quoted } from "../lettering.js";

/** @typedef {import("../../math/words.js").Matrix} Matrix */

const MOST = 40; // rows that are told

/**
 * @param {Matrix} matrix
 * @param {string} title
 * @param {number} threshold
 */
export function describeMatrix(matrix, title, threshold) {
  const { rows, columns } = matrix;
  const said = rows.slice(0, MOST).map((_, row) => rowSaid(matrix, row, threshold));
  const more = rows.length > MOST ? ` And ${rows.length - MOST} more.` : "";
  return `${title}. ${rows.length} by ${columns.length}. ${said.join("; ")}.${more}`;
}

/**
 * @param {Matrix} matrix
 * @param {number} row
 * @param {number} threshold
 */
function rowSaid({ rows, columns, data }, row, threshold) {
  const values = data.subarray(row * columns.length, (row + 1) * columns.length);
  const order = [...values.keys()].sort((a, b) => values[b] - values[a]);
  const strong = order.filter((i) => values[i] >= threshold).slice(0, 3);
  const shown = strong.length ? strong : order.slice(0, 1);
  const told = shown.map((i) => `${quoted(columns[i].text)} (${formatWeight(values[i])})`);
  return `${quoted(rows[row].text)} to ${told.join(" and ")}`;
}
