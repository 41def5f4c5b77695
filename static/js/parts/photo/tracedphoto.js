/**
 * One photo with the trace that a model left of it: what is common to models that attend and to those
 * that are made of convolutions.
 *
 * @typedef {import("./phototrace.js").PhotoTrace | import("./convtrace.js").ConvTrace} Traced
 * @typedef {import("../../math/query.js").AnyQuery} AnyQuery
 * @typedef {import("../../schema.js").ClassProbability} ClassProbability
 * @typedef {import("../../schema.js").Method | import("../../schema.js").ClassMap["method"] | "receptive"} Method
 * @typedef {object} Choice what of a trace is looked at
 * @property {Method} method
 * @property {number} layer from 1; 0 is the last
 * @property {string} head a number, "mean" or "max"
 * @property {string} class a classifier's class by number, "" for the one that it thinks most probable
 * @property {"head" | "layer" | "trace"} scale what lowest and highest are taken over
 * @property {string} colormap
 * @typedef {Choice & {query: AnyQuery}} Looked the same, with what is looked from
 * @typedef {import("../image/scene.js").HeatMap & {beside: number}} PhotoMap `beside` is the weight on
 *   tokens that have no place in the photo, NaN where it is not known
 */

import { scaleOf } from "../../math/colour.js";
import { CLS, isSame } from "../../math/query.js";

export class TracedPhoto {
  /**
   * @param {import("../../core/api.js").ImageTrace} trace
   * @param {ImageBitmap} photo what the model saw: the server's copy
   * @param {(error: unknown) => void} onError
   * @param {string} [sample] its name, where it comes with the service
   * @param {ClassProbability[]} [verdict] a classifier's most probable classes
   */
  constructor(trace, photo, onError, sample = "", verdict = []) {
    this.trace = trace;
    this.photo = photo;
    this.onError = onError;
    this.sample = sample;
    this.verdict = verdict;
    this.onload = () => {};
    /** @type {Set<string>} */
    this.pending = new Set();
  }

  /** What can be pointed at. */
  get grid() {
    return this.trace.grid;
  }

  /** Whether the model has a class token, which stands for the whole photo. */
  get hasCls() {
    return this.trace.prefix.includes(CLS.token);
  }

  /**
   * What is looked from: the patch in the middle, where a model has no class token.
   * @param {AnyQuery} query
   * @returns {AnyQuery}
   */
  lookedFrom(query) {
    if (!isSame(query, CLS) || this.hasCls) return query;
    const { rows, columns } = this.grid;
    return { row: Math.floor(rows / 2), column: Math.floor(columns / 2) };
  }

  /**
   * The scale that a reach is painted with: a diverging table has something at its middle.
   * @param {{colormap: string}} view
   * @param {[number, number]} reach
   * @param {number | null} middle
   */
  scaled({ colormap }, reach, middle) {
    return scaleOf(reach, colormap === "vik" ? middle : null);
  }

  /**
   * Fetches something once, however often it is asked for meanwhile.
   * @param {string} what
   * @param {() => Promise<unknown>} fetching
   */
  load(what, fetching) {
    if (this.pending.has(what)) return;
    this.pending.add(what);
    fetching()
      .finally(() => this.pending.delete(what))
      .then(() => this.onload(), this.onError);
  }
}
