/** Opening a photo: from a sample, a file or a link, with progress, cancelling and second chances. */

import { ApiError, getPhoto, getTrace, isStopped, postTrace, sentenceOf } from "../../core/api.js";
import { byId } from "../../core/dom.js";
import { samePlace } from "../../math/geometry.js";
import { CLS, isPatch, patchOn, spellQuery } from "../../math/query.js";
import { madeBy } from "../../parts/firstvisit.js";
import { listenForArrivals, markSample, Preview } from "../../parts/photo/arrivals.js";
import { openedTrace } from "../../parts/photo/opened.js";
import { methodName } from "../../parts/phrases.js";

/**
 * @typedef {import("../../core/api.js").ImageTrace} ImageTrace
 * @typedef {import("./view.js").View} View
 * @typedef {import("../../core/api.js").Source & {note?: string}} Source with what is to be said of it
 * @typedef {Pick<View, "model" | "resolution">} Asked how a photo is traced
 * @typedef {object} On
 * @property {(traced: import("../../parts/photo/tracedphoto.js").Traced) => void} traced
 * @property {() => void} settled nothing is waited for any more
 */

const FRESH = Object.freeze({ query: CLS, pins: [] }); // a patch of one photo is none of another
const NOT_KEPT = "The photo of this link is no longer kept: open it again. Here is a sample.";
const LET_GO = "The server has let go of this photo: open it again.";

export class Opening {
  /**
   * @param {import("../../core/store.js").Store<View>} store
   * @param {import("./page.js").ImageShell} shell
   * @param {Map<string, Source>} sent photos of this session by the ids of their traces
   * @param {On} on
   */
  constructor(store, shell, sent, on) {
    this.store = store;
    this.shell = shell;
    this.sent = sent;
    this.on = on;
    /** @type {Source | null} of the photo that is shown */
    this.source = null;
    /** @type {ImageTrace | null} what is shown */
    this.trace = null;
    /** @type {import("../../parts/photo/tracedphoto.js").Traced | null} the same */
    this.traced = null;
    /** @type {Source | null} of the photo that the server works on */
    this.pending = null;
    /** @type {Partial<View>} of the view, once the pending photo is shown */
    this.change = {};
    /** @type {Asked} of what was asked for last */
    this.asked = askedOf(store.view);
    this.kept = this.asked; // of what is shown
    this.instead = ""; // what is said of a method that has given way to another
    this.busy = false;
    this.running = new AbortController();
    this.preview = new Preview(byId("preview", HTMLImageElement));
    this.listen();
  }

  listen() {
    listenForArrivals(this.shell, {
      onFile: (file, note) => this.openFile(file, note),
      onSample: (sample) => this.open({ sample }, FRESH),
    });
    byId("cancel").addEventListener("click", () => this.cancel());
    this.store.listen((changed) => {
      if (changed.has("method")) this.instead = "";
      if (!changed.has("model") && !changed.has("resolution")) return;
      const { model, resolution } = this.store.view;
      if (model !== this.asked.model || resolution !== this.asked.resolution) this.again();
    });
  }

  /** What the link names; a trace that is gone gives way to the first sample. */
  start() {
    const { sample, trace } = this.store.view;
    const known = this.shell.page.samples.some((found) => found.name === sample);
    if (trace && !known) this.openTrace(trace, {});
    else this.open({ sample: known ? sample : this.shell.page.default_sample }, {});
  }

  /**
   * Shows what another entry of the history names: another photo, or another look at this one.
   * @param {View} view
   */
  restore(view) {
    const { store, trace } = this;
    if (
      trace &&
      sampleAndTrace(view) === sampleAndTrace(store.view) &&
      view.resolution === trace.resolution
    ) {
      this.stop();
      store.set(view);
    } else if (view.trace) this.openTrace(view.trace, view);
    else this.open({ sample: view.sample || this.shell.page.default_sample }, view);
  }

  /**
   * @param {Blob} file
   * @param {string} note
   */
  openFile(file, note) {
    this.open({ file, note }, FRESH);
    this.preview.show(file);
  }

