/** When and where a patch of a clip finds its like: the sum of its weights by frame, and the map in each. */

import { postClip } from "../../core/clips.js";
import { html, svg } from "../../core/dom.js";
import { framed } from "../image/framed.js";
import { Panel } from "../image/panel.js";
import { scenesOf } from "../video/clipscene.js";
import { ClipTrace } from "../video/cliptrace.js";
import { Timeline } from "../video/timeline.js";

/**
 * @typedef {import("../reader/partreader.js").PartReader} PartReader
 * @typedef {import("../../math/spacetime.js").ClipPatch} ClipPatch
 * @typedef {import("../video/cliptrace.js").Seen} Seen
 * @typedef {{sample: string, model: string, frame: number, row: number, column: number}} Options
 */

/** As the video page takes the sample, which the service has traced before anybody comes. */
const TAKEN = Object.freeze({ resolution: 336, frames: 24, start: "", end: "" });
const LOOK = Object.freeze({
  site: "",
  head: "mean",
  lens: /** @type {const} */ ("overlay"),
  opacity: 75,
  keep: 60,
  floor: 30,
  smooth: true,
  grid: false,
  colormap: "inferno",
  scale: /** @type {const} */ ("clip"),
});

class When {
  /**
   * @param {HTMLElement} root
   * @param {ClipTrace} traced
   * @param {PartReader} reader
   */
  constructor(root, traced, reader) {
    this.traced = traced;
    this.reader = reader;
    this.table = /** @type {Uint8Array} */ (reader.tables.get("inferno"));
    this.query = traced.usual;
    this.frame = traced.frameOf(this.query.step);
    /** @type {Seen | null} */
    this.seen = null;
    const frame = framed(reader.words("label"));
    const { element, told } = timelineOf(reader);
    root.append(
      html(
        "div",
        { class: "when-part" },
        frame,
        html("div", {}, html("h3", {}, reader.words("when")), element, told),
      ),
    );
    this.panel = new Panel(frame, {
      hover: () => {},
      choose: (patch) => this.look(patch),
      move: (patch) => this.look(patch),
      leave: () => {},
    });
    this.timeline = new Timeline(element, (number) => this.go(number));
    traced.onload = () => this.draw();
  }

  /** @param {{row: number, column: number}} patch of the frame that is shown */
  look(patch) {
    this.query = { step: this.traced.stepOf(this.frame), ...patch };
    this.draw();
  }

  /** @param {number} frame */
  go(frame) {
    this.frame = frame;
    this.draw();
  }

  draw() {
    const { traced, query, table, frame, timeline } = this;
    const site = traced.site("");
    this.seen = traced.asked(site, "mean", query) ?? this.seen;
    const { seen } = this;
    const shown = { traced, view: LOOK, query, seen, table, carried: null, marking: false };
    const scene = scenesOf(shown)(frame);
    if (scene) this.panel.draw(scene, this.told(frame));
    const from = traced.frameOf(query.step);
    timeline.draw({ traced, frame, when: seen?.when ?? null, other: null, from, shares: null });
  }

  /**
   * @param {number} frame
   * @returns {import("../image/panel.js").Words}
   */
  told(frame) {
    const { reader, traced, query, seen } = this;
    const share = reader.number(100 * (seen?.when[traced.stepOf(frame)] ?? 0), 1);
    const said = { frame: frame + 1, count: traced.count, from: traced.frameOf(query.step) + 1, share };
    const title = reader.words("frame", said);
    return {
      title,
      meaning: reader.words("scale"),
      share: "",
      missing: "",
      flat: false,
      summary: () => title,
    };
  }
}

/** @param {PartReader} reader */
function timelineOf(reader) {
  const track = html(
    "div",
    { class: "track", "data-part": "track" },
    html("canvas", { class: "film-strip", "data-part": "strip", "aria-hidden": "true" }),
    svg("svg", { class: "when-curve", "data-part": "curve", "aria-hidden": "true" }),
    html("span", { class: "play-head", "data-part": "head", "aria-hidden": "true" }),
  );
  const slider = {
    role: "slider",
    tabindex: "0",
    "aria-label": reader.words("slider"),
    "aria-valuemin": "1",
  };
  const element = html(
    "div",
    { class: "timeline", ...slider, "aria-valuemax": "1", "aria-valuenow": "1" },
    track,
  );
  return { element, told: html("p", { class: "visually-hidden", "data-part": "told", lang: "en" }) };
}

/**
 * @param {Options} options
 * @param {PartReader} reader
 */
async function clipOf({ sample, model, frame, row, column }, reader) {
  const on = { sent: () => {}, wait: () => {} };
  const trace = await postClip({ sample }, { model, ...TAKEN }, reader.signal, on);
  return new ClipTrace(trace, reader.failed, sample, [frame, row, column]);
}

/**
 * @param {ClipTrace} traced
 * @param {ClipPatch} query
 * @param {PartReader} reader
 * @returns {Promise<Seen>}
 */
async function seenFrom(traced, query, reader) {
  const { promise, resolve, reject } = Promise.withResolvers();
  Object.assign(traced, { onload: () => resolve(null), onError: reject });
  const known = traced.asked(traced.site(""), "mean", query);
  if (known) return known;
  await promise;
  traced.onError = reader.failed;
  return seenFrom(traced, query, reader);
}

/**
 * The share of the patch's weight that falls on its own frame.
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function answer(options, reader) {
  const traced = await clipOf(options, reader);
  const query = traced.usual;
  const { when } = await seenFrom(traced, query, reader);
  const value = when[query.step];
  const said = { share: reader.number(100 * value, 1), even: reader.number(100 / when.length, 1) };
  return { value, words: reader.words("own", said) };
}

/**
 * @param {HTMLElement} root
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function show(root, options, reader) {
  const traced = await clipOf(options, reader);
  const shown = new When(root, traced, reader);
  reader.signal.addEventListener("abort", () => traced.leave());
  const first = Promise.withResolvers();
  traced.loadFrames(shown.frame, () => {
    shown.draw();
    first.resolve(null);
  });
  await first.promise;
}
