/** Words as labels and in sentences: how wide they are, in the page's font or another, and their marks. */

export const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif";
const SHOWN = 18; // characters of a label; more are cut

/** @type {OffscreenCanvasRenderingContext2D | null} */
let ruler = null;

/**
 * @param {string} text
 * @param {number} size in pixels
 * @param {string} [font]
 */
export function widthOf(text, size, font = FONT) {
  if (typeof OffscreenCanvas === "undefined") return text.length * size * 0.55;
  ruler ??= new OffscreenCanvas(1, 1).getContext("2d");
  if (!ruler) return 0;
  ruler.font = `${size}px ${font}`;
  return ruler.measureText(text).width;
}

/** @param {string} text as long as a label may be */
export function shortened(text) {
  return text.length > SHOWN ? `${text.slice(0, SHOWN - 1)}…` : text;
}

/**
 * The widest of some labels as they are shown; at least 20 pixels.
 * @param {import("../math/words.js").Label[]} labels
 * @param {number} size
 */
export function widest(labels, size) {
  // Measuring 512 labels takes longer than painting them: the longest few will do.
  const longest = labels.map((label) => label.text.slice(0, SHOWN)).sort((a, b) => b.length - a.length);
  return Math.max(20, ...longest.slice(0, 24).map((text) => widthOf(text, size)));
}

/**
 * A word in quotation marks. One that runs from right to left is isolated, so that the sentence
 * around it keeps its order.
 * @param {string} text
 */
export function quoted(text) {
  return /[\u0590-\u08ff\ufb1d-\ufefc]/.test(text) ? `“\u2068${text}\u2069”` : `“${text}”`;
}
