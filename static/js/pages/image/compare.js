/**
 * A second picture beside the first: another photo, or another layer, head or method of this one.
 * The pointer is linked: both show what the same place of their photo sees.
 */

import { ApiError, getTrace, photoUrl, postTrace, sentenceOf } from "../../core/api.js";
import { byId, find } from "../../core/dom.js";
import { samePlace } from "../../math/geometry.js";
import { CLS, patchOn } from "../../math/query.js";
import { Panel } from "../../parts/image/panel.js";
import { drawPhoto } from "../../parts/photo/photoscene.js";
import { PhotoTrace } from "../../parts/photo/phototrace.js";
import { loadImage } from "./opening.js";

/**
 * @typedef {import("../../math/query.js").Patch} Patch
 * @typedef {import("../../math/query.js").Query} Query
 */

export class Comparison {
  /**
   * @param {HTMLElement} root
   * @param {import("../../core/store.js").Store<import("./view.js").View>} store
   * @param {(patch: Patch | null) => void} onPoint
   */
  constructor(root, store, onPoint) {
    this.root = root;
    this.store = store;
    /** @type {PhotoTrace | null} */
    this.first = null;
    /** @type {PhotoTrace | null} */
    this.second = null;
    this.key = ""; // which photo the second is, and how it was traced
    /** @type {{file: Blob, id: string, trace: import("../../core/api.js").ImageTrace | null} | null} a photo
     * of the visitor's own, by the id that the link has; its trace is null once that has expired */
    this.own = null;
    this.running = new AbortController();
    this.panel = new Panel(root, {
      hover: (patch) => onPoint(patch && this.onFirst(patch)),
      choose: (patch) => this.choose(patch),
      move: (patch) => this.choose(patch),
      leave: () => store.set({ query: CLS }),
    });
    this.bind();
    store.listen((changed) => {
      if (changed.has("compare")) this.open();
    });
  }

  bind() {
    byId("compare-on").addEventListener("click", () => {
      this.store.set({ compare: this.store.view.compare ? "" : "layer=1" });
    });
    for (const field of this.fields()) {
      field.addEventListener("change", () => this.set({ [field.name]: field.value }));
    }
    const file = find(this.root, "input[type=file]", HTMLInputElement);
    file.addEventListener("change", () => {
      if (file.files?.[0]) this.openOwn(file.files[0]);
      file.value = "";
    });
  }

  /**
   * Changes what differs; another photo takes the place of the one before.
   * @param {Record<string, string>} change
   */
  set(change) {
    const other = this.other;
    if ("sample" in change || "trace" in change) other.delete("trace");
    for (const [name, value] of Object.entries(change)) {
      if (value) other.set(name, value);
      else other.delete(name);
    }
    this.store.set({ compare: other.toString() || "layer=1" });
  }

  /** @param {Blob} file */
  async openOwn(file) {
    const trace = await this.during((signal) => this.trace({ file }, signal));
    if (!trace) return;
    this.own = { file, id: trace.id, trace };
    this.set({ sample: "", trace: trace.id });
  }

  fields() {
    return /** @type {HTMLSelectElement[]} */ ([...this.root.querySelectorAll("select")]);
  }

  get other() {
    return new URLSearchParams(this.store.view.compare);
  }

  /** The view of the second picture: the first's, but for what differs. */
  get view() {
    const { other } = this;
    const view = { ...this.store.view, pins: [] };
    if (other.has("layer")) view.layer = Number(other.get("layer"));
    if (other.has("head")) view.head = String(other.get("head"));
    if (other.has("method")) view.method = /** @type {"rollout"} */ (other.get("method"));
    return view;
  }

  /** @param {Patch} patch of the second picture */
  onFirst(patch) {
    const { first, second } = this;
    return first && second ? samePlace(patch, second.trace.grid, first.trace.grid) : patch;
  }

  /** @param {Patch} patch */
  choose(patch) {
    this.store.set({ query: this.onFirst(patch) });
  }

  /** @param {PhotoTrace} traced */
  follow(traced) {
    this.first = traced;
    this.open();
  }

  async open() {
    const on = Boolean(this.store.view.compare);
    this.root.hidden = !on;
    byId("compare-on").setAttribute("aria-pressed", String(on));
    if (!on || !this.first) return;
    const { first } = this;
    this.fillFields(first);
    const second = await this.during((signal) => this.openSecond(first, signal));
    if (!second) return;
    this.second = second;
    this.redraw?.();
  }

