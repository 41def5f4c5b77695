/**
 * Filter and attenuation on the reader's photo: attention to a chosen place decides what comes through, and a
 * classifier says what it still recognises (Broadbent 1958, Treisman 1964).
 */

import { getSelection } from "../../core/api.js";
import { html } from "../../core/dom.js";
import { CLS } from "../../math/query.js";
import { Stage } from "../image/stage.js";
import { changes } from "../lesson/changes.js";
import { charted } from "../lesson/charted.js";
import { slider } from "../lesson/inputs.js";
import { PHOTO_LOOK } from "../photo/photolook.js";
import { sceneOf } from "../photo/photoscene.js";
import { pathOf } from "../photo/selection.js";

/**
 * @typedef {"filter" | "attenuate"} Lens
 * @typedef {{lens: Lens, model: string, level: number}} Options `level`: how many of the levels are gone down
 * @typedef {import("../reader/partreader.js").PartReader} PartReader
 * @typedef {import("../photo/tracedphoto.js").Traced} Traced
 * @typedef {import("../../schema.js").Selection} Selection
 * @typedef {import("../../math/query.js").Patch} Patch
 */

/** Percent, as the service judges them: of the weight that is kept, of the least brightness. */
const LEVELS = { filter: [100, 80, 60, 40, 20, 10, 5, 1], attenuate: [100, 80, 60, 40, 30, 20, 10, 0] };

class PhotoFilter {
  /**
   * @param {HTMLElement} root
   * @param {Options} options
   * @param {PartReader} reader
   * @param {Traced} traced
   */
  constructor(root, options, reader, traced) {
    this.reader = reader;
    this.traced = traced;
    this.lens = options.lens;
    this.levels = LEVELS[options.lens];
    this.level = Math.min(options.level, this.levels.length - 1);
    /** @type {import("../../math/query.js").AnyQuery} */
    this.query = traced.lookedFrom(CLS);
    /** @type {Selection | null} */
    this.found = null;
    this.later = changes(reader);
    const choose = (/** @type {Patch} */ patch) => this.choose(patch);
    const leave = () => this.choose(traced.lookedFrom(CLS));
    const canvas = html("canvas", { class: "stage", tabindex: "0", role: "application" });
    canvas.setAttribute("aria-label", reader.words("picture"));
    this.stage = new Stage(canvas, { hover: () => {}, choose, move: choose, leave });
    this.said = html("p", { class: "told", "aria-live": "polite" });
    this.chart = charted(this.drawn(null), reader.signal);
    root.append(this.laidOut(canvas));
    traced.onload = () => this.draw();
    this.draw();
  }

  /** @param {HTMLCanvasElement} canvas */
  laidOut(canvas) {
    const { reader, levels, level, traced } = this;
    const said = (/** @type {number} */ at) => `${levels[at]} %`;
    const range = { label: reader.words(this.lens), min: 0, max: levels.length - 1, value: level, said };
    const field = slider(range, (at) => {
      this.level = at;
      this.draw();
    });
    const frame = html(
      "div",
      { class: "frame-box", "data-state": "ready" },
      html("div", { class: "photo" }, canvas),
    );
    const panel = html("div", { class: "panel" }, frame);
    panel.style.setProperty("--ratio", String(traced.trace.input.width / traced.trace.input.height));
    const aside = html("div", {}, field.element, this.said, this.chart.element);
    return html("div", { class: "photo-beside" }, panel, aside);
  }

  get view() {
    const level = this.levels[this.level];
    const set = this.lens === "filter" ? { keep: level } : { floor: level };
    return this.traced.seen({ ...PHOTO_LOOK, lens: this.lens, query: this.query, smooth: false, ...set });
  }

  /** @param {import("../../math/query.js").AnyQuery} query */
  choose(query) {
    this.query = query;
    this.found = null;
    this.draw();
    this.later(() => this.judge());
  }

  async judge() {
    const { view, query } = this;
    const found = await getSelection(pathOf(this.traced, view));
    if (query === this.query) this.found = found;
    this.draw();
  }

  draw() {
    const { traced, view, reader } = this;
    const table = /** @type {Uint8Array} */ (reader.tables.get("inferno"));
    this.stage.draw(sceneOf(traced, view, view.query, table));
    this.chart.draw(this.drawn(this.found));
    this.said.textContent = this.found ? saidOf(this.found, this.level, reader) : reader.words("judging");
  }

  /** @param {Selection | null} found */
  drawn(found) {
    const { reader, levels } = this;
    const buckets = levels.map((_, from) => ({ from, to: null }));
    const points =
      found?.points.map(({ probability }, from) => ({ from, to: null, score: 100 * probability })) ?? [];
    const name = found?.classified.label ?? "";
    const tick = (/** @type {{from: number}} */ { from }) => String(levels[from]);
    return {
      series: [{ name, number: 0, points }],
      title: reader.words("curve"),
      measure: "%",
      highest: 100,
      buckets,
      ends: false,
      axis: { label: reader.words(`${this.lens}-axis`), tick, name: tick },
    };
  }
}

/**
 * @param {Selection} found
 * @param {number} level
 * @param {PartReader} reader
 */
function saidOf({ classified, points, judge }, level, reader) {
  const percent = (/** @type {number} */ share) => reader.number(100 * share, share < 0.1 ? 1 : 0);
  const { probability, first } = points[level];
  const whole = { judge, label: classified.label, share: percent(classified.probability) };
  const now = { first: first.label, sure: percent(first.probability), left: percent(probability) };
  const key = first.number === classified.number ? "still" : "lost";
  return `${reader.words("whole", whole)} ${reader.words(key, { ...whole, ...now })}`;
}

/**
 * The least level, in percent, from which on the class of the whole photo comes first; null where it never does.
 * @param {Selection} found
 */
export function recognisedFrom({ classified, points, lens }) {
  const falling = points.toSorted((a, b) => b.at - a.at);
  const lost = falling.findIndex(({ first }) => first.number !== classified.number);
  const last = lost < 0 ? falling.at(-1) : falling[lost - 1];
  return last ? Math.round(last.at * (lens === "filter" ? 1 : 100)) : null;
}

/**
 * The threshold: how little may be left of the photo until the classifier says something else.
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function answer({ lens, model }, reader) {
  const traced = await reader.opened(model);
  const view = traced.seen({ ...PHOTO_LOOK, lens, query: traced.lookedFrom(CLS) });
  const found = await getSelection(pathOf(traced, view));
  const value = recognisedFrom(found) ?? 101;
  return { value, words: reader.words("threshold", { label: found.classified.label, level: value }) };
}

/**
 * @param {HTMLElement} root
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function show(root, options, reader) {
  const shown = new PhotoFilter(root, options, reader, await reader.opened(options.model));
  await shown.judge();
}
