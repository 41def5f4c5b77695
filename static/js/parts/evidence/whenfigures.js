/**
 * What was measured of heads over time (static/lab/when.json), as series, sentences and tables. No page.
 *
 * @typedef {{share: number, score: number, low: number, high: number}} AtShare 0 to 1, with an interval of 95 %
 * @typedef {{score: number, low: number, high: number}} Measure
 * @typedef {{head: string, against: string, noise: boolean} & Measure} Apart of two heads on the same clips
 * @typedef {object} Head
 * @property {string} model its card's name
 * @property {number} parameters
 * @property {AtShare[]} accuracy
 * @property {AtShare[]} [pointing] how often the heaviest frame is one with the thing
 * @property {AtShare[]} [weight] that falls on the frames with the thing
 * @property {AtShare[]} [accuracy_off] with every frame given the same weight
 * @typedef {object} WhenEvidence
 * @property {string} data
 * @property {number} clips of each share
 * @property {number} frames of a clip
 * @property {number[]} seeds
 * @property {number[]} shares of the time that the thing has
 * @property {Record<string, Head>} heads
 * @property {Apart[]} differences at an eighth of the time
 * @property {{clips: number, chance: number, heads: Record<string, {model: string} & Measure>, differences: Apart[]}} first
 *   where the first of two things is asked for
 * @typedef {Record<string, string>} Titles of the models' cards
 * @typedef {import("../../math/scales.js").Series} Series
 * @typedef {import("./tables.js").Table} Table
 */

import { atShare, SHARES as OF_PICTURE, percent, shareTick } from "./vision.js";

const AT = 8; // what the time is divided by where heads are compared
/** @type {import("../chart.js").Axis} */
export const TIME = {
  ...OF_PICTURE,
  label: "share of the time that the thing is there",
  name: (bucket) => (bucket.from === 1 ? "all of the time" : `${shareTick(bucket)} of the time`),
};

/**
 * What a head is called: its title up to a colon or a bracket.
 * @param {{title: string}} card
 */
export function shortName({ title }) {
  return title.split(/:| \(/)[0].trim();
}

/**
 * @param {Titles} titles
 * @param {{model: string} | undefined} head
 */
function nameOf(titles, head) {
  return shortName({ title: titles[head?.model ?? ""] ?? head?.model ?? "" });
}

/**
 * A measure against the share of the time, in percent.
 * @param {WhenEvidence} evidence
 * @param {"accuracy" | "pointing" | "weight"} measure
 * @param {Titles} titles
 * @returns {Series[]}
 */
export function whenCurves({ heads }, measure, titles) {
  return Object.values(heads).flatMap((head, number) => {
    const points = (head[measure] ?? []).map(({ share, score, low, high }) => ({
      from: Math.round(1 / share),
      to: null,
      score: 100 * score,
      low: 100 * low,
      high: 100 * high,
    }));
    return points.length ? [{ name: nameOf(titles, head), number, points }] : [];
  });
}

/**
 * What the heads show, in sentences; differences within the noise are called that.
 * @param {WhenEvidence} evidence
 * @param {Titles} titles
 * @returns {string[]}
 */
export function whenFindings({ heads, differences, first }, titles) {
  const low = atShare(heads.average?.accuracy, AT);
  if (!low) return [];
  const name = (/** @type {string} */ head) => nameOf(titles, heads[head]);
  const orders = Object.entries(first.heads).map(([head, found]) => `${name(head)} ${percent(found)} %`);
  return [
    `Where the thing is there an eighth of the time, ${name("average")} is right in ${percent(low)} %.`,
    ...differences.map((apart) => apartSaid(apart, name)),
    `Asked which of two things came first, in both orders: ${orders.join("; ")}. Frames without their times are a bag: half is the most that they can tell.`,
  ];
}

/**
 * @param {Apart} apart
 * @param {(head: string) => string} name
 */
function apartSaid({ head, against, score, low, high, noise }, name) {
  const by = `${points(score)} [${points(low)}, ${points(high)}] points`;
  return `${name(head)} against ${name(against)}: ${by}${noise ? ", within the noise" : ""}.`;
}

/** @param {number} share of one */
function points(share) {
  return `${share < 0 ? "−" : "+"}${Math.abs(100 * share).toFixed(1)}`;
}

/**
 * @param {WhenEvidence} evidence
 * @param {Titles} titles
 * @returns {Table}
 */
export function whenTable({ heads, shares }, titles) {
  const rows = Object.values(heads).map((head) => [
    nameOf(titles, head),
    ...shares.map((share) => percent(atShare(head.accuracy, Math.round(1 / share)))),
    percent(atShare(head.accuracy_off, AT)),
    percent(atShare(head.pointing, AT)),
    percent(atShare(head.weight, AT)),
    head.parameters.toLocaleString("en"),
  ]);
  const right = shares.map((share) => `Right: ${shareTick({ from: Math.round(1 / share), to: null })}`);
  return {
    caption:
      "In percent, with 95 % intervals. Attention off, heaviest frame and weight are of clips with the thing an eighth of the time",
    head: ["Head", ...right, "Right, off", "Heaviest on it", "Weight on it", "Parameters"],
    rows,
  };
}

/** @param {WhenEvidence} evidence */
export function whenAbout({ data, clips, frames, seeds }) {
  return (
    `${data}: ${clips.toLocaleString("en")} clips of ${frames} frames at each share, ${seeds.length} seeds. ` +
    "Intervals are by bootstrap over seeds and clips together. Where the thing is not, there is the background, or a thing of another class."
  );
}
