/**
 * The entries of an axis of a site. One of kind "patch" has the patches of a grid, and tokens beside
 * them that have no place in the photo; one of kind "token" has the tokens of a text.
 *
 * @typedef {import("../schema.js").Axis} Axis
 * @typedef {import("./geometry.js").Patch} Patch
 */

import { samePlace } from "./geometry.js";
import { isPatch, spellQuery } from "./query.js";

/**
 * The grid of an axis of patches, and where its patches lie on the axis: none, where it is another.
 * @param {Axis} axis
 */
function patchesOf(axis) {
  if (axis.kind !== "patch") return { first: 0, count: 0, grid: null };
  const { grid, prefix, frames } = axis;
  return { first: prefix, count: grid.rows * grid.columns * frames, grid };
}

/**
 * Rows and columns of an axis's grid; none where it has no patches.
 * @param {Axis} axis
 */
export function shapeOf(axis) {
  return axis.kind === "patch" ? axis.grid : { rows: 1, columns: 0 };
}

/**
 * The patch at an index; null for a token that is none.
 * @param {Axis} axis
 * @param {number} index
 * @returns {Patch | null}
 */
export function placeOf(axis, index) {
  const { first, count, grid } = patchesOf(axis);
  const at = index - first;
  if (!grid || at < 0 || at >= count) return null;
  return { row: Math.floor(at / grid.columns), column: at % grid.columns };
}

/**
 * The index of a query, or 0 where the axis has no such entry.
 * @param {Axis} axis
 * @param {import("./query.js").AnyQuery} query
 */
export function indexOf(axis, query) {
  if (typeof query === "number") return query < axis.size ? query : 0;
  if ("token" in query) return Math.max(0, indexOfToken(axis, query.token));
  const { first, grid } = patchesOf(axis);
  const { row, column } = query;
  return grid && row < grid.rows && column < grid.columns ? first + row * grid.columns + column : 0;
}

/**
 * A query that is said on one grid, on an axis of another: the patch at the same place.
 * @param {Axis} axis
 * @param {import("./query.js").AnyQuery} query
 * @param {import("./geometry.js").Grid} grid
 * @returns {import("./query.js").AnyQuery}
 */
export function seenFrom(axis, query, grid) {
  const other = axis.kind === "patch" && (axis.grid.rows !== grid.rows || axis.grid.columns !== grid.columns);
  return other && isPatch(query) ? samePlace(query, grid, axis.grid) : query;
}

/**
 * The index of a token beside the patches (CLS, a register, a detection token), or of a text.
 * @param {Axis} axis
 * @param {string} token
 */
function indexOfToken(axis, token) {
  const at = labelsOn(axis).indexOf(token);
  return axis.kind === "patch" && at >= axis.prefix ? at + patchesOf(axis).count : at;
}

/**
 * What an entry is labelled with: a token of a text, one beside the patches, a branch.
 * @param {Axis} axis
 * @param {number} index
 * @returns {string | undefined}
 */
function labelAt(axis, index) {
  const { first, count } = patchesOf(axis);
  return labelsOn(axis)[index < first + count ? index : index - count];
}

/**
 * The entry at an index, as a query of the same site.
 * @param {Axis} axis
 * @param {number} index
 * @returns {import("./query.js").AnyQuery}
 */
export function queryAt(axis, index) {
  const patch = placeOf(axis, index);
  if (patch) return patch;
  const label = axis.kind === "patch" ? labelAt(axis, index) : undefined;
  return label === undefined ? index : { token: label };
}

/**
 * What an entry is called: a token, numbered where it occurs more than once; CLS; or a patch's row and
 * column.
 * @param {Axis} axis
 * @param {number} index
 */
export function entryName(axis, index) {
  const patch = placeOf(axis, index);
  if (patch) return spellQuery(patch);
  const label = labelAt(axis, index);
  if (label === undefined) return String(index);
  if (axis.kind === "token") return tokenName(axis.labels, index);
  return axis.kind === "patch" ? label.toUpperCase() : label;
}

/**
 * The names of an axis's entries that have names of their own: of patches, those beside them.
 * @param {Axis} axis
 * @returns {string[]}
 */
export function labelsOn(axis) {
  return "labels" in axis ? axis.labels : [];
}

/**
 * @param {string[]} labels
 * @param {number} index
 */
function tokenName(labels, index) {
  const label = labels[index];
  const twice = labels.indexOf(label) !== labels.lastIndexOf(label);
  return plain(label) + (twice ? lowered(index) : "");
}

/**
 * A token as it is read: without the mark that a word begins here.
 * @param {string} label
 */
export function plain(label) {
  return label.replace(/^[▁Ġ]/, "") || "␣";
}

/** @param {number} number in subscript digits */
function lowered(number) {
  return [...String(number)].map((digit) => String.fromCharCode(0x2080 + Number(digit))).join("");
}

/**
 * Those of an axis's weights that are on patches: a part of the same array.
 * @param {Axis} axis
 * @param {Float32Array} weights
 */
export function onPatches(axis, weights) {
  const { first, count } = patchesOf(axis);
  return weights.subarray(first, first + count);
}

/**
 * The weight on tokens that have no place in the photo.
 * @param {Axis} axis
 * @param {Float32Array} weights
 */
export function besidePatches(axis, weights) {
  const { first, count } = patchesOf(axis);
  let sum = 0;
  for (let i = 0; i < first; i++) sum += weights[i];
  for (let i = first + count; i < axis.size; i++) sum += weights[i];
  return sum;
}
