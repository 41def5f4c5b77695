/**
 * What the measured heads show, in sentences and tables; differences within the noise are called that.
 * No page.
 *
 * @typedef {import("../../parts/evidence/vision.js").VisionEvidence} VisionEvidence
 * @typedef {import("../../parts/evidence/vision.js").Apart} Apart
 * @typedef {import("../../parts/evidence/vision.js").Titles} Titles
 * @typedef {import("../../parts/evidence/tables.js").Table} Table
 */

import { atShare, BASE, divisorOf, nameOf, percent } from "../../parts/evidence/vision.js";

const NINTH = 9;
const MEASURES = /** @type {const} */ (["accuracy", "pointing", "weight"]);

/**
 * @param {VisionEvidence} evidence
 * @param {Titles} titles
 * @returns {string[]}
 */
export function findingsOf({ heads, differences }, titles) {
  const low = atShare(heads[BASE]?.accuracy, NINTH);
  if (!low) return [];
  const name = (/** @type {string} */ head) => nameOf(titles, heads[head]);
  const against = differences.filter((apart) => apart.against === BASE).sort((a, b) => b.score - a.score);
  const others = differences.filter((apart) => apart.against !== BASE);
  const named = (/** @type {Apart[]} */ list) =>
    list.map(({ head, score }) => `${name(head)} ${points(score)}`).join(", ");
  const [better, alike, worse] = sorted(against);
  return [
    `Where the object is a ninth of the picture, ${name(BASE)} is right in ${percent(low)} %. Against it, in points:`,
    better.length ? `Surely better: ${named(better)}.` : "",
    alike.length ? `Within the noise: ${named(alike)}.` : "",
    worse.length ? `Surely worse: ${named(worse)}.` : "",
    ...others.map((apart) => pairSaid(apart, name)),
  ].filter(Boolean);
}

/**
 * Those that are better beyond doubt, those within the noise, those that are worse.
 * @param {Apart[]} list
 */
function sorted(list) {
  return [
    list.filter(({ noise, score }) => !noise && score > 0),
    list.filter(({ noise }) => noise),
    list.filter(({ noise, score }) => !noise && score < 0),
  ];
}

/**
 * @param {Apart} apart
 * @param {(head: string) => string} name
 */
function pairSaid({ head, against, score, low, high, noise }, name) {
  const by = `${points(score)} [${points(low)}, ${points(high)}] points`;
  return `${name(head)} against ${name(against)}: ${by}${noise ? ", within the noise" : ""}.`;
}

/** @param {number} share of one */
function points(share) {
  return `${share < 0 ? "−" : "+"}${Math.abs(100 * share).toFixed(1)}`;
}

/**
 * @param {VisionEvidence} evidence
 * @param {Titles} titles
 * @returns {Table}
 */
export function headTable({ heads, shares }, titles) {
  const divisors = shares.map(divisorOf).filter((divisor) => [1, NINTH, 30].includes(divisor));
  const rows = Object.values(heads).map((head) => [
    nameOf(titles, head),
    ...divisors.map((divisor) => percent(atShare(head.accuracy, divisor))),
    percent(atShare(head.pointing, NINTH)),
    percent(atShare(head.weight, NINTH)),
    percent(head.deletion),
    percent(head.insertion),
    head.parameters.toLocaleString("en"),
    head.milliseconds.toFixed(2),
  ]);
  return {
    caption:
      "In percent, with 95 % intervals. What is said of the map is of pictures whose object is a ninth of them",
    head: [
      "Head",
      ...divisors.map((divisor) => (divisor === 1 ? "Right: all of it" : `Right: 1/${divisor}`)),
      "Maximum on it",
      "Weight on it",
      "Deletion",
      "Insertion",
      "Parameters",
      "ms",
    ],
    rows,
  };
}

/**
 * Every number that was measured, a line each.
 * @param {VisionEvidence} evidence
 * @returns {(string | number | null)[][]}
 */
export function visionSheet({ heads }) {
  const rows = Object.entries(heads).flatMap(([name, head]) =>
    MEASURES.flatMap((measure) =>
      (head[measure] ?? []).map(({ share, score, low, high }) => [name, measure, share, score, low, high]),
    ),
  );
  return [["head", "measure", "share", "value", "low", "high"], ...rows];
}

/**
 * What others found, of other data and larger networks.
 * @param {VisionEvidence} evidence
 */
export function publishedOf({ published }) {
  const said = published.map(({ what, source }) => `${what} (${source})`);
  return said.length ? `Published, of other data: ${said.join("; ")}.` : "";
}

/** @param {VisionEvidence} evidence */
export function aboutOf({ data, pictures, seeds }) {
  const trained = seeds.length === 1 ? "one seed" : `${seeds.length} seeds`;
  return (
    `${data}: ${pictures.toLocaleString("en")} pictures of each size, ${trained}. Intervals are by bootstrap over ` +
    "seeds and pictures together. Deletion (lower is better) and insertion: the area under the probability as " +
    "places go or come in the map's order. Milliseconds are of the head alone, a picture, on one thread."
  );
}
