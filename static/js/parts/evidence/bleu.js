/**
 * What `foveate evaluate` measured (static/lab/evidence.json), as series and tables. No page.
 *
 * @typedef {{score: number, low: number, high: number}} Bleu
 * @typedef {Bleu & {from: number, to: number | null, pairs: number, repeated: number}} LengthBleu
 * @typedef {{from: number, to: number | null, words: number, covered: number, overlooked: number}} Coverage
 * @typedef {object} Measured
 * @property {string} title
 * @property {number} parameters
 * @property {number} bytes
 * @property {Record<string, {greedy: Bleu, greedy_part: Bleu, beam_part: Bleu}>} bleu by test
 * @property {LengthBleu[]} length
 * @property {LengthBleu[]} [length_part] greedy on the pairs of `length_beam`
 * @property {LengthBleu[]} length_beam
 * @property {Coverage[]} coverage
 * @property {{from: number, to: number | null, pairs: number, accuracy: number}[]} forced
 * @typedef {object} Evidence
 * @property {string} signature of sacreBLEU
 * @property {Record<string, number>} pairs by test
 * @property {number} beam width
 * @property {number} beam_pairs of each test
 * @property {number} [bucket_pairs] of each bucket of length, for the beam
 * @property {number} [coverage_pairs] sentences of each bucket
 * @property {string[]} [length_tests] those that the lengths are of
 * @property {Record<string, Measured>} models
 * @typedef {import("../../math/scales.js").Series} Series
 * @typedef {import("./tables.js").Table} Table
 */

import { bucketName, bucketsOf } from "../../math/scales.js";

const count = (/** @type {number} */ number) => number.toLocaleString("en");

/**
 * What a model is called in a chart: its title up to a colon.
 * @param {string} title
 */
export function shortName(title) {
  return title.split(":")[0];
}

/**
 * BLEU against source length.
 * @param {Evidence} evidence
 * @param {"greedy" | "beam"} search
 * @returns {Series[]}
 */
export function curves({ models }, search) {
  return Object.values(models).map((model, number) => ({
    name: shortName(model.title),
    number,
    points: search === "beam" ? model.length_beam : model.length,
  }));
}

/**
 * Shares against source length, in percent; only of models that have them.
 * @param {Evidence} evidence
 * @param {(model: Measured) => {from: number, to: number | null, share: number}[]} shares
 * @returns {Series[]}
 */
function percents({ models }, shares) {
  return Object.values(models)
    .map((model, number) => ({
      name: shortName(model.title),
      number,
      points: shares(model).map(({ from, to, share }) => ({ from, to, score: 100 * share })),
    }))
    .filter(({ points }) => points.length > 0);
}

/**
 * Coverage against source length; only of models that look.
 * @param {Evidence} evidence
 * @param {"covered" | "overlooked"} what
 */
export function coverages(evidence, what) {
  return percents(evidence, ({ coverage }) => coverage.map((each) => ({ ...each, share: each[what] })));
}

/**
 * Tokens right under teacher forcing, against source length.
 * @param {Evidence} evidence
 */
export function forcedCurves(evidence) {
  return percents(evidence, ({ forced }) => forced.map((each) => ({ ...each, share: each.accuracy })));
}

/**
 * Three words in a row that were said before, against source length.
 * @param {Evidence} evidence
 * @param {"greedy" | "beam"} search
 */
export function repeats(evidence, search) {
  const of = (/** @type {Measured} */ model) => (search === "beam" ? model.length_beam : model.length);
  return percents(evidence, (model) => of(model).map((each) => ({ ...each, share: each.repeated })));
}

/**
 * What a chart shows, and of which pairs.
 * @param {Evidence} evidence
 * @param {"greedy" | "beam"} search
 * @returns {Record<"length" | "forced" | "repeated" | "covered" | "overlooked", string>}
 */
