/**
 * Colour tables (shared with the server) and the scale between weights and colours.
 *
 * @typedef {{low: number, high: number}} Scale the weights at the table's two ends
 */

const FAINT = 1 / 3;

/**
 * @param {string} digits 256 colours of six hexadecimal digits
 * @returns {Uint8Array} (256, 3)
 */
export function parseTable(digits) {
  return Uint8Array.from({ length: 768 }, (_, i) => parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}

/**
 * A table through a few colours at even distances.
 * @param {number[][]} stops of red, green and blue, 0 to 255
 * @returns {Uint8Array} (256, 3)
 */
export function ramp(stops) {
  return Uint8Array.from({ length: 768 }, (_, i) => {
    const at = (Math.floor(i / 3) / 255) * (stops.length - 1);
    const from = Math.min(Math.floor(at), stops.length - 2);
    const [low, high] = [stops[from][i % 3], stops[from + 1][i % 3]];
    return Math.round(low + (high - low) * (at - from));
  });
}

/**
 * The scale from lowest to highest; a diverging one reaches as far on both sides of its middle.
 * @param {[number, number]} range
 * @param {number | null} middle
 * @returns {Scale}
 */
export function scaleOf([low, high], middle) {
  if (middle === null) return { low, high };
  const reach = Math.max(high - middle, middle - low);
  return { low: middle - reach, high: middle + reach };
}

/**
 * The colours of a colour bar from `low` to `high`, as a scale paints those weights.
 * @param {Uint8Array} table
 * @param {Scale} scale
 * @param {[number, number]} reach
 * @param {number} count
 * @returns {Uint8ClampedArray<ArrayBuffer>} (count, 4), opaque
 */
export function barColours(table, scale, [low, high], count) {
  const weights = Float32Array.from({ length: count }, (_, i) => low + (i / (count - 1)) * (high - low));
  const pixels = new Uint8ClampedArray(4 * count);
  paint(weights, scale, table, pixels);
  return pixels;
}

/**
 * How opaque an overlay is at each of a table's colours: the more it says, the more it covers. A third
 * of the opacity where it says least, so that the photo stays readable there.
 * @param {number} opacity 0..1
 * @param {boolean} diverging whether the middle of the table says least, and not its first colour
 * @returns {Uint8Array} (256), 255 is opaque
 */
export function coverOf(opacity, diverging) {
  return Uint8Array.from({ length: 256 }, (_, i) => {
    const share = diverging ? Math.abs(2 * i - 255) / 255 : i / 255;
    return Math.round(255 * opacity * (FAINT + (1 - FAINT) * share));
  });
}

/**
 * Paints values as colours into RGBA pixels, opaque unless there is a cover (256).
 * @param {ArrayLike<number>} values
 * @param {Scale} scale
 * @param {Uint8Array} table
 * @param {Uint8ClampedArray} pixels
 * @param {Uint8Array | null} [cover]
 */
export function paint(values, { low, high }, table, pixels, cover = null) {
  const factor = 255 / Math.max(high - low, 1e-12);
  for (let i = 0, at = 0; i < values.length; i++, at += 4) {
    const level = Math.min(255, Math.max(0, Math.round((values[i] - low) * factor)));
    pixels[at] = table[3 * level];
    pixels[at + 1] = table[3 * level + 1];
    pixels[at + 2] = table[3 * level + 2];
    pixels[at + 3] = cover ? cover[level] : 255;
  }
}

/**
 * Paints a black veil: what is not kept is black.
 * @param {Uint8Array} mask
 * @param {Uint8ClampedArray} pixels
 */
export function paintFilter(mask, pixels) {
  pixels.fill(0);
  for (let i = 0; i < mask.length; i++) pixels[4 * i + 3] = mask[i] ? 0 : 255;
}

/**
 * Paints a black veil as much thinner as a patch weighs more; it is clear from `full` on.
 * @param {ArrayLike<number>} values
 * @param {number} full
 * @param {number} floor the least brightness, 0..1
 * @param {Uint8ClampedArray} pixels
 */
export function paintAttenuation(values, full, floor, pixels) {
  pixels.fill(0);
  for (let i = 0; i < values.length; i++) {
    pixels[4 * i + 3] = 255 * (1 - floor) * (1 - values[i] / Math.max(full, 1e-12));
  }
}

/**
 * A weight in as few digits as tell it apart: 0.0313, 2.1e-5.
 * @param {number} value
 */
export function formatWeight(value) {
  if (value === 0 || value === 1) return String(value);
  return Math.abs(value) >= 0.001 ? value.toFixed(4) : value.toExponential(1);
}

/**
 * A share as a percentage of two digits that matter.
 * @param {number} share
 */
export function formatShare(share) {
  const percent = share * 100;
  return `${percent >= 10 ? percent.toFixed(0) : percent.toPrecision(2)} %`;
}
