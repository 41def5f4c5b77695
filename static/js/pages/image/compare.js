/**
 * A second picture beside the first: another photo, another model's view of the same one, or another
 * layer, head or method.
 * The pointer is linked: both show what the same place of their photo sees.
 */

import { ApiError, getPhoto, getTrace, postTrace, sentenceOf } from "../../core/api.js";
import { byId, find } from "../../core/dom.js";
import { sameSpot } from "../../math/geometry.js";
import { CLS, patchOn } from "../../math/query.js";
import { Panel } from "../../parts/image/panel.js";
import { PHOTO, tooLarge } from "../../parts/intake.js";
import { openedTrace } from "../../parts/photo/opened.js";
import { drawPhoto } from "../../parts/photo/photoscene.js";

/**
 * @typedef {import("../../math/query.js").Patch} Patch
 * @typedef {import("../../math/query.js").AnyQuery} Query
 * @typedef {import("../../parts/photo/tracedphoto.js").Traced} Traced
 * @typedef {import("./opening.js").Asked} Asked
 */

const SAME = "same"; // a comparison in which nothing differs yet

export class Comparison {
  /**
   * @param {HTMLElement} root
   * @param {import("../../core/store.js").Store<import("./view.js").View>} store
   * @param {{sent: Map<string, import("./opening.js").Source>, page: import("./page.js").PageData}} known
   *   photos of this session by the ids of their traces, and what the server says of itself
   * @param {(patch: Patch | null) => void} onPoint
   */
  constructor(root, store, { sent, page }, onPoint) {
    this.root = root;
    this.store = store;
    this.sent = sent;
    this.page = page;
    /** @type {Traced | null} */
    this.first = null;
    /** @type {Traced | null} */
    this.second = null;
    this.key = ""; // which photo the second is, and how it was traced
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
      this.store.set({ compare: this.store.view.compare ? "" : SAME });
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
    this.store.set({ compare: other.toString() || SAME });
  }

  /** @param {Blob} file */
  async openOwn(file) {
    const { first } = this;
    const sentence = tooLarge(file, this.page.upload_bytes, PHOTO);
    if (sentence) return this.say(sentence);
    if (!first) return;
    const trace = await this.during((signal) => this.trace({ file }, this.asked(first), signal));
    if (!trace) return;
    this.sent.set(trace.id, { file });
    this.set({ sample: "", trace: trace.id });
  }

  fields() {
    return /** @type {HTMLSelectElement[]} */ ([...this.root.querySelectorAll("select")]);
  }

  get other() {
    const { compare } = this.store.view;
    return new URLSearchParams(compare === SAME ? "" : compare);
  }

  /** The view of the second picture: the first's, but for what differs. */
  get view() {
    const { other, first, second } = this;
    const view = { ...this.store.view, pins: [] };
    const alike = second?.trace.model === first?.trace.model;
    if (!alike) view.class = "";
    if (other.has("layer")) view.layer = Number(other.get("layer"));
    else if (second?.attends !== first?.attends) view.layer = 0; // theirs have nothing in common
    if (other.has("head")) view.head = String(other.get("head"));
    if (other.has("method")) view.method = /** @type {"rollout"} */ (other.get("method"));
    else if (second && !alike) view.method = second.offered(view.method, view.query);
    return view;
  }

  /**
   * How the second photo is traced: as the first, but for another model.
   * @param {Traced} first
   */
  asked({ trace }) {
    return { model: this.other.get("model") ?? trace.model, resolution: trace.resolution };
  }

  /**
   * What a picture is titled with where two models are compared, else "".
   * @param {Traced} traced
   */
  title({ trace: { model } }) {
    const { first, other } = this;
    const differs =
      this.store.view.compare && other.has("model") && other.get("model") !== first?.trace.model;
    return differs ? (this.page.titles[model] ?? model) : "";
  }

  /** @returns {import("./phototakeaway.js").Look | null} what the second picture shows, to take away */
  seen() {
    const { first, second, view } = this;
    if (!first || !second) return null;
    const query = this.onSecond(first.lookedFrom(view.query), first, second);
    const source = this.sent.get(this.other.get("trace") ?? first.trace.id) ?? null;
    return { traced: second, view: { ...view, query }, source };
  }

  /**
   * What is looked from in the first picture, at the same place of the second.
   * @param {Query} query
   * @param {Traced} first
   * @param {Traced} second
   */
  onSecond(query, first, second) {
    const patch = patchOn(query, first.grid);
    return second.lookedFrom(patch ? sameSpot(patch, first, second) : query);
  }

