/**
 * One head over time: how much it had of each frame as a curve, and what it says is in the clip.
 *
 * @typedef {import("../../schema.js").VideoVerdict} VideoVerdict
 * @typedef {{name: string, title: string, words: string}} WhenCard
 * @typedef {object} Shown what all lanes show alike
 * @property {number} frame that is shown
 * @property {number} top the share that reaches the upper edge of every curve
 */

import { find, html, svg } from "../../core/dom.js";
import { formatShare } from "../../math/colour.js";
import { frameAt, middleOfColumn, stepsPath, toldOfWhen } from "../../math/whencurve.js";
import { shortName } from "../evidence/whenfigures.js";

const SIZE = { width: 320, height: 56 };
const SAID = 3; // classes

export class WhenLane {
  /**
   * @param {WhenCard} card
   * @param {(frame: number) => void} onFrame that somebody goes to
   */
  constructor(card, onFrame) {
    this.card = card;
    this.curve = svg("svg", {
      class: "when-lane-curve",
      viewBox: `0 0 ${SIZE.width} ${SIZE.height}`,
      preserveAspectRatio: "none",
      "aria-hidden": "true",
    });
    this.element = this.build();
    this.count = 0;
    this.curve.addEventListener("click", ({ offsetX }) => {
      if (this.count) onFrame(frameAt(offsetX, this.curve.clientWidth, this.count));
    });
  }

  build() {
    const { card } = this;
    const id = `lane-${card.name}`;
    const link = html("a", { href: `/models#${card.name}`, "aria-label": `Card of ${card.title}` }, "Card");
    return html(
      "article",
      { class: "when-lane", "aria-labelledby": id },
      html("header", {}, html("h3", { id }, shortName(card)), link),
      html("p", { class: "quiet" }, card.words),
      this.curve,
      html("ol", { class: "head-verdict" }),
      html("p", { class: "quiet", "data-part": "said" }),
    );
  }

  /**
   * @param {VideoVerdict} head
   * @param {number} count frames of the clip
   * @param {Shown} shown
   */
  draw(head, count, shown) {
    this.count = count;
    const shares = sharesOf(head, count);
    const steps = Array.from(shares, (_, frame) => frame);
    const even = SIZE.height * (1 - 1 / count / shown.top);
    const x = middleOfColumn(shown.frame, SIZE.width, count);
    this.curve.replaceChildren(
      svg("rect", {
        class: "here",
        x: x - SIZE.width / count / 2,
        y: 0,
        width: SIZE.width / count,
        height: SIZE.height,
      }),
      svg("path", { class: "when-area", d: stepsPath(shares, steps, shown.top, SIZE, true) }),
      svg("line", { class: "even", x1: 0, x2: SIZE.width, y1: even, y2: even }),
      svg("path", { class: "when", d: stepsPath(shares, steps, shown.top, SIZE) }),
    );
    find(this.element, ".head-verdict").replaceChildren(...head.verdict.slice(0, SAID).map(row));
    find(this.element, "[data-part=said]").textContent = saidOf(head, count);
  }
}

/**
 * How much a head had of each frame: without attention of all the same.
 * @param {Pick<VideoVerdict, "when">} head
 * @param {number} count
 */
export function sharesOf({ when }, count) {
  return Float32Array.from(when ?? Array(count).fill(1 / count));
}

/**
 * What a curve says, in words.
 * @param {VideoVerdict} head
 * @param {number} count
 */
export function saidOf({ when, notes, intervention }, count) {
  if (!when) return "Every frame counts the same.";
  if (intervention.frame != null) return `It saw frame ${intervention.frame + 1} alone.`;
  if (intervention.attention === "off") return "Switched off: every frame counts the same.";
  const told = toldOfWhen(sharesOf({ when }, count), (frame) => `frame ${frame + 1}`);
  return [told, ...notes].join(" ");
}

/** @param {import("../../schema.js").ClassProbability} found */
function row({ label, probability }) {
  const bar = html("span", { class: "head-bar", "aria-hidden": "true" });
  bar.style.setProperty("--share", `${100 * probability}%`);
  return html("li", {}, html("span", {}, label), html("span", {}, formatShare(probability)), bar);
}
