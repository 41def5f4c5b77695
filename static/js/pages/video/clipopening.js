/** Opening a video: a sample, a file, a recording, a link; one at a time, the last one wins. */

import { ApiError, isStopped, sentenceOf } from "../../core/api.js";
import { getClip, postClip } from "../../core/clips.js";
import { byId } from "../../core/dom.js";
import { isOverPatches } from "../../math/site.js";
import { VIDEO } from "../../parts/intake.js";
import { listenForArrivals, markSample, Preview } from "../../parts/photo/arrivals.js";
import { ClipTrace } from "../../parts/video/cliptrace.js";
import { recordClip } from "../../parts/video/recorder.js";
import { FRESH } from "./view.js";

/**
 * @typedef {import("./view.js").View} View
 * @typedef {import("../../core/api.js").Source & {note?: string}} Source with what is to be said of it
 * @typedef {Pick<View, "model" | "resolution" | "frames" | "start" | "end">} Asked how a clip is taken
 * @typedef {{source: Source | null, trace: import("../../schema.js").VideoTrace}} Found
 */

const TAKEN = /** @type {const} */ (["model", "resolution", "frames", "start", "end"]);
const NOT_HERE = "Of this link the frames are here and not their video: open the video again to take others.";
const NOT_KEPT = "The video of this link is no longer kept: open it again. Here is a sample.";

export class ClipOpening {
  /**
   * @param {import("../../core/store.js").Store<View>} store
   * @param {import("./page.js").VideoShell} shell
   * @param {(traced: ClipTrace) => void} onTraced
   */
  constructor(store, shell, onTraced) {
    this.store = store;
    this.shell = shell;
    this.onTraced = onTraced;
    /** @type {Map<string, Source>} videos of this session by the ids of their traces */
    this.sent = new Map();
    /** @type {Source | null} of what is shown */
    this.source = null;
    /** @type {ClipTrace | null} */
    this.traced = null;
    /** @type {{control: AbortController, source: Source | null, change: Partial<View>} | null} */
    this.running = null;
    this.asked = askedOf(store.view); // of what was asked for last
    this.kept = this.asked; // of what is shown
    this.preview = new Preview(byId("preview", HTMLVideoElement));
    const arriving = {
      onFile: (/** @type {Blob} */ file, note = "") => {
        this.open({ file, note }, FRESH);
        this.preview.show(file);
      },
      onSample: (/** @type {string} */ sample) => this.open({ sample }, FRESH),
    };
    listenForArrivals(shell, arriving, { wanted: VIDEO, take: recordClip });
    byId("cancel").addEventListener("click", () => this.cancel());
    store.listen(() => this.changed());
  }

  get busy() {
    return this.running !== null;
  }

  /** Other frames of the same video are asked for once nothing moves. */
  changed() {
    const fixed = this.fixed;
    byId("frames", HTMLInputElement).disabled = fixed !== null;
    byId("frames-fixed").hidden = fixed === null;
    if (fixed !== null && this.store.view.frames !== fixed) return this.store.set({ frames: fixed });
    const same = TAKEN.every((name) => this.store.view[name] === this.asked[name]);
    if (same) this.shell.cancel("again");
    else this.shell.after("again", 500, () => this.again());
  }

  /** The only number of frames that the chosen model takes; null where it takes any. */
  get fixed() {
    const { fixed, default_model } = this.shell.page;
    return fixed[this.store.view.model || default_model] ?? null;
  }

  /** What the link names; a trace that is gone gives way to the sample. */
  start() {
    this.changed();
    this.restore(this.store.view);
  }

  /**
   * Shows what a link or an entry of the history names.
   * @param {View} view
   */
  restore(view) {
    const now = this.traced && !this.busy ? this.store.view : null;
    const named = /** @type {const} */ (["sample", "trace", ...TAKEN]);
    if (now && named.every((name) => now[name] === view[name])) this.store.set(view);
    else if (view.trace) this.link(view.trace, view);
    else this.open({ sample: this.known(view.sample) }, view);
  }

  /** @param {string} sample the same, or the usual one where it is none */
  known(sample) {
    const { samples, default_sample } = this.shell.page;
    return samples.some(({ name }) => name === sample) ? sample : default_sample;
  }

  /** The same video with other choices, or after its trace has expired. */
  async again() {
    const source = this.running?.source ?? this.source;
    const change = this.running?.change ?? {};
    if (source) return this.open(source, { ...change, ...askedOf(this.store.view) });
    if (!this.traced) return this.start();
    this.cancel();
    this.shell.problem(NOT_HERE);
  }

