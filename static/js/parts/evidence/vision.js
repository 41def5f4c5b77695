/**
 * What was measured of the vision lab's heads (static/lab/vision.json), as series and tables. No page.
 *
 * @typedef {{share: number, score: number, low: number, high: number}} AtShare 0 to 1, with an interval of 95 %
 * @typedef {{score: number, low: number, high: number}} Measure
 * @typedef {object} Head
 * @property {string} model its card's name
 * @property {number} parameters
 * @property {number} milliseconds of the head alone
 * @property {AtShare[]} accuracy
 * @property {AtShare[]} [pointing] how often the maximum of its map lies on the object
 * @property {AtShare[]} [weight] of its map that lies on the object
 * @property {Measure} [deletion]
 * @property {Measure} [insertion]
 * @typedef {{head: string, against: string, share: number, noise: boolean} & Measure} Apart of two heads on the
 *   same pictures; `noise` where the interval has zero inside
 * @typedef {object} VisionEvidence
 * @property {string} data
 * @property {number} pictures of each share
 * @property {number[]} seeds
 * @property {number[]} shares of the picture that the object has
 * @property {Record<string, Head>} heads
 * @property {Apart[]} differences
 * @property {{head: string, what: string, source: string}[]} published
 * @typedef {Record<string, string>} Titles of the models' cards
 * @typedef {import("../../math/scales.js").Series} Series
 * @typedef {import("../../math/scales.js").Bucket} Bucket
 * @typedef {import("./tables.js").Table} Table
 */

export const BASE = "average"; // the fixed vector, which the others stand beside

/**
 * Buckets are shares as what the picture is divided by, so that they grow as the object shrinks.
 * @param {Bucket} bucket
 */
export function shareTick({ from }) {
  return from === 1 ? "all" : `1/${from}`;
}

/** @type {import("../chart.js").Axis} */
export const SHARES = {
  label: "share of the picture that the object has",
  tick: shareTick,
  name: (bucket) => (bucket.from === 1 ? "all of the picture" : `${shareTick(bucket)} of the picture`),
};

/** @param {number} share */
export function divisorOf(share) {
  return Math.round(1 / share);
}

/**
 * What a head is called: its title up to a colon or a bracket, and without what all gates and blocks share.
 * @param {{title: string}} card
 */
export function headName({ title }) {
  return title.split(/:| \(Bahdanau|before the average/)[0].trim();
}

/**
 * The same of a head that was measured.
 * @param {Titles} titles
 * @param {Head | undefined} head
 */
export function nameOf(titles, head) {
  return headName({ title: titles[head?.model ?? ""] ?? head?.model ?? "" });
}

/**
 * A measure against the object's share, in percent. The named heads come in their colours, all others
 * are muted.
 * @param {VisionEvidence} evidence
 * @param {"accuracy" | "pointing" | "weight"} measure
 * @param {readonly string[]} named models
 * @param {Titles} titles
 * @returns {Series[]}
 */
export function curvesOf({ heads }, measure, named, titles) {
  const found = Object.values(heads).flatMap((head) => {
    const number = named.indexOf(head.model);
    const points = (head[measure] ?? []).map(pointOf).sort((a, b) => a.from - b.from);
    const look = { number: Math.max(0, number), muted: number < 0 };
    return points.length ? [{ name: nameOf(titles, head), ...look, points }] : [];
  });
  return found.sort((a, b) => a.number - b.number);
}

/** @param {AtShare} at */
function pointOf({ share, score, low, high }) {
  return { from: divisorOf(share), to: null, score: 100 * score, low: 100 * low, high: 100 * high };
}

/**
 * @param {readonly AtShare[] | undefined} measured
 * @param {number} divisor
 */
export function atShare(measured, divisor) {
  return measured?.find(({ share }) => divisorOf(share) === divisor) ?? null;
}

/** @param {Measure | null | undefined} measure */
export function percent(measure) {
  if (!measure) return "–";
  const [score, low, high] = [measure.score, measure.low, measure.high].map((each) =>
    (100 * each).toFixed(1),
  );
  return `${score} [${low}, ${high}]`;
}
