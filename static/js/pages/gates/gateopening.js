/** Opening a photo on the page of gates: a sample, a file, a link; one at a time, the last one wins. */

import { ApiError, getPhoto, getTrace, isStopped, postTrace, sentenceOf } from "../../core/api.js";
import { byId } from "../../core/dom.js";
import { getNetwork } from "../../core/gating.js";
import { networkOf } from "../../math/network.js";
import { GatePass } from "../../parts/gates/gatepass.js";
import { listenForArrivals, markSample, Preview } from "../../parts/photo/arrivals.js";

/**
 * @typedef {import("../../core/api.js").ImageTrace} ImageTrace
 * @typedef {import("../../core/api.js").Source & {note?: string}} Source
 * @typedef {import("./view.js").View} View
 * @typedef {object} Opened
 * @property {Source} source
 * @property {GatePass} pass untouched
 * @property {ImageBitmap} photo the server's copy
 * @property {import("../../schema.js").NetworkView} network
 * @property {boolean} drawn whether the server knows how it is built, and has pictures of its parts
 * @typedef {{signal: AbortSignal, change: Partial<View>}} Running
 */

const RESOLUTION = 448; // of networks that take any size
const FRESH = Object.freeze({ sample: "", trace: "" });
const NOT_KEPT = "The photo of this link is no longer kept: open it again. Here is a sample.";

export class GateOpening {
  /**
   * @param {import("../../core/store.js").Store<View>} store
   * @param {import("./page.js").GatesShell} shell
   * @param {{opened: (opened: Opened) => void, leave: () => void, stay: () => void}} on `leave`: another
   *   photo is on its way; `stay`: it does not come after all
   */
  constructor(store, shell, on) {
    this.store = store;
    this.shell = shell;
    this.on = on;
    /** @type {Map<string, Source>} photos of this session by their traces */
    this.sent = new Map();
    /** @type {Opened | null} what is shown */
    this.opened = null;
    /** @type {AbortController | null} of what is being opened */
    this.running = null;
    this.model = store.view.model; // of what was asked for last
    this.preview = new Preview(byId("preview", HTMLImageElement));
    listenForArrivals(shell, {
      onFile: (file, note) => {
        this.trace({ file, note }, FRESH);
        this.preview.show(file);
      },
      onSample: (sample) => this.trace({ sample }, FRESH),
    });
    byId("cancel").addEventListener("click", () => this.cancel());
    store.listen((changed) => {
      if (changed.has("model") && store.view.model !== this.model) this.again();
    });
  }

  get busy() {
    return this.running !== null;
  }

  /** What the link names; a trace that is gone gives way to the sample. */
  start() {
    this.restore(this.store.view);
  }

  /**
   * Shows what a link or an entry of the history names.
   * @param {View} view
   */
  restore(view) {
    const now = this.opened && !this.busy ? this.store.view : null;
    const same =
      now && ["sample", "trace", "model"].every((name) => Reflect.get(now, name) === Reflect.get(view, name));
    if (same) this.store.set(view);
    else if (view.trace) this.link(view.trace, view);
    else this.trace({ sample: this.known(view.sample) }, view);
  }

  /** @param {string} model by its name, or "" for the page's usual one */
  named(model) {
    return model || this.shell.page.default_model;
  }

  /** @param {string} sample the same, or the usual one where it is none */
  known(sample) {
    const { samples, default_sample } = this.shell.page;
    return samples.some(({ name }) => name === sample) ? sample : default_sample;
  }

  /** The same photo again: with another model, or after its trace has expired. */
  async again() {
    const { opened, store } = this;
    if (opened) await this.trace(opened.source, { model: store.view.model });
    else this.start();
  }

  /**
   * @param {Source} source
   * @param {Partial<View>} change of the view, once the photo is shown
   */
  async trace(source, change) {
    const model = this.named(change.model ?? this.store.view.model);
    const title = this.shell.page.models.find(({ name }) => name === model)?.title ?? "the network";
    await this.run(`Running ${title}`, change, async (signal) => {
      const asked = { model, resolution: RESOLUTION };
      const wait = (/** @type {number} */ seconds) =>
        this.shell.progress(`The server is busy; trying again in ${seconds} s`);
      return { source, trace: await postTrace(source, asked, signal, wait) };
    });
  }

  /**
   * A trace that a link names.
   * @param {string} id
   * @param {Partial<View>} change
   */
  async link(id, change) {
    await this.run("Opening", change, async (signal) => {
      const trace = await getTrace(id, signal);
      const source = this.sent.get(id) ?? { file: await getPhoto(id, signal) };
      return { source, trace };
    });
  }

  /**
   * @param {string} doing
   * @param {Partial<View>} change
   * @param {(signal: AbortSignal) => Promise<{source: Source, trace: ImageTrace}>} work
   */
  async run(doing, change, work) {
    this.stop();
    this.on.leave();
    const running = new AbortController();
    this.running = running;
    this.model = change.model ?? this.store.view.model;
    this.shell.progress(doing);
    try {
      const opened = await openedOf(await work(running.signal), running.signal);
      if (this.running === running) this.finish(opened, change);
    } catch (error) {
      if (this.running === running) await this.failed(error, change);
    }
  }