  /** @param {Patch} patch of the second picture */
  onFirst(patch) {
    const { first, second } = this;
    return first && second ? sameSpot(patch, second, first) : patch;
  }

  /** @param {Patch} patch */
  choose(patch) {
    this.store.set({ query: this.onFirst(patch) });
  }

  /** @param {Traced} traced */
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
    this.fillFields(second);
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
   * @param {Traced} first
   * @param {AbortSignal} signal
   */
  async openSecond(first, signal) {
    const asked = this.asked(first);
    const own = this.other.get("trace");
    const other = this.other.get("sample");
    if (!other && !own && asked.model === first.trace.model) return first;
    const sample = other ?? (own ? "" : first.sample);
    const id = own ?? first.trace.id;
    const key = [sample || id, asked.resolution, asked.model].join(" ");
    if (this.second && this.second !== first && key === this.key) return this.second;
    const trace = await (sample ? this.trace({ sample }, asked, signal) : this.known(id, asked, signal));
    const photo = await createImageBitmap(await getPhoto(trace.id, signal));
    const onError = (/** @type {unknown} */ error) => this.lost(error);
    const traced = await openedTrace(trace, photo, { sample, signal, onError });
    traced.onload = () => this.redraw?.();
    this.key = key;
    return traced;
  }

  /**
   * A photo that a link names, or that the visitor opened here, traced as asked.
   * @param {string} id
   * @param {Asked} asked
   * @param {AbortSignal} signal
   */
  async known(id, asked, signal) {
    const trace = await getTrace(id, signal).catch(goneAsNull);
    if (trace?.resolution === asked.resolution && trace.model === asked.model) return trace;
    const source = this.sent.get(id) ?? { file: await getPhoto(id, signal).catch(noLongerKept) };
    return this.trace(source, asked, signal);
  }

  /**
   * @param {import("../../core/api.js").Source} source
   * @param {Asked} asked
   * @param {AbortSignal} signal
   */
  trace(source, asked, signal) {
    const other = asked.model !== this.first?.trace.model;
    const title = this.page.titles[asked.model] ?? asked.model;
    this.say(other ? `Loading ${title}, then tracing` : "Tracing the second photo");
    return postTrace(source, asked, signal, (seconds) =>
      this.say(`The server is busy; trying again in ${seconds} s`),
    );
  }

  /**
   * A fetch for the second trace failed: an expired one is sent again by itself.
   * @param {unknown} error
   */
  lost(error) {
    if (!(error instanceof ApiError && error.gone)) return this.failed(error);
    this.key = "";
    this.open();
  }

  /** @param {unknown} error */
  failed(error) {
    this.second = null;
    this.panel.empty(sentenceOf(error));
  }

  /** @param {string} sentence in place of what the second picture shows */
  say(sentence) {
    this.panel.caption.textContent = sentence;
  }

  /** @param {boolean} on whether the photo is shown without its map */
  original(on) {
    this.panel.stage.original(on);
  }

  /** Whether there is a second picture to be seen. */
  get shown() {
    return Boolean(this.store.view.compare && this.panel.scene);
  }

  /** @param {Traced} traced whose layers, heads and methods there are to choose from */
  fillFields(traced) {
    const { other, view, first } = this;
    if (other.get("model") === first?.trace.model) other.delete("model"); // it is "this one"
    const heads = traced.attends ? traced.site(view).heads : 0;
    for (const field of this.fields()) {
      if (field.name === "layer") options(field, traced.layers(view.query), 1, "layer");
      if (field.name === "head") options(field, heads, 0, "head");
      if (field.name === "method") offer(field, traced.methods);
      if (field.name === "model") leaveOut(field, first?.trace.model);
      field.value = other.get(field.name) ?? "";
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
    const there = this.onSecond(query, first, second);
    drawPhoto(this.panel, second, this.view, there, table, this.title(second));
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
    this.panel.point(patch && sameSpot(patch, first, second));
  }
}

/**
 * @param {unknown} error
 * @returns {null}
 */
function goneAsNull(error) {
  if (error instanceof ApiError && error.gone) return null;
  throw error;
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
 * Lists only those choices that there are.
 * @param {HTMLSelectElement} field
 * @param {readonly string[]} values
 */
function offer(field, values) {
  for (const option of field.options)
    option.hidden = option.disabled = option.value !== "" && !values.includes(option.value);
}

/**
 * Lists all choices but one, which has a name of its own there.
 * @param {HTMLSelectElement} field
 * @param {string | undefined} value
 */
function leaveOut(field, value) {
  for (const option of field.options) option.hidden = option.value === value;
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