  /** Runs the same photo with other choices, or after its trace has expired. */
  async again() {
    if (this.busy && !this.pending) return; // what opens has its own
    const source = this.pending ?? this.source;
    const change = this.pending ? this.change : {};
    if (source) await this.open(source, { ...change, ...askedOf(this.store.view) });
    else this.start(); // nothing has been shown yet: what the link names failed
  }

  /**
   * @param {Source} source
   * @param {Partial<View>} change of the view, once the photo is shown
   */
  async open(source, change) {
    const running = this.begin(change);
    const { asked } = this;
    this.pending = source;
    this.shell.progress(this.doing(asked));
    try {
      const trace = await postTrace(source, asked, running.signal, (seconds) =>
        this.shell.progress(`The server is busy; trying again in ${seconds} s`),
      );
      await this.finish(trace, source, await getPhoto(trace.id, running.signal), running);
    } catch (error) {
      this.failed(error, running);
    }
  }

  /** @param {Asked} asked */
  doing({ model, resolution }) {
    const { default_model, titles } = this.shell.page;
    const name = model || default_model;
    if (!this.trace || this.trace.model === name) return `Tracing at ${resolution} px`;
    return `Loading ${titles[name] ?? name}, then tracing at ${resolution} px`;
  }

  /**
   * Stops what runs: of two photos in quick succession, the last one is shown.
   * @param {Partial<View>} change
   */
  begin(change) {
    this.stop();
    this.running = new AbortController();
    this.busy = true;
    this.change = change;
    this.asked = askedOf({ ...this.store.view, ...change });
    return this.running;
  }

  /**
   * A trace that a link names, with the server's copy of its photo: that can be sent again, too.
   * @param {string} id
   * @param {Partial<View>} change
   */
  async openTrace(id, change) {
    const running = this.begin(change);
    const { signal } = running;
    this.shell.progress("Opening");
    try {
      const [trace, file] = await Promise.all([getTrace(id, signal), getPhoto(id, signal)]);
      await this.finish(trace, this.sent.get(id) ?? { file }, file, running);
    } catch (error) {
      if (!(error instanceof ApiError && error.gone)) return this.failed(error, running);
      if (this.running === running) await this.openInstead(this.sent.get(id), change);
    }
  }

  /**
   * @param {Source | undefined} source of a trace that is gone
   * @param {Partial<View>} change
   */
  async openInstead(source, change) {
    if (source) return this.open(source, change);
    await this.open({ sample: this.shell.page.default_sample }, { ...change, ...FRESH });
    this.shell.problem(NOT_KEPT);
  }

  /**
   * @param {ImageTrace} trace
   * @param {Source} source
   * @param {Blob} file the server's copy, on which the heat is laid: no browser turns or colours it
   *   in another way than the model saw it
   * @param {AbortController} running
   */
  async finish(trace, source, file, running) {
    const sample = "sample" in source ? source.sample : "";
    const onError = (/** @type {unknown} */ error) => this.lost(error);
    const photo = await createImageBitmap(file);
    const traced = await openedTrace(trace, photo, { sample, signal: running.signal, onError });
    if (this.running !== running || running.signal.aborted) return;
    const { model } = this.asked;
    const { resolution } = trace;
    const from = source === this.source && !("query" in this.change) ? (this.traced?.grid ?? null) : null;
    const view = { ...this.store.view, ...this.change };
    const place = onGrid(view, from, traced.grid);
    const looked = {
      ...place,
      method: traced.offered(view.method, place.query),
      ...this.otherLayers(traced),
    };
    this.stop();
    this.asked = this.kept = { model, resolution };
    Object.assign(this, { source, trace, traced });
    if (!sample) this.sent.set(trace.id, source);
    const usual = sample === this.shell.page.default_sample ? "" : sample;
    const opened = { sample: usual, trace: sample ? "" : trace.id, model, resolution };
    this.store.set({ ...this.change, ...looked, ...opened });
    const lacking = traced.lacking(view.method);
    this.instead = traced.attends
      ? lacking && `${lacking} Shown in its place: ${methodName(looked.method)}.`
      : "";
    byId("timings").textContent = timings(trace, traced.attends ? "patches" : "places in the last layer");
    this.nameModel(trace.model);
    markSample(sample);
    this.on.traced(traced);
  }