  /**
   * A frame of the camera, as computed and as switched, side by side. Its own picture is at hand, and
   * the network stays as it is drawn.
   * @param {Blob} file
   * @param {import("../../math/intervention.js").Intervention | null} intervention
   * @returns {Promise<{opened: Opened, touched: GatePass | null}>}
   */
  async frame(file, intervention) {
    const asked = { model: this.named(this.store.view.model), resolution: RESOLUTION };
    const source = { file };
    const [trace, changed] = await Promise.all([
      postTrace(source, asked),
      intervention && postTrace(source, { ...asked, intervention }),
    ]);
    checkDrawn(trace);
    const [pass, touched, photo, known] = await Promise.all([
      GatePass.of(trace),
      changed && GatePass.beside(changed, trace.id),
      createImageBitmap(file),
      this.sameNetwork(trace) ?? networkAsBuilt(trace),
    ]);
    return { opened: { source, pass, photo, ...drawnOf(known, pass) }, touched };
  }

  /**
   * The network that is drawn, where a trace is of the same and of the same sizes.
   * @param {ImageTrace} trace
   */
  sameNetwork({ model, grid }) {
    const { opened } = this;
    const known = opened?.pass.trace;
    const same = known?.model === model && JSON.stringify(known.grid) === JSON.stringify(grid);
    return same && opened?.drawn ? opened.network : null;
  }

  /**
   * @param {Opened} opened
   * @param {Partial<View>} change
   */
  finish(opened, change) {
    this.stop();
    const { source, pass } = opened;
    const sample = "sample" in source ? source.sample : "";
    if (!sample) this.sent.set(pass.trace.id, source);
    this.opened = opened;
    const usual = sample === this.shell.page.default_sample ? "" : sample;
    markSample(sample);
    this.store.set({ ...change, sample: usual, trace: sample ? "" : pass.trace.id, model: this.model });
    this.on.opened(opened);
  }

  /**
   * @param {unknown} error
   * @param {Partial<View>} change
   */
  async failed(error, change) {
    const gone = error instanceof ApiError && error.gone;
    const source = gone && change.trace ? this.sent.get(change.trace) : undefined;
    if (source) return this.trace(source, change);
    if (gone && !this.opened) {
      await this.trace({ sample: this.shell.page.default_sample }, { ...change, ...FRESH });
      return this.shell.problem(NOT_KEPT);
    }
    this.cancel();
    if (!isStopped(error)) this.shell.problem(sentenceOf(error));
  }

  /**
   * A fetch for what is shown failed: a trace that has expired is made again.
   * @param {unknown} error
   */
  lost(error) {
    if (isStopped(error)) return;
    if (error instanceof ApiError && error.gone && this.opened) this.again();
    else this.shell.problem(sentenceOf(error));
  }

  /** Goes back to what is shown. */
  cancel() {
    this.stop();
    const { opened, store } = this;
    this.model = opened ? this.shownModel(opened) : store.view.model;
    store.set({ model: this.model });
    this.on.stay();
  }

  /** @param {Opened} opened as a link names its model */
  shownModel({ pass }) {
    const { model } = pass.trace;
    return model === this.shell.page.default_model ? "" : model;
  }

  stop() {
    this.running?.abort();
    this.running = null;
    this.shell.progress("");
    this.preview.hide();
  }

  /** What is to be said of the photo: which of several it is, and what the server changed in it. */
  get notes() {
    const { opened } = this;
    return opened
      ? [opened.source.note ?? "", ...opened.pass.trace.input.notes].filter(Boolean).join(" ")
      : "";
  }
}

/**
 * All that the page shows of a trace.
 * @param {{source: Source, trace: ImageTrace}} traced
 * @param {AbortSignal} signal
 * @returns {Promise<Opened>}
 */
async function openedOf({ source, trace }, signal) {
  checkDrawn(trace);
  const [pass, file, known] = await Promise.all([
    GatePass.of(trace, signal),
    getPhoto(trace.id, signal),
    networkAsBuilt(trace, signal),
  ]);
  return { source, pass, photo: await createImageBitmap(file), ...drawnOf(known, pass) };
}

/**
 * What is drawn of a network: its gates alone, where it is not known how it is built.
 * @param {import("../../schema.js").NetworkView | null} known
 * @param {GatePass} pass
 */
function drawnOf(known, pass) {
  const network = known ?? networkOf([...pass.gates.values()], pass.trace.model);
  return { network, drawn: known !== null };
}

/**
 * Of some families it is not known how they are built: null, and their gates alone are drawn.
 * @param {ImageTrace} trace
 * @param {AbortSignal} [signal]
 */
async function networkAsBuilt({ id, drawn }, signal) {
  return drawn ? getNetwork(id, signal) : null;
}

/**
 * Throws an Error with a sentence where a network has nothing that this page shows.
 * @param {Pick<ImageTrace, "model" | "offers">} trace
 */
export function checkDrawn({ model, offers }) {
  if (offers.gates.length || offers.cuts.length) return;
  throw new Error(`${model} has neither gates nor skips, which this page shows: choose another model.`);
}
