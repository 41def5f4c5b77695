/**
 * What the panel shows of one query's real numbers: pure arithmetic, no page.
 *
 * @typedef {import("../../schema.js").QueryKeyValue} QueryKeyValue
 * @typedef {object} KeyRow one key with its numbers
 * @property {number} number on the key axis
 * @property {Float32Array} key
 * @property {number} score q·k
 * @property {number | null} scaled what the softmax is taken of; null where a mask hides the key
 * @property {number} bias what is added to the scaled score; 0 where nothing is, or it is hidden
 * @property {number} weight
 * @property {Float32Array} value
 * @property {Float32Array} weighted the value times its weight
 */

import { formatWeight } from "../../math/colour.js";

export const DOZEN = 12;
const WHOLE = 20;

/**
 * How many keys to ask for: all of a sentence, of more keys the heaviest `least`; null is all.
 * @param {number} size of the key axis
 * @param {number} [least]
 */
export function topOf(size, least = DOZEN) {
  return size <= Math.max(WHOLE, least) ? null : least;
}

/**
 * Rows in the order of the axis where all keys are there, else from the heaviest on.
 * @param {QueryKeyValue} found
 * @returns {KeyRow[]}
 */
export function rowsOf(found) {
  const rows = found.shown.map((number, i) => rowOf(found, number, i));
  if (rows.length === found.key.size) return rows;
  return rows.sort((a, b) => b.weight - a.weight || a.number - b.number);
}

/**
 * @param {QueryKeyValue} found
 * @param {number} number
 * @param {number} i
 * @returns {KeyRow}
 */
function rowOf(found, number, i) {
  const weight = found.weights[i];
  const value = Float32Array.from(found.values[i]);
  const scaled = found.scaled[i];
  const bias = scaled === null ? 0 : scaled - found.scores[i] * found.scale;
  return {
    number,
    key: Float32Array.from(found.keys[i]),
    score: found.scores[i],
    scaled,
    bias: Math.abs(bias) > 1e-4 * (1 + Math.abs(scaled ?? 0)) ? bias : 0,
    weight,
    value,
    weighted: value.map((each) => each * weight),
  };
}

/**
 * Keys that are not among the rows, and the weight they hold together.
 * @param {QueryKeyValue} found
 */
export function leftOut(found) {
  const count = found.key.size - found.shown.length;
  const held = found.weights.reduce((sum, weight) => sum + weight, 0);
  return { count, weight: count ? Math.max(0, 1 - held) : 0 };
}

/** @param {KeyRow[]} rows */
export function heaviest(rows) {
  return rows.reduce((best, row) => (row.weight > best.weight ? row : best));
}

/**
 * The products whose sum is the score.
 * @param {ArrayLike<number>} query
 * @param {ArrayLike<number>} key
 */
export function products(query, key) {
  return Float32Array.from(query, (each, i) => each * key[i]);
}

/**
 * The natural logarithm of the softmax's denominator, from its heaviest row: no sum can overflow.
 * @param {KeyRow[]} rows
 */
export function logDenominator(rows) {
  const { scaled, weight } = heaviest(rows);
  return (scaled ?? 0) - Math.log(weight);
}

/**
 * Whether the scale is one over the square root of the width, as in Vaswani et al. 2017.
 * @param {number} scale
 * @param {number} width
 */
export function isRootOfWidth(scale, width) {
  return Math.abs(scale * Math.sqrt(width) - 1) < 1e-5;
}

/**
 * How far vectors reach from 0 on either side: the two ends of their diverging colours.
 * @param {ArrayLike<number>[]} vectors
 * @returns {import("../../math/colour.js").Scale}
 */
export function reachOf(...vectors) {
  let reach = 0;
  for (const vector of vectors) {
    for (let i = 0; i < vector.length; i++) reach = Math.max(reach, Math.abs(vector[i]));
  }
  return { low: -(reach || 1), high: reach || 1 };
}

/**
 * A number in two decimals, or in more where it is small; with a true minus.
 * @param {number} value
 */
export function decimal(value) {
  const size = Math.abs(value);
  const text = size >= 0.01 || value === 0 ? size.toFixed(2) : formatWeight(size);
  return value < 0 ? `−${text}` : text;
}

/**
 * A number as the API gave it, with a true minus.
 * @param {number} value
 */
export function trueMinus(value) {
  return String(value).replaceAll("-", "−");
}

/**
 * e to a power as mantissa and exponent of ten, so that it can be written however large it is.
 * @param {number} power
 */
export function scientific(power) {
  const decimal = power / Math.LN10;
  const exponent = Math.floor(decimal);
  return { mantissa: 10 ** (decimal - exponent), exponent };
}
