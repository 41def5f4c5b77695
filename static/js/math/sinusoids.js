/** Positions as sines and cosines (Vaswani et al. 2017, section 3.5), and how alike two vectors are. */

/**
 * PE(p, 2i) = sin(p / 10000^(2i / width)), PE(p, 2i + 1) = cos of the same.
 * @param {number} positions
 * @param {number} width
 * @returns {Float32Array} (positions, width)
 */
export function sinusoids(positions, width) {
  return Float32Array.from({ length: positions * width }, (_, at) => {
    const channel = at % width;
    const angle = Math.floor(at / width) / 10000 ** ((channel - (channel % 2)) / width);
    return channel % 2 ? Math.cos(angle) : Math.sin(angle);
  });
}

/**
 * How many positions a channel takes to come round.
 * @param {number} channel
 * @param {number} width
 */
export function wavelength(channel, width) {
  return 2 * Math.PI * 10000 ** ((channel - (channel % 2)) / width);
}

/**
 * The cosine of one row with every row.
 * @param {Float32Array} vectors (count, width)
 * @param {number} width
 * @param {number} row
 */
export function alikeTo(vectors, width, row) {
  const one = vectors.subarray(row * width, (row + 1) * width);
  return Float32Array.from({ length: vectors.length / width }, (_, i) =>
    cosine(one, vectors.subarray(i * width, (i + 1) * width)),
  );
}

/**
 * @param {ArrayLike<number>} one
 * @param {ArrayLike<number>} other
 */
export function cosine(one, other) {
  let [along, first, second] = [0, 0, 0];
  for (let i = 0; i < one.length; i++) {
    along += one[i] * other[i];
    first += one[i] ** 2;
    second += other[i] ** 2;
  }
  return along / Math.max(Math.sqrt(first * second), 1e-12);
}