  /**
   * Does one thing at a time: what was begun before is stopped, and null where this one was, too.
   * @template T
   * @param {(signal: AbortSignal) => Promise<T>} work
   * @returns {Promise<T | null>}
   */
  async during(work) {
    this.running.abort();
    const running = new AbortController();
    this.running = running;
    try {
      const found = await work(running.signal);
      return running.signal.aborted ? null : found;
    } catch (error) {
      if (!running.signal.aborted) this.failed(error);
      return null;
    }
  }

  /**
   * The second photo: a sample, one of the visitor's own, or the first one again.
   * @param {PhotoTrace} first
   * @param {AbortSignal} signal
   */
  async openSecond(first, signal) {
    const sample = this.other.get("sample");
    const id = this.other.get("trace");
    if (!sample && !id) return first;
    const key = [sample, id, first.trace.resolution, first.trace.model].join(" ");
    if (this.second && this.second !== first && key === this.key) return this.second;
    const trace = sample ? await this.trace({ sample }, signal) : await this.known(String(id), signal);
    const photo = await loadImage(photoUrl(trace.id));
    const traced = new PhotoTrace(trace, photo, (error) => this.lost(error), sample ?? "");
    traced.onload = () => this.redraw?.();
    this.key = key;
    return traced;
  }

  /**
   * A photo that a link names, or that the visitor opened here: that one can be traced again.
   * @param {string} id
   * @param {AbortSignal} signal
   */
  async known(id, signal) {
    const { own, first } = this;
    if (own?.id !== id) return getTrace(id).catch(noLongerKept);
    if (own.trace?.resolution !== first?.trace.resolution) own.trace = null;
    own.trace ??= await this.trace({ file: own.file }, signal);
    return own.trace;
  }

  /**
   * @param {import("../../core/api.js").Source} source
   * @param {AbortSignal} signal
   */
  trace(source, signal) {
    const { model, resolution } = this.store.view;
    this.panel.caption.textContent = "Tracing the second photo";
    return postTrace(source, { model, resolution }, signal, (seconds) => {
      this.panel.caption.textContent = `The server is busy; trying again in ${seconds} s`;
    });
  }

  /**
   * A fetch for the second trace failed: an expired one is sent again by itself.
   * @param {unknown} error
   */
  lost(error) {
    if (!(error instanceof ApiError && error.gone)) return this.failed(error);
    this.key = "";
    if (this.own) this.own.trace = null;
    this.open();
  }

  /** @param {unknown} error */
  failed(error) {
    this.panel.caption.textContent = sentenceOf(error);
  }

  /** Whether there is a second picture to be seen. */
  get shown() {
    return Boolean(this.store.view.compare && this.panel.scene);
  }

  /** @param {PhotoTrace} traced */
  fillFields(traced) {
    for (const field of this.fields()) {
      if (field.name === "layer") options(field, traced.layers, 1, "layer");
      if (field.name === "head") options(field, traced.site(0).heads, 0, "head");
      field.value = this.other.get(field.name) ?? "";
    }
  }

  /**
   * @param {Query} query of the first picture
   * @param {Uint8Array} table
   */
  draw(query, table) {
    this.redraw = () => this.draw(query, table);
    const { first, second } = this;
    if (!this.store.view.compare || !first || !second) return;
    const patch = patchOn(query, first.trace.grid);
    const there = patch && samePlace(patch, first.trace.grid, second.trace.grid);
    drawPhoto(this.panel, second, this.view, there ?? query, table);
  }

  /**
   * @param {Patch | null} patch on the first picture
   * @param {Query} query
   * @param {Uint8Array} table
   */
  point(patch, query, table) {
    const { first, second } = this;
    if (!this.store.view.compare || !first || !second) return;
    this.draw(query, table);
    this.panel.point(patch && samePlace(patch, first.trace.grid, second.trace.grid));
  }
}

/**
 * @param {unknown} error
 * @returns {never}
 */
function noLongerKept(error) {
  if (!(error instanceof ApiError && error.gone)) throw error;
  throw new Error("The second photo of this link is no longer kept: open it again.");
}

/**
 * Numbered choices after the ones the page came with.
 * @param {HTMLSelectElement} field
 * @param {number} count
 * @param {number} first
 * @param {string} word
 */
function options(field, count, first, word) {
  for (const old of field.querySelectorAll("[data-number]")) old.remove();
  for (let number = first; number < first + count; number++) {
    const option = new Option(`${word} ${number}`, String(number));
    option.dataset.number = "";
    field.append(option);
  }
}
