/** A figure of a clip for a paper: frames with their maps, and under them the "when" curve. */

import { formatWeight } from "../../math/colour.js";
import { heightsOf, stepsPath } from "../../math/whencurve.js";
import { barStops, escaped } from "./plates.js";

/**
 * @typedef {object} ClipFigure
 * @property {{picture: string, label: string, share: string}[]} cells data URLs of frames
 * @property {number} ratio width over height of a frame
 * @property {{when: Float32Array, name: string}[]} curves shares by step; the second one is dashed
 * @property {number[]} steps of every frame
 * @property {string} title
 * @property {string} source
 * @property {Uint8Array} table
 * @property {import("../../math/colour.js").Scale} scale
 * @property {[number, number]} reach
 */

const WIDTH = 960;
const MARGIN = 14;
const LEFT = 44; // of the curve's numbers
const COLUMNS = 6;
const GAP = 6;
const LINE = 15;
const CURVE = 110;
const COLOURS = ["#2f4bd8", "#c2410c"];

/** @param {ClipFigure} figure */
export function clipFigure(figure) {
  const { title } = figure;
  const wide = (WIDTH - LEFT - (COLUMNS - 1) * GAP) / COLUMNS;
  const high = wide / figure.ratio + LINE + GAP;
  const rows = Math.ceil(figure.cells.length / COLUMNS);
  const curveTop = rows * high + 24;
  const below = curveTop + CURVE + 34;
  const cells = figure.cells.map((cell, i) => {
    const [x, y] = [LEFT + (i % COLUMNS) * (wide + GAP), Math.floor(i / COLUMNS) * high];
    return cellOf(cell, x, y, wide, wide / figure.ratio);
  });
  const [across, down] = [WIDTH + 2 * MARGIN, n(below + 50 + 2 * MARGIN)];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${-MARGIN} ${-MARGIN} ${across} ${down}" width="${across}" height="${down}"
  font-family="Helvetica, Arial, sans-serif" font-size="11" fill="#1a1a1a">
<title>${escaped(title)}</title>
<rect x="${-MARGIN}" y="${-MARGIN}" width="100%" height="100%" fill="#fff"/>
${cells.join("\n")}
<g transform="translate(${LEFT} ${n(curveTop)})">${curveOf(figure)}</g>
<g transform="translate(${LEFT} ${n(below)})">${legendOf(figure)}</g>
</svg>
`;
}

/**
 * @param {ClipFigure["cells"][number]} cell
 * @param {number} x
 * @param {number} y
 * @param {number} width
 * @param {number} height
 */
function cellOf({ picture, label, share }, x, y, width, height) {
  return `<image x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" href="${picture}"/>
${text(x, y + height + LINE - 3, label)}${text(x + width, y + height + LINE - 3, share, ' text-anchor="end" fill="#666"')}`;
}

/** @param {ClipFigure} figure */
function curveOf({ curves, steps }) {
  const size = { width: WIDTH - LEFT, height: CURVE };
  const { top, ticks } = heightsOf(curves.map(({ when }) => when));
  const grid = ticks.map((tick) => {
    const y = n(CURVE * (1 - tick / top));
    const said = `${Number((100 * tick).toPrecision(3))} %`;
    return `<path d="M0 ${y}H${size.width}" stroke="#ddd"/>${text(-6, Number(y) + 4, said, ' text-anchor="end" fill="#666"')}`;
  });
  const paths = curves.map(({ when }, i) => {
    const dash = i ? ' stroke-dasharray="5 3"' : "";
    const area = i
      ? ""
      : `<path d="${stepsPath(when, steps, top, size, true)}" fill="${COLOURS[0]}" fill-opacity="0.15"/>`;
    return `${area}<path d="${stepsPath(when, steps, top, size)}" fill="none" stroke="${COLOURS[i]}" stroke-width="1.6"${dash}/>`;
  });
  const names = steps.map((_, i) => i).filter((i) => i % Math.ceil(steps.length / 24) === 0);
  const numbers = names.map((i) =>
    text(
      ((i + 0.5) / steps.length) * size.width,
      CURVE + 14,
      String(i + 1),
      ' text-anchor="middle" fill="#666"',
    ),
  );
  const named = text(0, -6, "share of the query's weight, by frame", ' fill="#666"');
  return [named, ...grid, ...paths, ...numbers].join("");
}

/** @param {ClipFigure} figure */
function legendOf({ title, source, table, scale, reach, curves }) {
  const colours = barStops(table, scale, reach);
  const stops = colours.map(
    (colour, i) => `<stop offset="${n((i / (colours.length - 1)) * 100)}%" stop-color="${colour}"/>`,
  );
  const named =
    curves.length > 1
      ? curves.map(({ name }, i) => text(240 + i * 330, 9, name, ` fill="${COLOURS[i]}"`))
      : [];
  return `<defs><linearGradient id="bar">${stops.join("")}</linearGradient></defs>
<rect width="160" height="9" fill="url(#bar)"/>${text(0, 22, formatWeight(reach[0]))}${text(160, 22, formatWeight(reach[1]), ' text-anchor="end"')}
${named.join("")}${text(240, 24, title, ' font-weight="600"')}${text(240, 40, source, ' fill="#666"')}`;
}

/**
 * @param {number} x
 * @param {number} y
 * @param {string} words
 * @param {string} [more]
 */
function text(x, y, words, more = "") {
  return `<text x="${n(x)}" y="${n(y)}"${more}>${escaped(words)}</text>`;
}

/** @param {number} value */
function n(value) {
  return String(Math.round(value * 100) / 100);
}
