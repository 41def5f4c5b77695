/** The labs in a curve each, drawn from what was measured. */

import { getPart, sentenceOf } from "../../core/api.js";
import { byId, part } from "../../core/dom.js";
import { boot } from "../../core/shell.js";
import { drawChart, NIGHT, PAPER } from "../../parts/chart.js";
import { curves } from "../../parts/evidence/bleu.js";
import { decoderName } from "../../parts/evidence/streets.js";
import { atShare, BASE, curvesOf, nameOf, SHARES } from "../../parts/evidence/vision.js";
import { darkness } from "../../parts/ink.js";

/**
 * @typedef {import("../../math/scales.js").Series} Series
 * @typedef {import("../../parts/evidence/vision.js").VisionEvidence} VisionEvidence
 * @typedef {import("../../parts/evidence/streets.js").StreetEvidence} StreetEvidence
 * @typedef {object} PageData
 * @property {string | null} sentence address of what was measured
 * @property {string | null} vision
 * @property {string | null} streets
 * @property {import("../../parts/evidence/vision.js").Titles} titles of the labs' models of pictures
 * @typedef {object} Curve
 * @property {Series[]} series
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
  const said = shown.map((model) => `${nameOfModel(model)} finds ${Math.round(100 * model.thin.score)} %`);
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

/** @param {import("../../parts/evidence/streets.js").Measure} measure */
function inPercent({ score, low, high }) {
  return { score: 100 * score, low: 100 * low, high: 100 * high };
}

class Experiment {
  /**
   * @param {string} name of its article
   * @param {Curve} curve
   */
  constructor(name, curve) {
    this.curve = curve;
    this.root = byId(name);
    this.dark = darkness();
    this.width = 0;
    part(this.root, "caption").textContent = curve.title;
    part(this.root, "finding").textContent = curve.finding;
    this.dark.addEventListener("change", () => this.draw());
    new ResizeObserver(() => this.resized()).observe(part(this.root, "curve"));
  }

  resized() {
    if (Math.abs(part(this.root, "curve").clientWidth - this.width) > 1) this.draw();
  }

  draw() {
    const element = part(this.root, "curve");
    this.width = element.clientWidth;
    const colours = this.dark.matches ? NIGHT : PAPER;
    element.replaceChildren(drawChart({ ...this.curve, colours, width: Math.max(240, this.width) }));
  }
}

/** A link of old days had its sentence after the #, which no server sees. */
function isOfSentence() {
  return new URLSearchParams(location.hash.slice(1)).has("text");
}

/**
 * @template Evidence
 * @param {string} name of the experiment
 * @param {string | null} url
 * @param {(evidence: Evidence) => Curve} curveOf
 */
async function show(name, url, curveOf) {
  if (url) new Experiment(name, curveOf(await getPart(url, "What was measured")));
}

/** @param {import("../../core/shell.js").Shell<PageData>} shell */
async function open(shell) {
  const { sentence, vision, streets, titles } = shell.page;
  const shown = [
    show("sentence", sentence, sentenceCurve),
    show("vision", vision, (/** @type {VisionEvidence} */ evidence) => visionCurve(evidence, titles)),
    show("streets", streets, (/** @type {StreetEvidence} */ evidence) => streetCurve(evidence, titles)),
  ];
  for (const result of await Promise.allSettled(shown)) {
    if (result.status === "rejected") shell.problem(sentenceOf(result.reason));
  }
}

if (isOfSentence()) location.replace(`/lab/sentence${location.hash}`);
else boot(open);
