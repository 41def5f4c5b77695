/** What reading the reader's sentence costs as it grows: counted in two encoders, and timed here. */

import { post } from "../../core/api.js";
import { html } from "../../core/dom.js";
import { charted } from "../lesson/charted.js";
import { segments } from "../lesson/inputs.js";

/**
 * @typedef {import("../reader/partreader.js").PartReader} PartReader
 * @typedef {import("../../schema.js").ReadingGrowth} ReadingGrowth
 * @typedef {import("../../schema.js").ReadingLength} ReadingLength
 * @typedef {"multiplications" | "steps" | "milliseconds"} Measure
 * @typedef {{models: string[], measure: Measure}} Options
 */

/** @type {Measure[]} */
const MEASURES = ["steps", "multiplications", "milliseconds"];
const MILLION = 1e6;

/**
 * @param {Options} options
 * @param {PartReader} reader
 * @returns {Promise<ReadingGrowth[]>}
 */
async function growths({ models }, reader) {
  const found = [];
  // One after the other: two that are timed at once would slow each other down.
  for (const model of models) {
    const body = { text: reader.sentence(), model };
    found.push(await (await post("/lab/growth", body, reader.signal)).json());
  }
  return found;
}

/**
 * @param {HTMLElement} root
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function show(root, options, reader) {
  const found = await growths(options, reader);
  const chart = charted(drawnOf(found, options.measure, reader), reader.signal);
  const said = html("p", { class: "told", "aria-live": "polite" });
  const choose = (/** @type {Measure} */ measure) => {
    chart.draw(drawnOf(found, measure, reader));
    said.textContent = toldOf(found, measure, reader);
  };
  const choices = MEASURES.map((each) => /** @type {const} */ ([each, reader.words(each)]));
  const measures = segments(reader.words("measure"), choices, options.measure, (measure) =>
    choose(/** @type {Measure} */ (measure)),
  );
  root.append(measures, chart.element, said);
  said.textContent = toldOf(found, options.measure, reader);
  return {
    update: (/** @type {Options} */ { measure }) => {
      const input = measures.querySelector(`input[value="${measure}"]`);
      if (input instanceof HTMLInputElement) input.checked = true;
      choose(measure);
    },
  };
}

/**
 * @param {ReadingLength} length
 * @param {Measure} measure
 */
function scoreOf(length, measure) {
  return measure === "multiplications" ? length.multiplications / MILLION : length[measure];
}

/**
 * @param {ReadingGrowth[]} found
 * @param {Measure} measure
 * @param {PartReader} reader
 */
function drawnOf(found, measure, reader) {
  const series = found.map(({ model, lengths }, number) => ({
    name: reader.words(model),
    number,
    points: lengths.map((each) => ({ from: each.tokens, to: each.tokens, score: scoreOf(each, measure) })),
  }));
  const tick = (/** @type {{from: number}} */ { from }) => String(from);
  const name = (/** @type {{from: number}} */ { from }) => reader.words("tokens", { count: from });
  const axis = { label: reader.words("axis"), tick, name };
  return { series, title: reader.words(measure), measure: reader.words(`${measure}-unit`), axis };
}

/**
 * @param {ReadingGrowth[]} found
 * @param {Measure} measure
 * @param {PartReader} reader
 */
function toldOf(found, measure, reader) {
  const parts = found.map(({ model, lengths }) => {
    const [before, last] = lengths.slice(-2);
    const times = scoreOf(last, measure) / Math.max(scoreOf(before, measure), 1e-9);
    const values = {
      model: reader.words(model),
      from: before.tokens,
      to: last.tokens,
      times: reader.number(times, 2),
    };
    return reader.words("said", values);
  });
  return parts.join(" ");
}

/**
 * By how much the last model's multiplications grow from half the longest to the longest.
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function answer(options, reader) {
  const [found] = await growths({ ...options, models: options.models.slice(-1) }, reader);
  const [before, last] = found.lengths.slice(-2);
  const value = last.multiplications / before.multiplications;
  const words = { from: before.tokens, to: last.tokens, times: reader.number(value, 2) };
  return { value, words: reader.words("answer", words) };
}
