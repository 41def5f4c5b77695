/** The labs' curves, of what was measured. No page. */

import { curves } from "../../parts/evidence/bleu.js";
import { decoderName } from "../../parts/evidence/streetfigures.js";
import { atShare, BASE, curvesOf, nameOf, SHARES } from "../../parts/evidence/vision.js";

/**
 * @typedef {import("../../parts/evidence/streetfigures.js").StreetEvidence} StreetEvidence
 * @typedef {object} Curve
 * @property {import("../../math/scales.js").Series[]} series
 * @property {string} measure
 * @property {string} title
 * @property {string} finding
 * @property {import("../../parts/chart.js").Axis} [axis]
 */

const LOOKING = "additive"; // the head, and the translator, that stand beside the fixed vector
const NINTH = 9;

/**
 * @param {import("../../parts/evidence/bleu.js").Evidence} evidence
 * @returns {Curve}
 */
export function sentenceCurve(evidence) {
  const names = Object.keys(evidence.models).map((name) => name.split("-")[0]);
  const series = curves(evidence, "greedy").map((one, i) => ({
    ...one,
    number: names[i] === LOOKING ? 1 : 0,
    muted: !["fixed", LOOKING].includes(names[i]),
  }));
  const ends = series.filter(({ muted }) => !muted).map(({ name, points }) => endsOf(name, points));
  return {
    series,
    measure: "BLEU",
    title: "BLEU against the length of the sentence, with 95 % intervals",
    finding: `From the shortest to the longest sentences: ${ends.join("; ")}.`,
  };
}

/**
 * @param {string} name
 * @param {import("../../math/scales.js").Point[]} points
 */
function endsOf(name, points) {
  const [first, last] = [points[0], points[points.length - 1]];
  return `${name} ${first.score.toFixed(1)} to ${last.score.toFixed(1)} BLEU`;
}

/**
 * @param {import("../../parts/evidence/vision.js").VisionEvidence} evidence
 * @param {import("../../parts/evidence/vision.js").Titles} titles
 * @returns {Curve}
 */
export function visionCurve(evidence, titles) {
  const shown = [BASE, LOOKING].flatMap((name) => evidence.heads[name] ?? []);
  const models = shown.map(({ model }) => model);
  const said = shown.map((head) => {
    const right = atShare(head.accuracy, NINTH)?.score ?? 0;
    return `${nameOf(titles, head)} is right in ${Math.round(100 * right)} %`;
  });
  return {
    series: curvesOf(evidence, "accuracy", models, titles),
    measure: "% right",
    title: "Accuracy against the object's share of the picture, with 95 % intervals",
    finding: `Where the object is a ninth of the picture, ${said.join(", ")}.`,
    axis: SHARES,
  };
}

const PLAIN = "bottleneck"; // the decoder that nothing comes past
const SKIPS = "unet";
const EVERY = 3; // classes, one of which is named under the curve

/**
 * IoU against the classes, the largest first.
 * @param {StreetEvidence} evidence
 * @param {import("../../parts/evidence/vision.js").Titles} titles
 * @returns {Curve}
 */
export function streetCurve({ models, classes, frequencies }, titles) {
  const order = classes.map(({ label }, i) => ({ label, often: frequencies[i] }));
  order.sort((a, b) => b.often - a.often);
  const shown = [PLAIN, SKIPS].flatMap((name) => models[name] ?? []);
  const nameOfModel = (/** @type {{model: string}} */ { model }) => decoderName(titles[model] ?? model);
  const series = shown.map((model, number) => ({
    name: nameOfModel(model),
    number,
    points: order.map(({ label }, from) => ({ from, to: null, ...inPercent(model.iou[label]) })),
  }));
  const said = shown.map(
    (model) => `${nameOfModel(model)} reaches ${Math.round(100 * model.thin.score)} % IoU`,
  );
  return {
    series,
    measure: "% IoU",
    title: "Intersection over union by class, with 95 % intervals",
    finding: `Of thin things (poles, signs, people), ${said.join(", ")}.`,
    axis: {
      label: "classes, by how much of all pictures they have",
      tick: ({ from }) => (from % EVERY ? "" : order[from].label),
      name: ({ from }) => order[from].label,
    },
  };
}

/** @param {import("../../parts/evidence/streetfigures.js").Measure} measure */
function inPercent({ score, low, high }) {
  return { score: 100 * score, low: 100 * low, high: 100 * high };
}
