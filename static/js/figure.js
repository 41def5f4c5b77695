/** Figures to take away: an SVG with real text, and the calls that give the same numbers. */

/**
 * @typedef {object} Figure
 * @property {string} picture a data URL
 * @property {number} width
 * @property {number} height
 * @property {string} title
 * @property {string} source what and with which model
 * @property {string[]} colours of the colour bar, low first
 * @property {string} low
 * @property {string} high
 */

const BAR = 10;
const LINE = 18;

/**
 * The figure as an SVG document.
 * @param {Figure} figure
 */
export function svgFigure({ picture, width, height, title, source, colours, low, high }) {
  const bottom = height + 12;
  const stops = colours.map((colour, i) => {
    const at = (i / (colours.length - 1)) * 100;
    return `<stop offset="${at.toFixed(1)}%" stop-color="${colour}"/>`;
  });
  const text = (/** @type {number} */ x, /** @type {number} */ y, /** @type {string} */ words, more = "") =>
    `<text x="${x}" y="${y}"${more}>${escape(words)}</text>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${bottom + BAR + 3.4 * LINE}"
  font-family="Helvetica, Arial, sans-serif" font-size="13" fill="#1a1a1a">
<title>${escape(title)}</title>
<defs><linearGradient id="bar">${stops.join("")}</linearGradient></defs>
<rect width="100%" height="100%" fill="#fff"/>
<image href="${picture}" width="${width}" height="${height}"/>
<rect y="${bottom}" width="${width}" height="${BAR}" fill="url(#bar)"/>
${text(0, bottom + BAR + LINE, low)}
${text(width, bottom + BAR + LINE, high, ' text-anchor="end"')}
${text(0, bottom + BAR + 2 * LINE, title, ' font-weight="600"')}
${text(0, bottom + BAR + 3 * LINE, source, ' fill="#666" font-size="11"')}
</svg>
`;
}

/**
 * A colour table as seventeen stops of a gradient.
 * @param {Uint8Array} table
 */
export function hexColours(table) {
  const hex = (/** @type {number} */ value) => value.toString(16).padStart(2, "0");
  const at = Array.from({ length: 17 }, (_, i) => Math.min(i * 16, 255) * 3);
  return at.map((i) => `#${hex(table[i])}${hex(table[i + 1])}${hex(table[i + 2])}`);
}

/** @param {string} text */
export function escape(text) {
  const names = /** @type {Record<string, string>} */ ({
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
  });
  return text.replace(/[&<>"]/g, (sign) => names[sign]);
}

/**
 * The path of the numbers that a view shows, below the API's root.
 * @param {string} id
 * @param {string} site
 * @param {import("./state.js").View} view
 * @param {string} format
 */
export function numbersPath(id, site, { method, head, query }, format) {
  const of = method === "weights" ? `site=${site}&head=${head}&query=${query}&` : "";
  const asked = method === "rollout" ? `query=${query}&` : of;
  return `/api/v1/traces/${id}/${method}?${asked}format=${format}`;
}

/**
 * @param {string} url
 */
export function curlCall(url) {
  return `curl -s '${url}'`;
}

/**
 * @param {string} url of the NPY
 */
export function pythonCall(url) {
  return `import io
import urllib.request

import numpy as np

with urllib.request.urlopen("${url}") as answer:
    weights = np.load(io.BytesIO(answer.read()))
print(weights.shape, weights.sum())
`;
}
