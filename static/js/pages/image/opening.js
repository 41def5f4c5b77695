/** Opening a photo: from a sample, a file or a link, with progress, cancelling and second chances. */

import {
  ApiError,
  getFile,
  getTrace,
  isStopped,
  photoPath,
  photoUrl,
  postTrace,
  sentenceOf,
} from "../../core/api.js";
import { byId } from "../../core/dom.js";
import { CLS } from "../../math/query.js";
import { isOverPatches } from "../../math/site.js";
import { listenForPhotos, takePhoto } from "../../parts/intake.js";
import { PhotoTrace } from "../../parts/photo/phototrace.js";

/** @typedef {import("../../core/api.js").Source} Source */

const NOTHING_SEEN = "has no attention from patches to patches, which this page shows: choose another model.";
const LARGEST = 1600;
const FRESH = Object.freeze({ query: CLS, pins: [] }); // a patch of one photo is none of another

export class Opening {
  /**
   * @param {import("../../core/store.js").Store<import("./view.js").View>} store
   * @param {import("./page.js").ImageShell} shell
   * @param {(traced: PhotoTrace) => void} onTraced
   */
  constructor(store, shell, onTraced) {
    this.store = store;
    this.shell = shell;
    this.onTraced = onTraced;
    /** @type {Source | null} of the photo that is shown */
    this.source = null;
    /** @type {Source | null} of the photo that the server works on */
    this.pending = null;
    /** @type {import("../../core/api.js").ImageTrace | null} what is shown */
    this.trace = null;
    /** @type {Partial<import("./view.js").View>} of the view, once the pending photo is shown */
    this.change = {};
    this.running = new AbortController();
    this.preview = byId("preview", HTMLImageElement);
    this.listen();
  }

  listen() {
    const onFile = (/** @type {Blob} */ file) => this.openFile(file);
    const onProblem = (/** @type {string} */ sentence) => this.shell.problem(sentence);
    listenForPhotos({ onFile, onProblem });
    const dialog = byId("camera", HTMLDialogElement);
    byId("take-photo").addEventListener("click", () => takePhoto(dialog, onFile, onProblem));
    byId("cancel").addEventListener("click", () => this.cancel());
    for (const link of document.querySelectorAll("[data-sample]")) {
      link.addEventListener("click", (event) => {
        event.preventDefault();
        const { sample } = /** @type {HTMLElement} */ (link).dataset;
        this.open({ sample: String(sample) }, FRESH);
      });
    }
    this.store.listen((changed) => {
      const { resolution } = this.store.view;
      const same = !this.pending && this.trace?.resolution === resolution;
      if (changed.has("model") || (changed.has("resolution") && !same)) this.again();
    });
  }

  /** What the link names; a trace that is gone gives way to the first sample. */
  start() {
    const { sample, trace } = this.store.view;
    const known = this.shell.page.samples.some((found) => found.name === sample);
    if (trace && !known) this.openTrace(trace);
    else this.open({ sample: known ? sample : this.shell.page.default_sample }, {});
  }

  /** @param {Blob} file */
  openFile(file) {
    this.showPreview(URL.createObjectURL(file));
    this.open({ file }, FRESH);
  }

  /** Runs the same photo with other choices, or after its trace has expired. */
  async again() {
    const source = this.pending ?? this.source;
    if (source) await this.open(source, this.pending ? this.change : {});
  }

  /**
   * @param {Source} source
   * @param {Partial<import("./view.js").View>} change of the view, once the photo is shown
   */
  async open(source, change) {
    const running = this.begin(`Tracing at ${this.store.view.resolution} px`);
    this.pending = source;
    this.change = change;
    const own = "file" in source ? bitmapOf(source.file) : null; // while the server works
    try {
      const { model, resolution } = this.store.view;
      const trace = await postTrace(source, { model, resolution }, running.signal, (seconds) =>
        this.shell.progress(`The server is busy; trying again in ${seconds} s`),
      );
      await this.finish(trace, source, running, own);
    } catch (error) {
      this.failed(error, running);
    }
  }

  /**
   * Stops what runs: of two photos in quick succession, the last one is shown.
   * @param {string} text
   */
  begin(text) {
    this.running.abort();
    this.running = new AbortController();
    this.shell.progress(text);
    return this.running;
  }

