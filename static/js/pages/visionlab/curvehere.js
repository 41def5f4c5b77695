/** The probability of the object's class on the very picture that is made, against the object's share. */

import { part } from "../../core/dom.js";
import { STEPS, shareAt } from "../../math/composite.js";
import { drawChart } from "../../parts/chart.js";
import { SHARES } from "../../parts/evidence/vision.js";
import { shareSaid } from "./visiontelling.js";

const EVERY = 10; // steps of the slider that are one place of the curve
const NARROW = 480; // pixels of a chart in which every other tick is named

/** Places from all of the picture to the least share. */
const BUCKETS = Array.from({ length: STEPS / EVERY + 1 }, (_, i) => ({ from: i * EVERY, to: null }));

/** @typedef {import("../../math/scales.js").Series} Series */

export class CurveHere {
  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    /** @type {Map<string, Map<number, number>>} probabilities by model and place */
    this.found = new Map();
    this.of = "";
  }

  /**
   * Keeps what was answered; what was found of another picture is forgotten.
   * @param {string} of all that the picture is but the object's size
   * @param {number} step of the slider
   * @param {{model: string, probability: number | null}[]} answers
   */
  add(of, step, answers) {
    if (this.of !== of) this.found.clear();
    this.of = of;
    for (const { model, probability } of answers) {
      if (probability === null) continue;
      if (!this.found.has(model)) this.found.set(model, new Map());
      this.found.get(model)?.set(placeOf(step), 100 * probability);
    }
  }

  /**
   * @param {{model: string, name: string}[]} heads
   * @param {string} label of the object; "" where nobody says
   * @param {import("../../parts/chart.js").Colours} colours
   */
  draw(heads, label, colours) {
    const element = part(this.root, "here");
    const width = Math.max(240, element.clientWidth);
    part(this.root, "here-title").textContent = label
      ? `This picture: probability of “${label}” as the object shrinks`
      : "This picture";
    part(this.root, "here-note").textContent = noteOf(this.found.size > 0, label);
    element.replaceChildren(
      drawChart({
        series: label ? this.series(heads) : this.series([]),
        ...{ width, colours, measure: "% sure", highest: 100, buckets: BUCKETS, ends: false },
        title: "Probability of the object's class against its share of this picture",
        axis: {
          ...SHARES,
          tick: ({ from }) => tick(from, width),
          name: ({ from }) => shareSaid(shareAt(STEPS - from)),
        },
      }),
    );
  }

  /**
   * @param {{model: string, name: string}[]} heads
   * @returns {Series[]}
   */
  series(heads) {
    return heads.map(({ model, name }, number) => {
      const places = [...(this.found.get(model) ?? [])].sort(([a], [b]) => b - a);
      return {
        name,
        number,
        points: places.map(([place, score]) => ({ from: STEPS - place, to: null, score })),
      };
    });
  }
}

/** @param {number} step */
export function placeOf(step) {
  return Math.round(step / EVERY) * EVERY;
}

/**
 * @param {number} from how far the slider is from all of the picture
 * @param {number} width of the chart
 */
function tick(from, width) {
  if (width < NARROW && (from / EVERY) % 2) return "";
  const divisor = 1 / shareAt(STEPS - from);
  return from === 0 ? "all" : `1/${divisor < 3 ? divisor.toFixed(1) : Math.round(divisor)}`;
}

/**
 * @param {boolean} any
 * @param {string} label
 */
function noteOf(any, label) {
  if (!label) return "Say what your photo shows, and its curve is drawn as you shrink it.";
  return any
    ? "Drawn from your own answers: one picture, so no intervals. Attention and place as they are set now."
    : "Shrink the object: every size adds a point.";
}
