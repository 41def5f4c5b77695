/**
 * Every head of every layer in small: their order, their thumbnails, the way of the arrow keys.
 *
 * @typedef {import("../schema.js").Site} Site
 * @typedef {import("./attention.js").QK} QK
 * @typedef {{site: string, head: number}} Head
 * @typedef {object} Thumb a head's weights, thinned out to what can be seen
 * @property {number} head
 * @property {number} rows
 * @property {number} columns
 * @property {Float32Array} values row by row
 * @property {number | null} entropy mean of the queries in bits; null where not every query was looked at
 */

import { entropy, headWeights } from "./attention.js";

export const MOST = 64;

/**
 * Sites with their heads, those of the aligner first; the others keep their order.
 * @param {Site[]} sites
 * @param {Head | null} aligner
 * @returns {{site: Site, heads: number[]}[]}
 */
export function orderOf(sites, aligner) {
  const first = (/** @type {boolean} */ is) => (is ? 0 : 1);
  return [...sites]
    .sort((a, b) => first(a.name === aligner?.site) - first(b.name === aligner?.site))
    .map((site) => {
      const heads = Array.from({ length: site.heads }, (_, i) => i);
      if (site.name === aligner?.site)
        heads.sort((a, b) => first(a === aligner.head) - first(b === aligner.head));
      return { site, heads };
    });
}

/**
 * At most `most` entries of an axis, evenly spread.
 * @param {number} size
 * @param {number} [most]
 */
export function sampled(size, most = MOST) {
  const count = Math.min(size, most);
  return Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) / count) * size));
}

/**
 * The order in which the columns of a thumbnail stand, where those of the matrix stand in one of their
 * own: of several that fall together, by their mean place.
 * @param {number[]} places the column of the matrix that stands at each place
 * @param {number} count columns of the thumbnail
 * @returns {number[]}
 */
export function pooledPlaces(places, count) {
  const sums = new Float64Array(count);
  const sizes = new Float64Array(count);
  for (const [place, column] of places.entries()) {
    const pool = Math.floor((column * count) / places.length);
    sums[pool] += place;
    sizes[pool] += 1;
  }
  return [...sums.keys()].sort((a, b) => sums[a] / sizes[a] - sums[b] / sizes[b]);
}

/**
 * A row in at most `most` columns: the highest of those that fall together, so that no peak is lost.
 * @param {Float32Array} row
 * @param {Float32Array} out
 */
export function pooled(row, out) {
  out.fill(0);
  for (let i = 0; i < row.length; i++) {
    const column = Math.floor((i * out.length) / row.length);
    if (row[i] > out[column]) out[column] = row[i];
  }
}

/**
 * One head thinned out, from a function that gives one query's weights.
 * @param {number} head
 * @param {number} queries
 * @param {number} keys
 * @param {(query: number) => Float32Array} weightsOf
 * @returns {Thumb}
 */
export function thumb(head, queries, keys, weightsOf) {
  const looked = sampled(queries);
  const columns = Math.min(keys, MOST);
  const values = new Float32Array(looked.length * columns);
  let bits = 0;
  looked.forEach((query, row) => {
    const weights = weightsOf(query);
    bits += entropy(weights);
    pooled(weights, values.subarray(row * columns, (row + 1) * columns));
  });
  const whole = looked.length === queries && queries > 0;
  return { head, rows: looked.length, columns, values, entropy: whole ? bits / queries : null };
}

/**
 * Thumbnails from queries and keys, one head at a time, so that a page may breathe in between.
 * @param {QK} qk
 * @param {{scale: number | null, causal: boolean}} site
 * @returns {Generator<Thumb>}
 */
export function* thumbsFromQK(qk, { scale, causal }) {
  const { heads, tokens, width } = qk;
  const out = new Float32Array(tokens);
  for (let head = 0; head < heads; head++) {
    const part = (/** @type {Float32Array} */ all) =>
      all.subarray(head * tokens * width, (head + 1) * tokens * width);
    const one = { q: part(qk.q), k: part(qk.k), heads: 1, tokens, width };
    yield thumb(head, tokens, tokens, (query) => {
      const seen = causal ? query + 1 : tokens;
      out.fill(0);
      headWeights({ ...one, tokens: seen }, 0, query, scale ?? 1, out);
      return out;
    });
  }
}

/**
 * Thumbnails from weights (heads, queries, keys).
 * @param {{shape: number[], data: Float32Array | Uint8Array}} weights
 * @returns {Generator<Thumb>}
 */
export function* thumbsFromWeights({ shape: [heads, queries, keys], data }) {
  const values = /** @type {Float32Array} */ (data);
  for (let head = 0; head < heads; head++) {
    yield thumb(head, queries, keys, (query) => {
      const at = (head * queries + query) * keys;
      return values.subarray(at, at + keys);
    });
  }
}

/**
 * Where a key of the keyboard leads in rows of these lengths; null where it is no key of the grid.
 * @param {number[]} lengths
 * @param {{row: number, column: number}} from
 * @param {string} key
 * @returns {{row: number, column: number} | null}
 */
export function moved(lengths, { row, column }, key) {
  const clamp = (/** @type {number} */ value, /** @type {number} */ size) =>
    Math.max(0, Math.min(size - 1, value));
  const at = (/** @type {number} */ r, /** @type {number} */ c) => {
    const there = clamp(r, lengths.length);
    return { row: there, column: clamp(c, lengths[there]) };
  };
  if (key === "ArrowRight") return at(row, column + 1);
  if (key === "ArrowLeft") return at(row, column - 1);
  if (key === "ArrowDown") return at(row + 1, column);
  if (key === "ArrowUp") return at(row - 1, column);
  if (key === "Home") return at(row, 0);
  if (key === "End") return at(row, Infinity);
  return null;
}
