/** What one attention layer costs as the picture grows: a ViT, Swin's windows, PVT's reduced keys. */

import { html } from "../../core/dom.js";
import { multiplications } from "../../math/reach.js";
import { charted } from "../lesson/charted.js";
import { slider } from "../lesson/inputs.js";

/**
 * @typedef {import("../reader/partreader.js").PartReader} PartReader
 * @typedef {import("../../math/reach.js").Looking} Looking
 * @typedef {{sides: number[], width: number, window: number, reduction: number}} Options
 */

/** @type {Looking[]} */
const KINDS = ["vit", "swin", "pvt"];
const MILLION = 1e6;

/**
 * @param {HTMLElement} root
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function show(root, options, reader) {
  const count = options.sides.length;
  const shown = (/** @type {number} */ most) => ({ ...options, sides: options.sides.slice(0, most) });
  const chart = charted(drawnOf(shown(count), reader), reader.signal);
  const said = (/** @type {number} */ at) => reader.words("side", { side: options.sides[at - 1] });
  const told = html("p", { class: "told", "aria-live": "polite" });
  const draw = (/** @type {number} */ most) => {
    chart.draw(drawnOf(shown(most), reader));
    told.textContent = toldOf(shown(most), reader);
  };
  const range = { label: reader.words("slider"), min: 2, max: count, value: count };
  root.append(slider({ ...range, said }, draw).element, chart.element, told);
  told.textContent = toldOf(options, reader);
}

/**
 * @param {Options} options
 * @param {PartReader} reader
 */
function drawnOf({ sides, width, window, reduction }, reader) {
  const series = KINDS.map((kind, number) => ({
    name: reader.words(kind),
    number,
    points: sides.map((side) => {
      const score = multiplications(kind, side ** 2, width, { window, reduction }) / MILLION;
      return { from: side, to: side, score };
    }),
  }));
  const tick = (/** @type {{from: number}} */ { from }) => `${from}²`;
  const name = (/** @type {{from: number}} */ { from }) => reader.words("side", { side: from });
  const axis = { label: reader.words("axis"), tick, name };
  return { series, title: reader.words("title"), measure: reader.words("unit"), axis };
}

/**
 * @param {Options} options
 * @param {PartReader} reader
 */
function toldOf({ sides, width, window, reduction }, reader) {
  const side = sides[sides.length - 1];
  const [vit, swin, pvt] = KINDS.map((kind) =>
    multiplications(kind, side ** 2, width, { window, reduction }),
  );
  const values = { side, places: reader.number(side ** 2), swin: reader.number(vit / swin, 1) };
  return reader.words("said", { ...values, pvt: reader.number(vit / pvt, 1) });
}

/**
 * By how much a kind's work grows when the picture's side doubles from the second-largest.
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function answer({ sides, width, window, reduction }, reader) {
  const [before, last] = sides.slice(-2);
  const [from, to] = [before, last].map((side) =>
    multiplications("vit", side ** 2, width, { window, reduction }),
  );
  const words = { from: before, to: last, times: reader.number(to / from, 1) };
  return { value: to / from, words: reader.words("answer", words) };
}
