/** Class maps side by side with their legend, as a figure to take away: an SVG with real text. */

import { escaped } from "./plates.js";

/**
 * @typedef {object} StreetPlate
 * @property {string} picture a data URL
 * @property {string} title
 * @property {string} said
 */

const WIDTH = 420; // of a picture
const GAP = 20;
const LINE = 18;
const SWATCH = 12;
const ENTRY = 104; // pixels that a class of the legend has
const MEAN = 0.56; // of a letter's width, in Helvetica, by its size

/**
 * @param {StreetPlate[]} plates
 * @param {number} ratio a picture's height by its width
 * @param {readonly {label: string, colour: string}[]} classes
 * @param {string} source
 */
export function streetFigure(plates, ratio, classes, source) {
  const width = Math.max(plates.length * (WIDTH + GAP) - GAP, 6 * ENTRY);
  const height = Math.round(WIDTH * ratio);
  const drawn = plates.map((plate, i) => plateOf(plate, i * (WIDTH + GAP), height));
  const across = Math.floor(width / ENTRY);
  const top = height + 3.2 * LINE;
  const keys = classes.map((each, i) =>
    keyOf(each, (i % across) * ENTRY, top + Math.floor(i / across) * LINE),
  );
  const whole = top + Math.ceil(classes.length / across) * LINE + LINE;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${whole}" width="${width}" height="${whole}" font-family="Helvetica, Arial, sans-serif" fill="#1a1a1a">
<title>${plates.map(({ title }) => escaped(title)).join("; ")}</title>
<rect width="100%" height="100%" fill="#fff"/>
${[...drawn, ...keys].join("\n")}
${text(0, whole - 6, source, width, 11, ' fill="#666"')}
</svg>
`;
}

/**
 * @param {StreetPlate} plate
 * @param {number} x
 * @param {number} height
 */
function plateOf({ picture, title, said }, x, height) {
  return `<image href="${picture}" x="${x}" width="${WIDTH}" height="${height}"/>
${text(x, height + LINE, title, WIDTH, 13, ' font-weight="600"')}
${text(x, height + 2 * LINE, said, WIDTH, 12)}`;
}

/**
 * @param {{label: string, colour: string}} entry
 * @param {number} x
 * @param {number} y
 */
function keyOf({ label, colour }, x, y) {
  return `<rect x="${x}" y="${y - SWATCH + 2}" width="${SWATCH}" height="${SWATCH}" fill="${colour}"/>
${text(x + SWATCH + 5, y, label, ENTRY - SWATCH - 8, 12)}`;
}

/**
 * A line of words, set smaller where it would not fit.
 * @param {number} x
 * @param {number} y
 * @param {string} words
 * @param {number} room
 * @param {number} size
 * @param {string} [more]
 */
function text(x, y, words, room, size, more = "") {
  const fitting = Math.min(size, room / (words.length * MEAN));
  return `<text x="${x}" y="${y}" font-size="${fitting.toFixed(1)}"${more}>${escaped(words)}</text>`;
}