export function captions({ beam, bucket_pairs, coverage_pairs, length_tests }, search) {
  const tests = length_tests?.length ? ` of ${length_tests.join(" and ")}` : "";
  const part = bucket_pairs
    ? `, on ${bucket_pairs} pairs of each length at most, drawn at random${tests}`
    : "";
  const pairs = search === "beam" ? part : tests && `, on all pairs${tests}`;
  const how = search === "beam" ? `a beam of ${beam}` : "greedy search";
  const seen = coverage_pairs
    ? `: mean over all of a model's cross-attention (every site, every head) in ${coverage_pairs} sentences of each length${tests}`
    : "";
  return {
    length: `BLEU by words of the source, ${how}${pairs}, with bands of 95 % intervals`,
    forced: `Next token right, given the true ones before it (teacher forcing)${tests && `, on all pairs${tests}`}`,
    repeated: `Said twice, three words in a row that the translation already had, ${how}${pairs}`,
    covered: `Coverage, how much of each source word all steps together looked at, up to once${seen}`,
    overlooked: `Overlooked, source words that all steps together hardly looked at (less than 0.2)${seen}`,
  };
}

/**
 * Greedy on the pairs that the beam was given, to stand beside it.
 * @param {Evidence} evidence
 * @returns {Series[]}
 */
export function partCurves({ models }) {
  return Object.values(models).flatMap(({ title, length_part }, number) => {
    return length_part?.length ? [{ name: `${shortName(title)}, greedy`, number, points: length_part }] : [];
  });
}

/** @param {Bleu} bleu */
export function withInterval({ score, low, high }) {
  return `${score.toFixed(1)} [${low.toFixed(1)}, ${high.toFixed(1)}]`;
}

/**
 * The numbers of a chart.
 * @param {Series[]} series
 * @param {string} caption
 * @returns {Table}
 */
export function chartTable(series, caption) {
  const buckets = bucketsOf(series);
  const rows = series.map(({ name, points }) => [
    name,
    ...buckets.map(({ from }) => {
      const point = points.find((each) => each.from === from);
      if (!point) return "–";
      return point.low === undefined ? point.score.toFixed(1) : withInterval(/** @type {Bleu} */ (point));
    }),
  ]);
  return { caption, head: ["Model", ...buckets.map(bucketName)], rows };
}

/**
 * BLEU on every test, greedy over all of its pairs.
 * @param {Evidence} evidence
 * @returns {Table}
 */
export function scoreTable({ models, pairs }) {
  const tests = Object.keys(Object.values(models)[0]?.bleu ?? {});
  const rows = Object.values(models).map((model) => [
    shortName(model.title),
    `${(model.parameters / 1e6).toFixed(1)} M`,
    ...tests.map((test) => withInterval(model.bleu[test].greedy)),
  ]);
  const head = ["Model", "Parameters", ...tests.map((test) => `${test} (${count(pairs[test])} pairs)`)];
  return { caption: "sacreBLEU, greedy, with 95 % intervals", head, rows };
}

/**
 * Greedy beside a beam, on the same pairs: as many of each test as a beam was given.
 * @param {Evidence} evidence
 * @returns {Table}
 */
export function searchTable({ models, pairs, beam, beam_pairs, bucket_pairs }) {
  const tests = Object.keys(Object.values(models)[0]?.bleu ?? {});
  const signed = (/** @type {number} */ by) => `${by < 0 ? "−" : "+"}${Math.abs(by).toFixed(1)}`;
  const rows = Object.values(models).map(({ title, bleu }) => [
    shortName(title),
    ...tests.map((test) => {
      const { greedy_part: greedy, beam_part: wide } = bleu[test];
      return `${greedy.score.toFixed(1)} → ${wide.score.toFixed(1)} (${signed(wide.score - greedy.score)})`;
    }),
  ]);
  const head = ["Model", ...tests.map((test) => `${test} (${Math.min(beam_pairs, pairs[test])} pairs)`)];
  const drawn = bucket_pairs ? ", drawn at random" : "";
  return { caption: `Greedy → beam of ${beam}, sacreBLEU on the same pairs${drawn}`, head, rows };
}

/**
 * The score of each named model on a test, greedy, beside a published one; "" where it was not measured.
 * @param {Evidence} evidence
 * @param {string[]} names of models, up to their languages: "fixed", "additive"
 * @param {string} test
 */
export function measuredHere({ models, pairs }, names, test) {
  const found = names.flatMap((name) => {
    const model = Object.entries(models).find(([key]) => key.split("-")[0] === name)?.[1];
    const greedy = model?.bleu[test]?.greedy;
    return model && greedy ? [`${shortName(model.title)} ${withInterval(greedy)}`] : [];
  });
  return found.length ? `${found.join("; ")} (BLEU, ${count(pairs[test])} pairs of ${test}, greedy)` : "";
}