  /**
   * A trace that a link names, with the server's copy of its photo: that can be sent again, too.
   * @param {string} id
   */
  async openTrace(id) {
    const running = this.begin("Opening");
    try {
      const [trace, file] = await Promise.all([getTrace(id), getFile(photoPath(id))]);
      await this.finish(trace, { file }, running, bitmapOf(file));
    } catch (error) {
      if (!(error instanceof ApiError && error.gone)) return this.failed(error, running);
      await this.open({ sample: this.shell.page.default_sample }, FRESH);
      this.shell.problem("The photo of this link is no longer kept: open it again. Here is a sample.");
    }
  }

  /**
   * @param {import("../../core/api.js").ImageTrace} trace
   * @param {Source} source
   * @param {AbortController} running
   * @param {Promise<ImageBitmap | null> | null} own the visitor's file, decoded here
   */
  async finish(trace, source, running, own) {
    if (!trace.sites.some(isOverPatches)) throw new Error(`${trace.model} ${NOTHING_SEEN}`);
    const photo = await photoOf(trace, own);
    if (this.running !== running || running.signal.aborted) return;
    this.shell.progress("");
    Object.assign(this, { source, trace, pending: null });
    const sample = "sample" in source ? source.sample : "";
    const usual = sample === this.shell.page.default_sample ? "" : sample;
    const traced = new PhotoTrace(trace, photo, (error) => this.lost(error), sample);
    const { resolution } = trace;
    this.store.set({ ...this.change, sample: usual, trace: sample ? "" : trace.id, resolution });
    byId("timings").textContent = timings(trace);
    this.markSample(sample);
    this.onTraced(traced);
    this.showPreview("");
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
    this.shell.problem(sentenceOf(error));
  }

  /** Goes back to what is shown, its resolution too. */
  cancel() {
    this.running.abort();
    this.pending = null;
    this.shell.progress("");
    this.showPreview("");
    if (this.trace) this.store.set({ resolution: this.trace.resolution });
  }

  /** The visitor's photo while the server works on it; "" puts it away.
   * @param {string} url
   */
  showPreview(url) {
    if (this.preview.src.startsWith("blob:")) URL.revokeObjectURL(this.preview.src);
    this.preview.hidden = !url;
    if (url) this.preview.src = url;
    else this.preview.removeAttribute("src");
  }

  /** @param {string} sample */
  markSample(sample) {
    for (const link of document.querySelectorAll("[data-sample]")) {
      const on = /** @type {HTMLElement} */ (link).dataset.sample === sample;
      if (on) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }
}

/**
 * The photo to draw on. The visitor's own file where the browser can read it and the server changed
 * nothing in it; else the server's upright copy (HEIC, transparency).
 * @param {import("../../core/api.js").ImageTrace} trace
 * @param {Promise<ImageBitmap | null> | null} own
 */
async function photoOf(trace, own) {
  const { width, height, notes } = trace.input;
  const bitmap = await own;
  const same = bitmap && Math.abs(bitmap.width / bitmap.height - width / height) < 0.02;
  return same && !notes.length ? bitmap : loadImage(photoUrl(trace.id));
}

/**
 * A file as an upright bitmap no wider than is ever drawn; null where the browser cannot read it.
 * @param {Blob} file
 */
async function bitmapOf(file) {
  try {
    const whole = await createImageBitmap(file);
    if (whole.width <= LARGEST) return whole;
    const reduced = await createImageBitmap(whole, { resizeWidth: LARGEST, resizeQuality: "high" });
    whole.close();
    return reduced;
  } catch {
    return null;
  }
}

/** @param {string} url */
export async function loadImage(url) {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
}

/** @param {import("../../core/api.js").ImageTrace} trace */
function timings({ timings, precision, input, grid }) {
  const ms = (/** @type {number} */ value) => `${Math.round(value)} ms`;
  return (
    `${input.width} × ${input.height} px, ${grid.rows} × ${grid.columns} patches. ` +
    `Decode ${ms(timings.decode_ms)}, forward pass ${ms(timings.forward_ms)} in ${precision}, ` +
    `heatmaps ${ms(timings.heatmaps_ms)}.`
  );
}
