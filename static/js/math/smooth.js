/**
 * A finer map between the patches: weights are interpolated, and only then become colours, so that
 * every colour on the photo stands on the colour bar too.
 */

/**
 * Keys' cubic convolution with a = -1/2 (Keys 1981), as Pillow's bicubic does it on the server.
 * @param {Float32Array} values (rows, columns)
 * @param {number} rows
 * @param {number} columns
 * @param {number} factor a whole number
 * @returns {Float32Array} (rows * factor, columns * factor)
 */
export function finer(values, rows, columns, factor) {
  const taps = Array.from({ length: factor }, (_, phase) => tapsOf(phase, factor));
  const across = stretch(values, rows, columns, taps);
  return stretch(across, columns * factor, rows, taps);
}

/**
 * @param {number} phase which of the `factor` places between two entries
 * @param {number} factor
 * @returns {{from: number, weights: number[]}} the first of four entries, relative, and their weights
 */
function tapsOf(phase, factor) {
  const at = (phase + 0.5) / factor - 0.5;
  const from = Math.floor(at) - 1;
  return { from, weights: [0, 1, 2, 3].map((i) => kernel(Math.abs(at - from - i))) };
}

/** @param {number} x distance, 0 or more */
function kernel(x) {
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : 0;
}

/**
 * Interpolates along each line; beyond an end, its last entry goes on.
 * @param {Float32Array} values (lines, length)
 * @param {number} lines
 * @param {number} length
 * @param {{from: number, weights: number[]}[]} taps
 * @returns {Float32Array} (length * taps, lines): turned over, ready for the other axis
 */
function stretch(values, lines, length, taps) {
  const out = new Float32Array(values.length * taps.length);
  for (let line = 0; line < lines; line++) {
    const entry = (/** @type {number} */ i) => values[line * length + Math.min(Math.max(i, 0), length - 1)];
    for (let i = 0, at = line; i < length; i++) {
      for (const { from, weights } of taps) {
        const first = i + from;
        out[at] =
          weights[0] * entry(first) +
          weights[1] * entry(first + 1) +
          weights[2] * entry(first + 2) +
          weights[3] * entry(first + 3);
        at += lines;
      }
    }
  }
  return out;
}
