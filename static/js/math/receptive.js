/**
 * Where a unit of a convolutional network looks, in pixels of the model's input and of the photo.
 *
 * @typedef {import("../schema.js").Layer} Layer
 * @typedef {import("./geometry.js").Patch} Patch
 * @typedef {import("./geometry.js").Box} Box
 */

/**
 * The square of the input that a unit stands for.
 * @param {Layer} layer
 * @param {Patch} unit
 * @returns {Box}
 */
export function cellOf({ grid }, { row, column }) {
  const side = grid.patch_size;
  return { left: column * side, top: row * side, width: side, height: side };
}

/**
 * What a unit can see by the kernels before it; it may reach out of the input, into a padding.
 * @param {Layer} layer
 * @param {Patch} unit
 * @returns {Box}
 */
export function fieldOf({ rows, columns }, { row, column }) {
  return {
    left: columns.start + column * columns.stride,
    top: rows.start + row * rows.stride,
    width: columns.size,
    height: rows.size,
  };
}

/**
 * A box of the input as one of the photo.
 * @param {Box} box
 * @param {Box} crop what the input is of the photo
 * @param {number} input its width in pixels
 * @returns {Box}
 */
export function inPhoto({ left, top, width, height }, crop, input) {
  const scale = crop.width / input;
  return {
    left: crop.left + left * scale,
    top: crop.top + top * scale,
    width: width * scale,
    height: height * scale,
  };
}

/**
 * How far a share spreads, as its standard deviation along rows and columns: 95 % of a Gaussian lies
 * within four of them.
 * @param {{values: ArrayLike<number>, rows: number, columns: number}} map
 * @returns {[number, number]} in places of the map
 */
export function deviation({ values, rows, columns }) {
  const down = new Float64Array(rows);
  const across = new Float64Array(columns);
  for (let i = 0; i < rows * columns; i++) {
    down[Math.floor(i / columns)] += values[i];
    across[i % columns] += values[i];
  }
  return [spread(down), spread(across)];
}

/** @param {Float64Array} shares */
function spread(shares) {
  const total = shares.reduce((sum, share) => sum + share, 0);
  if (!total) return 0;
  const mean = shares.reduce((sum, share, at) => sum + share * at, 0) / total;
  return Math.sqrt(shares.reduce((sum, share, at) => sum + share * (at - mean) ** 2, 0) / total);
}
