/**
 * Attention in windows, of which each query sees its own alone.
 *
 * @typedef {{shape: number[], data: ArrayLike<number>}} Numbers
 */

/**
 * One query's weights on the whole axis: 0 outside its window.
 * @param {Numbers} windows (windows, entries): which entry of the axis each query and key is
 * @param {Numbers} inside (windows, heads, entries, entries): weights
 * @param {number} query its number on the axis
 * @param {Float32Array} out (heads, keys)
 * @param {number} keys of the axis
 */
export function spreadRow(windows, inside, query, out, keys) {
  const [, heads, size] = inside.shape;
  const at = Array.prototype.indexOf.call(windows.data, query);
  const [window, row] = [Math.floor(at / size), at % size];
  out.fill(0);
  for (let head = 0; head < heads; head++) {
    const start = ((window * heads + head) * size + row) * size;
    for (let i = 0; i < size; i++) {
      out[head * keys + windows.data[window * size + i]] = inside.data[start + i];
    }
  }
}
