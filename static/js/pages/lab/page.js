/** The labs in a curve each, drawn from what was measured. */

import { getPart, sentenceOf } from "../../core/api.js";
import { byId, part } from "../../core/dom.js";
import { boot } from "../../core/shell.js";
import { drawChart, NIGHT, PAPER } from "../../parts/chart.js";
import { darkness } from "../../parts/ink.js";
import { sentenceCurve, streetCurve, visionCurve } from "./curves.js";

/**
 * @typedef {import("../../parts/evidence/vision.js").VisionEvidence} VisionEvidence
 * @typedef {import("../../parts/evidence/streetfigures.js").StreetEvidence} StreetEvidence
 * @typedef {object} PageData
 * @property {string | null} sentence address of what was measured
 * @property {string | null} vision
 * @property {string | null} streets
 * @property {import("../../parts/evidence/vision.js").Titles} titles of the labs' models of pictures
 * @typedef {import("./curves.js").Curve} Curve
 */

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
