/** What was measured here: a chart of a file in static/lab, with its numbers, of the models a lesson names. */

import { html } from "../../core/dom.js";
import { bucketTick } from "../../math/scales.js";
import { chartTable, curves, forcedCurves } from "../evidence/bleu.js";
import { tableOf } from "../evidence/tables.js";
import { curvesOf, shareTick } from "../evidence/vision.js";
import { measurements } from "../lesson/asked.js";
import { charted } from "../lesson/charted.js";

/**
 * @typedef {import("../../math/scales.js").Series} Series
 * @typedef {import("../reader/partreader.js").PartReader} Reader
 * @typedef {"length" | "forced" | "shrinking"} Of BLEU or the next token right against the sentence's length,
 *   or classes right against the object's share
 * @typedef {{of: Of, models: string[]}} Options
 */

/**
 * @param {HTMLElement} root
 * @param {Options} options
 * @param {Reader} reader
 */
export async function show(root, options, reader) {
  const series = await seriesOf(options, reader);
  const axis = axisOf(options.of, reader);
  const title = reader.words(options.of);
  const highest = options.of === "shrinking" ? { highest: 100 } : {};
  const measure = reader.words(`${options.of}-measure`);
  const chart = charted({ series, title, measure, axis, ...highest }, reader.signal);
  const table = { ...chartTable(series, title), head: [reader.words("model"), ...headOf(series, axis)] };
  const named = { class: "scroll", tabindex: "0", role: "group", "aria-label": title };
  root.append(
    html("div", { class: "chart" }, html("p", { class: "chart-title" }, title), chart.element),
    html("details", {}, html("summary", {}, reader.words("numbers")), html("div", named, tableOf(table))),
  );
}

/**
 * The first model's score where it is hardest: the longest sentences, the smallest object.
 * @param {Options} options
 * @param {Reader} reader
 */
export async function answer(options, reader) {
  const series = await seriesOf(options, reader);
  const [first, ...others] = series.map(({ points }) => points[points.length - 1].score);
  const said = { score: reader.number(first, 1), other: reader.number(others[0] ?? 0, 1) };
  return { value: first, words: reader.words(`${options.of}-answer`, said) };
}

/**
 * @param {Options} options
 * @param {Reader} reader
 * @returns {Promise<Series[]>}
 */
async function seriesOf({ of, models }, reader) {
  if (of === "shrinking") return shrinking(await measurements("vision"), models, reader);
  const evidence = await measurements("evidence");
  const named = models.map((name) => [name, { ...evidence.models[name], title: reader.words(name) }]);
  const chosen = { ...evidence, models: Object.fromEntries(named) };
  return of === "length" ? curves(chosen, "greedy") : forcedCurves(chosen);
}

/**
 * @param {import("../evidence/vision.js").VisionEvidence} evidence
 * @param {string[]} models
 * @param {Reader} reader
 */
function shrinking(evidence, models, reader) {
  const titles = Object.fromEntries(models.map((name) => [name, reader.words(name)]));
  return curvesOf(evidence, "accuracy", models, titles).filter(({ muted }) => !muted);
}

/**
 * @param {Of} of
 * @param {Reader} reader
 * @returns {import("../chart.js").Axis}
 */
function axisOf(of, reader) {
  const tick = (/** @type {import("../../math/scales.js").Bucket} */ bucket) => {
    if (of !== "shrinking") return bucketTick(bucket);
    return bucket.from === 1 ? reader.words("all") : shareTick(bucket);
  };
  return { label: reader.words(`${of}-axis`), tick, name: tick, counted: reader.words("pairs") };
}

/**
 * @param {Series[]} series
 * @param {import("../chart.js").Axis} axis
 */
function headOf([{ points }], { tick }) {
  return points.map((point) => tick(point));
}
