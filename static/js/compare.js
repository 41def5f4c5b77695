/**
 * A second picture beside the first: another photo, or another layer, head or method of this one.
 * The pointer is linked: both show what the same place of their photo sees.
 */

import { getTrace, photoUrl, postTrace } from "./api.js";
import { parsePatch, samePlace } from "./geometry.js";
import { loadImage } from "./opening.js";
import { Panel } from "./panel.js";
import { Traced } from "./traced.js";

export class Comparison {
  /**
   * @param {HTMLElement} root
   * @param {import("./state.js").Store} store
   * @param {(patch: {row: number, column: number} | null) => void} onPoint
   */
  constructor(root, store, onPoint) {
    this.root = root;
    this.store = store;
    /** @type {Traced | null} */
    this.first = null;
    /** @type {Traced | null} */
    this.second = null;
    /** @type {import("./api.js").ImageTrace | null} */
    this.own = null;
    this.panel = new Panel(root, {
      hover: (patch) => onPoint(patch && this.onFirst(patch)),
      choose: (patch) => this.choose(patch),
      move: (patch) => this.choose(patch),
      cls: () => store.set({ query: "cls" }),
    });
    this.bind();
    store.listen((changed) => {
      if (changed.has("compare") || changed.has("resolution")) this.open();
    });
  }

  bind() {
    document.getElementById("compare-on")?.addEventListener("click", () => {
      this.store.set({ compare: this.store.view.compare ? "" : "layer=1" });
    });
    for (const field of this.fields()) {
      field.addEventListener("change", () => this.set({ [field.name]: field.value }));
    }
    const file = /** @type {HTMLInputElement} */ (this.root.querySelector("input[type=file]"));
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
    const trace = await this.trace({ file });
    if (!trace) return;
    this.own = trace;
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
    const view = { ...this.store.view, pins: "" };
    const { other } = this;
    if (other.has("layer")) view.layer = Number(other.get("layer"));
    if (other.has("head")) view.head = String(other.get("head"));
    if (other.has("method")) view.method = /** @type {"rollout"} */ (other.get("method"));
    return view;
  }

  /**
   * @param {{row: number, column: number}} patch
   */
  onFirst(patch) {
    const { first, second } = this;
    return first && second ? samePlace(patch, second.trace.grid, first.trace.grid) : patch;
  }

  /** @param {{row: number, column: number}} patch */
  choose(patch) {
    const { row, column } = this.onFirst(patch);
    this.store.set({ query: `${row},${column}` });
  }

  /** @param {Traced} traced */
  follow(traced) {
    this.first = traced;
    this.open();
  }

  async open() {
    const on = Boolean(this.store.view.compare);
    this.root.hidden = !on;
    document.getElementById("compare-on")?.setAttribute("aria-pressed", String(on));
    if (!on || !this.first) return;
    this.fillFields(this.first);
    const asked = this.store.view.compare;
    const second = await this.openSecond(this.first);
    if (!second || asked !== this.store.view.compare) return;
    this.second = second;
    this.panel.show(second);
    this.redraw?.();
  }

  /**
   * The second photo: a sample, one of the visitor's own, or the first one again.
   * @param {Traced} first
   */
  async openSecond(first) {
    const sample = this.other.get("sample");
    const id = this.other.get("trace");
    if (!sample && !id) return first;
    const trace = sample ? await this.trace({ sample }) : await this.known(String(id));
    if (!trace) return null;
    const traced = new Traced(trace, await loadImage(photoUrl(trace.id)), () => {});
    traced.onload = () => this.redraw?.();
    return traced;
  }

  /** @param {string} id */
  async known(id) {
    if (this.own?.id === id) return this.own;
    return getTrace(id).catch((error) => this.failed(error));
  }

  /** @param {import("./api.js").Source} source */
  async trace(source) {
    const { model, resolution } = this.store.view;
    const { signal } = new AbortController();
    this.panel.caption.textContent = "Tracing the second photo";
    return postTrace(source, { model, resolution }, signal, () => {}).catch((error) =>
      this.failed(error),
    );
  }

  /**
   * @param {Error} error
   * @returns {null}
   */
  failed(error) {
    this.panel.caption.textContent = error.message;
    return null;
  }

  /** @param {Traced} traced */
  fillFields(traced) {
    for (const field of this.fields()) {
      if (field.name === "layer") options(field, traced.layers, 1, "layer");
      if (field.name === "head") options(field, traced.site(0).heads, 0, "head");
      field.value = this.other.get(field.name) ?? "";
    }
  }

  /**
   * @param {string} query of the first picture
   * @param {Uint8Array} table
   */
  draw(query, table) {
    this.redraw = () => this.draw(query, table);
    const { first, second } = this;
    if (!this.store.view.compare || !first || !second) return;
    const patch = parsePatch(query, first.trace.grid);
    const there = patch && samePlace(patch, first.trace.grid, second.trace.grid);
    this.panel.draw(this.view, there ? `${there.row},${there.column}` : query, table);
  }

  /**
   * @param {{row: number, column: number} | null} patch on the first picture
   * @param {string} query
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
