/** Figures for a paper: SVG with real text and, up to some size, every cell a shape. */

import { formatWeight, paint } from "../../math/colour.js";
import { arranged } from "../../math/words.js";
import { widthOf } from "../lettering.js";
import { bandsOf, curve, HEIGHT, placed, stroke } from "../matrix/ribbons.js";
import { barStops, escaped } from "./plates.js";

/**
 * @typedef {import("../../math/words.js").Matrix} Matrix
 * @typedef {object} Figure
 * @property {Matrix} matrix
 * @property {import("../../math/colour.js").Scale} scale
 * @property {Uint8Array} table
 * @property {string} title
 * @property {string} source with which model
 * @property {number} threshold of ribbons
 * @property {import("../matrix/ribbons.js").Places} places words stand as their line reads
 */

const FONT = "Helvetica, Arial, sans-serif";
const SIZE = 12;
const CELL = 18;
const BAR = 9;
const LINE = 17;

/** @param {Figure} figure */
export function matrixFigure({ matrix: read, places, scale, table, title, source }) {
  const matrix = arranged(read, places.columns);
  const { rows, columns } = matrix;
  const left = roomFor(rows) + 10;
  const slant = roomFor(columns);
  const top = slant * 0.82 + 14;
  const [wide, high] = [columns.length * CELL, rows.length * CELL];
  const bar = top + high + 14;
  const width = Math.max(
    left + wide + slant * 0.58 + 6,
    left + widthOf(title, SIZE, FONT) + 20,
    left + widthOf(source, 10, FONT),
  );
  const parts = [
    ...rows.map((row, i) => text(left - 6, top + (i + 0.5) * CELL + 4, row.text, 'text-anchor="end"')),
    ...columns.map((column, i) => {
      const [x, y] = [left + (i + 0.62) * CELL, top - 6];
      return text(x, y, column.text, `transform="rotate(-55 ${n(x)} ${n(y)})"`);
    }),
    `<g shape-rendering="crispEdges">${cellShapes(matrix, scale, table, left, top)}</g>`,
    `<rect x="${n(left)}" y="${n(top)}" width="${wide}" height="${high}" fill="none" stroke="#1a1a1a" stroke-width="0.5"/>`,
    legend({ x: left, y: bar, width: Math.max(120, wide) }, scale),
    ...footer(left, bar + BAR + 2 * LINE, title, source),
  ];
  return figureSvg(width, bar + BAR + 3.5 * LINE, title, parts, table);
}

/**
 * How wide the widest of the labels is: on paper none is cut.
 * @param {import("../../math/words.js").Label[]} labels
 */
function roomFor(labels) {
  return Math.max(20, ...labels.map(({ text }) => widthOf(text, SIZE, FONT)));
}

/**
 * Cells of one colour in a row are one shape: large matrices are mostly empty.
 * @param {Matrix} matrix
 * @param {import("../../math/colour.js").Scale} scale
 * @param {Uint8Array} table
 * @param {number} left
 * @param {number} top
 */
function cellShapes({ rows, columns, data }, scale, table, left, top) {
  const pixels = new Uint8ClampedArray(4 * data.length);
  paint(data, scale, table, pixels);
  const hex = (/** @type {number} */ i) =>
    `#${[0, 1, 2].map((c) => pixels[4 * i + c].toString(16).padStart(2, "0")).join("")}`;
  const found = [];
  for (let row = 0; row < rows.length; row++) {
    for (let column = 0, end = 0; column < columns.length; column = end) {
      const fill = hex(row * columns.length + column);
      for (end = column + 1; end < columns.length && hex(row * columns.length + end) === fill; ) end++;
      const [x, y] = [n(left + column * CELL), n(top + row * CELL)];
      found.push(
        `<rect x="${x}" y="${y}" width="${(end - column) * CELL}" height="${CELL}" fill="${fill}"/>`,
      );
    }
  }
  return found.join("");
}

/** @param {Figure} figure */
export function ribbonFigure({ matrix, places, threshold, title, source, table }) {
  const width = (/** @type {import("../../math/words.js").Label} */ label) => widthOf(label.text, 14, FONT);
  const at = placed(matrix.columns.map(width), matrix.rows.map(width), places);
  const { bands } = bandsOf(matrix, threshold, matrix.rows.length);
  const paths = bands.map(({ row, column, strength }) => {
    const { "stroke-width": thick, "stroke-opacity": opacity } = stroke(strength);
    const d = curve(at.columns[column], at.rows[row], 26, HEIGHT - 26);
    return `<path d="${d}" stroke-width="${thick}" stroke-opacity="${opacity}"/>`;
  });
  const label = (/** @type {number} */ x, /** @type {number} */ y, /** @type {string} */ word) =>
    text(x, y, word, 'text-anchor="middle" font-size="14"');
  const parts = [
    `<g fill="none" stroke="#2f4bd8">${paths.join("")}</g>`,
    ...matrix.columns.map((word, i) => label(at.columns[i], 18, word.text)),
    ...matrix.rows.map((word, i) => label(at.rows[i], HEIGHT - 8, word.text)),
    ...footer(0, HEIGHT + 1.4 * LINE, title, source),
  ];
  const whole = Math.max(at.width, widthOf(title, SIZE, FONT) + 12, widthOf(source, 10, FONT));
  return figureSvg(whole, HEIGHT + 3 * LINE, title, parts, table);
}

/**
 * @param {{x: number, y: number, width: number}} place
 * @param {import("../../math/colour.js").Scale} scale
 */
function legend({ x, y, width }, { low, high }) {
  return [
    `<rect x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${BAR}" fill="url(#bar)" stroke="#1a1a1a" stroke-width="0.5"/>`,
    text(x, y + BAR + 14, formatWeight(low), ""),
    text(x + width, y + BAR + 14, formatWeight(high), 'text-anchor="end"'),
  ].join("\n");
}

/**
 * @param {number} x
 * @param {number} y
 * @param {string} title
 * @param {string} source
 */
function footer(x, y, title, source) {
  return [text(x, y, title, 'font-weight="600"'), text(x, y + LINE, source, 'fill="#666" font-size="10"')];
}

/**
 * @param {number} width
 * @param {number} height
 * @param {string} title
 * @param {string[]} parts
 * @param {Uint8Array} table
 */
function figureSvg(width, height, title, parts, table) {
  const colours = barStops(table, { low: 0, high: 1 }, [0, 1]);
  const stops = colours.map(
    (colour, i) => `<stop offset="${n((i / (colours.length - 1)) * 100)}%" stop-color="${colour}"/>`,
  );
  const [w, h] = [Math.ceil(width + 16), Math.ceil(height + 8)];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="-8 -4 ${w} ${h}"
  font-family="${FONT}" font-size="${SIZE}" fill="#1a1a1a">
<title>${escaped(title)}</title>
<defs><linearGradient id="bar">${stops.join("")}</linearGradient></defs>
<rect x="-8" y="-4" width="${w}" height="${h}" fill="#fff"/>
${parts.join("\n")}
</svg>
`;
}

/**
 * @param {number} x
 * @param {number} y
 * @param {string} said
 * @param {string} more attributes
 */
function text(x, y, said, more) {
  return `<text x="${n(x)}" y="${n(y)}"${more ? ` ${more}` : ""}>${escaped(said)}</text>`;
}

/** @param {number} value */
function n(value) {
  return String(Math.round(value * 100) / 100);
}
