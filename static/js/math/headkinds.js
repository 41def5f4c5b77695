/**
 * What a head of a vision transformer goes by: how far it looks, and whether the way from query to key
 * alone says where. Weights are those over the patches, made to sum to 1.
 *
 * @typedef {import("./geometry.js").Grid} Grid
 * @typedef {{distance: number, even: number, share: number}} Kind `distance` and `even` (that of weights
 *   that prefer nothing) in patches; `share` of the variance of the weights that the offset explains
 */

/**
 * The weights of one head, patch by patch: (patches, patches), rows that sum to 1.
 * @param {(query: number, out: Float32Array) => void} weightsOf writes one query's weights, of all tokens
 * @param {{tokens: number, prefix: number, patches: number}} axis
 */
export function overPatches(weightsOf, { tokens, prefix, patches }) {
  const row = new Float32Array(tokens);
  const found = new Float32Array(patches * patches);
  for (let query = 0; query < patches; query++) {
    weightsOf(prefix + query, row);
    let sum = 0;
    for (let key = 0; key < patches; key++) sum += row[prefix + key];
    for (let key = 0; key < patches; key++)
      found[query * patches + key] = row[prefix + key] / Math.max(sum, 1e-12);
  }
  return found;
}

/**
 * @param {Float32Array} weights (patches, patches)
 * @param {Grid} grid
 * @returns {Kind}
 */
export function kindOf(weights, grid) {
  const patches = grid.rows * grid.columns;
  const even = new Float32Array(weights.length).fill(1 / patches);
  return {
    distance: meanDistance(weights, grid),
    even: meanDistance(even, grid),
    share: offsetShare(weights, grid),
  };
}

/**
 * The mean distance from query to key in patches, weighted by attention (Dosovitskiy et al. 2021, D.7).
 * @param {Float32Array} weights
 * @param {Grid} grid
 */
export function meanDistance(weights, { rows, columns }) {
  const patches = rows * columns;
  let sum = 0;
  for (let i = 0; i < weights.length; i++) {
    const [query, key] = [Math.floor(i / patches), i % patches];
    const down = Math.floor(key / columns) - Math.floor(query / columns);
    sum += weights[i] * Math.hypot(down, (key % columns) - (query % columns));
  }
  return sum / patches;
}

/**
 * The share of the weights' variance that their mean at every offset (rows down, columns across) explains:
 * 1 where every patch looks the same way whatever it shows, near 0 where what it shows decides.
 * @param {Float32Array} weights
 * @param {Grid} grid
 */
export function offsetShare(weights, { rows, columns }) {
  const [patches, wide] = [rows * columns, 2 * columns - 1];
  const sums = new Float64Array((2 * rows - 1) * wide);
  const counts = new Float64Array(sums.length);
  let squares = 0;
  let total = 0;
  for (let i = 0; i < weights.length; i++) {
    const [query, key] = [Math.floor(i / patches), i % patches];
    const down = Math.floor(key / columns) - Math.floor(query / columns) + rows - 1;
    const at = down * wide + (key % columns) - (query % columns) + columns - 1;
    sums[at] += weights[i];
    counts[at] += 1;
    squares += weights[i] ** 2;
    total += weights[i];
  }
  const between = sums.reduce((sum, each, at) => sum + (counts[at] ? each ** 2 / counts[at] : 0), 0);
  const mean = total ** 2 / weights.length;
  return squares - mean > 1e-12 ? (between - mean) / (squares - mean) : 0;
}