  /**
   * Layers and classes of a network of another kind are none of this one's.
   * @param {import("../../parts/photo/tracedphoto.js").Traced} traced
   * @returns {Partial<View>}
   */
  otherLayers(traced) {
    const other = this.traced && this.traced.trace.model !== traced.trace.model;
    if (!other) return {};
    return { class: "", ...(this.traced?.attends === traced.attends ? {} : { layer: 0 }) };
  }

  /** @param {string} name of the model whose attention is shown */
  nameModel(name) {
    const link = byId("model", HTMLAnchorElement);
    const title = this.shell.page.titles[name] ?? name;
    link.href = `/models#${name}`;
    madeBy(title);
    const times = document.querySelectorAll("[name=resolution] + span small");
    for (const told of /** @type {NodeListOf<HTMLElement>} */ (times))
      told.hidden = name !== this.shell.page.timed_model;
    if (link.hasAttribute("aria-label")) link.setAttribute("aria-label", `Card of ${title}`);
    else link.textContent = title;
  }

  /** What is to be said of the photo: which of several it is, and what the server changed in it. */
  get notes() {
    const own = this.source?.note ?? "";
    return [this.instead, own, ...(this.trace?.input.notes ?? [])].filter(Boolean).join(" ");
  }

  /**
   * A fetch for the shown trace failed: an expired one is sent again by itself.
   * @param {unknown} error
   */
  lost(error) {
    if (isStopped(error)) return;
    if (error instanceof ApiError && error.gone && this.source) this.again();
    else this.shell.problem(sentenceOf(error));
  }

  /**
   * @param {unknown} error
   * @param {AbortController} running
   */
  failed(error, running) {
    if (this.running !== running) return;
    this.cancel();
    if (isStopped(error)) return;
    this.shell.problem(error instanceof ApiError && error.gone ? LET_GO : sentenceOf(error));
  }

  /** Goes back to what is shown, its model and resolution too. */
  cancel() {
    this.stop();
    this.asked = this.kept;
    this.store.set(this.kept);
    this.on.settled();
  }

  stop() {
    this.running.abort();
    this.busy = false;
    this.pending = null;
    this.shell.progress("");
    this.preview.hide();
  }
}

/**
 * @param {View} view
 * @returns {Asked}
 */
function askedOf({ model, resolution }) {
  return { model, resolution };
}

/**
 * What is looked from, on another grid: at the same place of the same photo, or not at all where it
 * lies beside the grid.
 * @param {Pick<View, "query" | "pins">} view
 * @param {import("../../math/geometry.js").Grid | null} from the grid that the view was of, if not this one
 * @param {import("../../math/geometry.js").Grid} grid
 * @returns {Pick<View, "query" | "pins">}
 */
export function onGrid({ query, pins }, from, grid) {
  const moved = (/** @type {import("../../math/query.js").Patch} */ patch) =>
    from ? samePlace(patch, from, grid) : patchOn(patch, grid);
  const places = new Map(pins.map(moved).flatMap((patch) => (patch ? [[spellQuery(patch), patch]] : [])));
  return { query: isPatch(query) ? (moved(query) ?? CLS) : query, pins: [...places.values()] };
}

/** @param {View} view */
function sampleAndTrace({ sample, trace, model }) {
  return [sample, trace, model].join(" ");
}

/**
 * @param {ImageTrace} trace
 * @param {string} what its grid is of
 */
function timings({ timings, precision, input, grid }, what) {
  const ms = (/** @type {number} */ value) => `${Math.round(value)} ms`;
  return (
    `${input.width} × ${input.height} px, ${grid.rows} × ${grid.columns} ${what}. ` +
    `Decode ${ms(timings.decode_ms)}, forward pass ${ms(timings.forward_ms)} in ${precision}, ` +
    `heatmaps ${ms(timings.heatmaps_ms)}.`
  );
}
