/**
 * What the measured heads show, in sentences and tables; differences within their intervals are called
 * that. No page.
 *
 * @typedef {import("../../parts/evidence/vision.js").VisionEvidence} VisionEvidence
 * @typedef {import("../../parts/evidence/vision.js").Head} Head
 * @typedef {import("../../parts/evidence/vision.js").AtShare} AtShare
 * @typedef {import("../../parts/evidence/tables.js").Table} Table
 */

import { atShare, BASE, differ, divisorOf, headName, percent } from "../../parts/evidence/vision.js";

const NINTH = 9;
/** What the papers found, of other data and larger networks: none of it is a figure of these pictures. */
const PUBLISHED = /** @type {Record<string, string>} */ ({
  se: "ImageNet top-1 error, ResNet-50: 23.29 % with SE, 24.80 % without",
  eca: "ImageNet top-1, ResNet-50: 77.48 % with ECA, 75.20 % without",
  cbam: "ImageNet top-1 error, ResNet-50: 22.66 % with CBAM, 24.56 % without",
  sk: "ImageNet top-1 error: SKNet-50 20.79 %, ResNeXt-50 22.23 %",
  vit: "ImageNet top-1: ViT-L/16 after ImageNet-21k 85.30 %",
  swin: "ImageNet top-1: Swin-T 81.3 %, DeiT-S 79.8 %",
  pvt: "ImageNet top-1 error: PVT-Small 20.2 %, ResNet-50 21.5 %",
  "non-local": "Kinetics top-1, C2D ResNet-50: 73.8 % with five blocks, 71.8 % without",
});

/**
 * @param {VisionEvidence} evidence
 * @returns {string[]}
 */
export function findingsOf({ heads }) {
  const base = heads[BASE];
  const low = base && atShare(base.accuracy, NINTH);
  if (!low) return [];
  const rest = Object.values(heads).flatMap((head) => {
    const at = head === base ? null : atShare(head.accuracy, NINTH);
    return at ? [{ name: headName(head), at }] : [];
  });
  const better = rest.filter(({ at }) => at.low > low.high).sort((a, b) => b.at.score - a.at.score);
  const alike = rest.filter(({ at }) => !differ(at, low));
  const worse = rest.filter(({ at }) => at.high < low.low);
  return [
    `Where the object is a ninth of the picture, ${headName(base)} is right in ${percent(low)} %.`,
    better.length ? `Surely better there: ${better.map(briefly).join(", ")}.` : "",
    alike.length ? `Within the noise of it: ${alike.map(briefly).join(", ")}.` : "",
    worse.length ? `Surely worse: ${worse.map(briefly).join(", ")}.` : "",
    tied(better),
  ].filter(Boolean);
}

/** @param {{name: string, at: AtShare}} head */
function briefly({ name, at }) {
  return `${name} ${Math.round(100 * at.score)}`;
}

/**
 * Which heads the best one cannot be told apart from.
 * @param {{name: string, at: AtShare}[]} better best first
 */
function tied([best, ...others]) {
  const same = best ? others.filter(({ at }) => !differ(at, best.at)) : [];
  if (!same.length) return "";
  return `${best.name} leads, but its interval overlaps with ${same.map(({ name }) => name).join(", ")}: no order is sure among them.`;
}

/**
 * @param {VisionEvidence} evidence
 * @returns {Table}
 */
export function headTable({ heads, shares }) {
  const divisors = shares.map(divisorOf).filter((divisor) => [1, NINTH, 30].includes(divisor));
  const rows = Object.entries(heads).map(([name, head]) => [
    headName(head),
    ...divisors.map((divisor) => percent(atShare(head.accuracy, divisor))),
    percent(atShare(head.pointing, NINTH)),
    percent(atShare(head.weight, NINTH)),
    head.parameters.toLocaleString("en"),
    head.milliseconds.toFixed(2),
    PUBLISHED[name] ?? "–",
  ]);
  return {
    caption:
      "Percent right and, where the object is a ninth of the picture, how its map lies; intervals of 95 %",
    head: [
      "Head",
      ...divisors.map((divisor) => (divisor === 1 ? "Right: all" : `Right: 1/${divisor}`)),
      "Maximum on it: 1/9",
      "Weight on it: 1/9",
      "Parameters",
      "ms",
      "Published, of other data",
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
    /** @type {const} */ (["accuracy", "pointing", "weight"]).flatMap((measure) =>
      head[measure].map(({ share, score, low, high }) => [name, measure, share, score, low, high]),
    ),
  );
  return [["head", "measure", "share", "value", "low", "high"], ...rows];
}

/** @param {VisionEvidence} evidence */
export function aboutOf({ data, pictures, seeds }) {
  return (
    `${data}: ${pictures.toLocaleString("en")} pictures of each size that were not trained on, ${seeds.length} seeds. ` +
    "Intervals of 95 % hold both the seeds and a bootstrap of the pictures. Milliseconds are of the head alone, on the processor that measured."
  );
}
