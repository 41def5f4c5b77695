/** The sinusoids that tell a transformer where a word stands, and how alike one position is to the others. */

import { html } from "../../core/dom.js";
import { alikeTo, sinusoids, wavelength } from "../../math/sinusoids.js";
import { charted } from "../lesson/charted.js";
import { slider } from "../lesson/inputs.js";
import { cells } from "../steps/cells.js";

/**
 * @typedef {import("../reader/partreader.js").PartReader} PartReader
 * @typedef {{positions: number, width: number, position: number}} Options
 */

const EVERY = 8; // positions between two marks

/**
 * @param {HTMLElement} root
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function show(root, options, reader) {
  const { positions, width } = options;
  const table = sinusoids(positions, width);
  const vik = /** @type {Uint8Array} */ (reader.tables.get("vik"));
  const matrix = cells("PE", table, { low: -1, high: 1 }, vik, width).canvas;
  matrix.setAttribute("aria-label", reader.words("matrix", { positions, width }));
  const values = { positions, width, short: reader.number(wavelength(0, width), 1) };
  const long = { long: reader.number(wavelength(width - 1, width)) };
  const caption = html("p", { class: "quiet" }, reader.words("caption", { ...values, ...long }));
  const chart = charted(drawnAt(table, options, options.position, reader), reader.signal);
  const range = { label: reader.words("slider"), min: 0, max: positions - 1, value: options.position };
  const step = slider({ ...range, said: String }, (at) => chart.draw(drawnAt(table, options, at, reader)));
  const left = html("div", { class: "sinusoids" }, matrix, caption);
  root.append(html("div", { class: "side-by-side" }, left, html("div", {}, step.element, chart.element)));
  return {
    update: (/** @type {Options} */ { position }) => {
      step.input.value = String(position);
      step.show(position);
      chart.draw(drawnAt(table, options, position, reader));
    },
  };
}

/**
 * @param {Float32Array} table
 * @param {Options} options
 * @param {number} position
 * @param {PartReader} reader
 */
function drawnAt(table, { width }, position, reader) {
  const points = Array.from(alikeTo(table, width, position), (score, from) => ({ from, to: from, score }));
  const tick = (/** @type {{from: number}} */ { from }) => (from % EVERY ? "" : String(from));
  const name = (/** @type {{from: number}} */ { from }) => reader.words("at", { position: from });
  const axis = { label: reader.words("positions"), tick, name };
  const title = reader.words("alike", { position });
  return {
    series: [{ name: title, number: 1, points }],
    title,
    measure: reader.words("cosine"),
    axis,
    highest: 1,
    ends: false,
  };
}

/**
 * Whether the likeness of two positions goes by their distance alone: its largest difference between pairs
 * that are as far apart.
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function answer({ positions, width }, reader) {
  const table = sinusoids(positions, width);
  const [one, other] = [alikeTo(table, width, 0), alikeTo(table, width, positions - 5)];
  const [first, last] = [one[4], other[positions - 1]];
  const words = {
    first: reader.number(first, 4),
    last: reader.number(last, 4),
    from: positions - 5,
    to: positions - 1,
  };
  return { value: Math.abs(first - last) < 1e-4 ? "same" : "other", words: reader.words("answer", words) };
}
