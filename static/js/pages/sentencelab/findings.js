/**
 * What the measured curves say, in sentences: every model that looks beside the one that does not, in
 * the shortest and in the longest sentences, and how far each falls from its best. No page.
 *
 * @typedef {import("../../parts/evidence/bleu.js").Evidence} Evidence
 * @typedef {import("../../parts/evidence/bleu.js").Measured} Measured
 * @typedef {import("../../math/scales.js").Point} Point
 */

import { bucketName, fallOf, isApart } from "../../math/scales.js";
import { shortName } from "../../parts/evidence/bleu.js";

/**
 * @param {Evidence} evidence
 * @param {"greedy" | "beam"} search
 * @returns {string[]}
 */
export function findings({ models }, search) {
  const told = Object.values(models).map((model) => ({
    name: shortName(model.title),
    looks: model.coverage.length > 0,
    points: search === "beam" ? model.length_beam : model.length,
  }));
  const base = told.find(({ looks }) => !looks) ?? null;
  return told
    .filter(({ points }) => points.length > 1)
    .map((one) => {
      return base && one.looks ? beside(one, base) : `${one.name}${falls(one.points)}.`;
    });
}

/** @typedef {{name: string, points: Point[]}} Told */

/**
 * @param {Told} one
 * @param {Told} base
 */
function beside(one, base) {
  const places = [one.points[0], one.points[one.points.length - 1]].flatMap((point) => {
    const other = base.points.find(({ from }) => from === point.from);
    return other ? [against(point, other)] : [];
  });
  const both = places.length ? `${one.name} against ${base.name}: ${places.join("; ")}. ` : "";
  return `${both}${both ? "It" : one.name}${falls(one.points)}${verdict(one, base)}.`;
}

/**
 * @param {Point} point
 * @param {Point} other
 */
function against(point, other) {
  const times = other.score > 0 ? `${(point.score / other.score).toFixed(1)} times, ` : "";
  const apart = isApart(point, other) ? "intervals apart" : "intervals overlap";
  return `${point.score.toFixed(1)} beside ${other.score.toFixed(1)} at ${bucketName(point)} words (${times}${apart})`;
}

/** @param {Point[]} points */
function falls(points) {
  const { best, last, share } = fallOf(points);
  if (best === last) return " is at its best in the longest sentences";
  const from = `its best, ${best.score.toFixed(1)} at ${bucketName(best)} words, to ${last.score.toFixed(1)} at ${bucketName(last)}`;
  return ` falls from ${from}: by ${Math.round(100 * share)} %`;
}

/**
 * Whether attention holds up in long sentences: it must score more there, beyond doubt, and fall less.
 * @param {Told} one
 * @param {Told} base
 */
function verdict({ points }, base) {
  const last = points[points.length - 1];
  const other = base.points.find(({ from }) => from === last.from);
  if (!other || base.points.length < 2) return "";
  if (!isApart(last, other)) return ". In the longest sentences its attention makes no sure difference";
  if (last.score < other.score) return ". In the longest sentences it scores less, for all its attention";
  const fall = Math.round(100 * fallOf(base.points).share);
  if (fallOf(points).share < fallOf(base.points).share) return `, where ${base.name} falls by ${fall} %`;
  return `, no less than ${base.name} (${fall} %): it is ahead, but it does not hold better`;
}