  /**
   * @param {Source} source
   * @param {Partial<View>} change of the view, once the clip is shown
   */
  async open(source, change) {
    await this.run(source, change, async (signal) => {
      const { model, ...asked } = this.asked;
      const named = model || this.shell.page.default_model;
      const doing = `Running ${this.shell.page.titles[named] ?? named} on ${asked.frames} frames`;
      this.tell("file" in source ? "Sending the video" : doing);
      const on = {
        sent: (/** @type {number} */ share) => this.tell(share < 1 ? "Sending the video" : doing, share),
        wait: (/** @type {number} */ seconds) =>
          this.tell(`The server is busy; trying again in ${seconds} s`),
      };
      return { source, trace: await postClip(source, { model: named, ...asked }, signal, on) };
    });
  }

  /**
   * @param {string} doing
   * @param {number} [sent] share of the file
   */
  tell(doing, sent = 1) {
    const bar = byId("sent", HTMLProgressElement);
    bar.hidden = sent >= 1;
    bar.value = sent;
    this.shell.progress(doing);
  }

  /**
   * A trace that a link names: its video is here only where it was sent in this session.
   * @param {string} id
   * @param {Partial<View>} change
   */
  async link(id, change) {
    await this.run(null, change, async (signal) => {
      this.tell("Opening");
      return { source: this.sent.get(id) ?? null, trace: await getClip(id, signal) };
    });
  }

  /**
   * @param {Source | null} source
   * @param {Partial<View>} change
   * @param {(signal: AbortSignal) => Promise<Found>} work
   */
  async run(source, change, work) {
    this.stop();
    const running = { control: new AbortController(), source, change };
    this.running = running;
    this.asked = askedOf({ ...this.store.view, ...change });
    try {
      const found = await work(running.control.signal);
      if (this.running === running) this.finish(found, change);
    } catch (error) {
      if (this.running === running) await this.failed(error, change);
    }
  }

  /**
   * @param {Found} found
   * @param {Partial<View>} change
   */
  finish({ source, trace }, change) {
    checkSeen(trace);
    this.stop();
    this.traced?.leave();
    const sample = source && "sample" in source ? source.sample : "";
    const traced = new ClipTrace(trace, (error) => this.lost(error), sample, this.shell.page.starts[sample]);
    if (source && !sample) this.sent.set(trace.id, source);
    this.kept = this.asked = { ...this.asked, resolution: trace.resolution };
    Object.assign(this, { source, traced });
    const usual = sample === this.shell.page.default_sample ? "" : sample;
    markSample(sample);
    this.store.set({ ...change, ...this.asked, sample: usual, trace: sample ? "" : trace.id });
    this.onTraced(traced);
  }

  /**
   * @param {unknown} error
   * @param {Partial<View>} change
   */
  async failed(error, change) {
    const gone = error instanceof ApiError && error.gone;
    const source = gone && change.trace ? this.sent.get(change.trace) : undefined;
    if (source) return this.open(source, change);
    if (gone && !this.traced) {
      await this.open({ sample: this.shell.page.default_sample }, { ...change, ...FRESH, trace: "" });
      return this.shell.problem(NOT_KEPT);
    }
    // A part or a number of frames that cannot be is left where it was chosen, to be put right.
    const same = this.traced && this.running?.source === this.source;
    if (same && error instanceof ApiError && error.status === 422) this.stop();
    else this.cancel();
    if (!isStopped(error)) this.shell.problem(sentenceOf(error));
  }

  /**
   * A fetch for what is shown failed: a trace that has expired is made again.
   * @param {unknown} error
   */
  lost(error) {
    if (isStopped(error)) return;
    if (error instanceof ApiError && error.gone && this.source) this.again();
    else this.shell.problem(error instanceof ApiError && error.gone ? NOT_KEPT : sentenceOf(error));
  }

  /** Goes back to what is shown, and to how it was taken. */
  cancel() {
    this.stop();
    this.asked = this.kept;
    this.store.set(this.kept);
  }

  stop() {
    this.running?.control.abort();
    this.running = null;
    this.shell.cancel("again");
    this.tell("");
    this.preview.hide();
  }

  /** What is to be said of the clip: which of several it is, and what the server changed in it. */
  get notes() {
    const own = this.source?.note ?? "";
    return [own, ...(this.traced?.trace.input.notes ?? [])].filter(Boolean).join(" ");
  }
}

/**
 * Throws an Error with a sentence where a trace has nothing that this page shows.
 * @param {import("../../schema.js").VideoTrace} trace
 */
function checkSeen({ model, sites }) {
  if (sites.some(isOverPatches)) return;
  throw new Error(`${model} has no attention from patches to patches of a clip: choose another model.`);
}

/**
 * @param {View} view
 * @returns {Asked}
 */
function askedOf({ model, resolution, frames, start, end }) {
  return { model, resolution, frames, start, end };
}
