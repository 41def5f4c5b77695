/** Figures of pictures to take away: an SVG with real text. */

import { barColours } from "../../math/colour.js";

/**
 * @typedef {object} Plate one picture of a figure
 * @property {string} picture a data URL
 * @property {number} width
 * @property {number} height
 * @property {string} title
 * @property {string[]} colours of the colour bar, low first
 * @property {string} low
 * @property {string} high
 */

const BAR = 10;
const STOPS = 17; // of a colour bar's gradient
const LINE = 18;
const GAP = 24;
const ROOM = 320; // that a bar and a title have at least, beside a photo that is narrower
const BELOW = 12 + BAR + 2.2 * LINE; // the colour bar and the title

/**
 * A figure as an SVG document: one picture, or several side by side, each with its colour bar.
 * @param {Plate[]} plates
 * @param {string} source what they show and with which model
 */
export function svgFigure(plates, source) {
  const width = plates.reduce((sum, plate) => sum + roomOf(plate) + GAP, -GAP);
  const height = Math.max(...plates.map((plate) => plate.height)) + BELOW + LINE;
  let x = 0;
  const drawn = plates.map((plate, i) => {
    const at = x;
    x += roomOf(plate) + GAP;
    return `<g transform="translate(${at})">${plateOf(plate, `bar${i}`)}</g>`;
  });
  const titles = plates.map((plate) => escaped(plate.title)).join("; ");
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}"
  height="${height}" font-family="Helvetica, Arial, sans-serif" fill="#1a1a1a">
<title>${titles}</title>
<rect width="100%" height="100%" fill="#fff"/>
${drawn.join("\n")}
${text(0, height - 6, source, width, 11, ' fill="#666"')}
</svg>
`;
}

/** @param {Plate} plate */
function roomOf({ width }) {
  return Math.max(width, ROOM);
}

/**
 * @param {Plate} plate
 * @param {string} id of its colour bar's gradient
 */
function plateOf(plate, id) {
  const { picture, width, height, title, colours, low, high } = plate;
  const room = roomOf(plate);
  const stops = colours.map((colour, i) => {
    const at = (i / (colours.length - 1)) * 100;
    return `<stop offset="${at.toFixed(1)}%" stop-color="${colour}"/>`;
  });
  const below = height + 12 + BAR;
  return `<defs><linearGradient id="${id}">${stops.join("")}</linearGradient></defs>
<image href="${picture}" width="${width}" height="${height}"/>
<rect y="${height + 12}" width="${room}" height="${BAR}" fill="url(#${id})"/>
${text(0, below + LINE, low, room, 13)}
${text(room, below + LINE, high, room, 13, ' text-anchor="end"')}
${text(0, below + 2 * LINE, title, room, 13, ' font-weight="600"')}`;
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
  const fitting = Math.min(size, room / (words.length * 0.56)); // Helvetica's mean width of a letter
  return `<text x="${x}" y="${y}" font-size="${fitting.toFixed(1)}"${more}>${escaped(words)}</text>`;
}

/**
 * The colours of a bar from `reach`'s low to its high end, as stops of a gradient.
 * @param {Uint8Array} table
 * @param {import("../../math/colour.js").Scale} scale
 * @param {[number, number]} reach
 */
export function barStops(table, scale, reach) {
  const pixels = barColours(table, scale, reach, STOPS);
  const hex = (/** @type {number} */ value) => value.toString(16).padStart(2, "0");
  return Array.from(
    { length: STOPS },
    (_, i) => `#${[...pixels.subarray(4 * i, 4 * i + 3)].map(hex).join("")}`,
  );
}

/** @param {string} text */
export function escaped(text) {
  const names = /** @type {Record<string, string>} */ ({
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
  });
  return text.replace(/[&<>"]/g, (sign) => names[sign]);
}
