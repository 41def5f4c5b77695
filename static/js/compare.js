/**
 * A second picture beside the first: another photo, or another layer, head or method of this one.
 * The pointer is linked: both show what the same place of their photo sees.
 */

import { photoUrl, postTrace } from "./api.js";
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
      field.addEventListener("change", () => {
        const parts = this.fields().flatMap((f) => (f.value ? [`${f.name}=${f.value}`] : []));
        this.store.set({ compare: parts.join("&") || "layer=1" });
      });
    }
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
    const sample = this.other.get("sample");
    this.second = sample ? await this.openSample(sample) : this.first;
    if (!this.second) return;
    this.panel.show(this.second);
    this.redraw?.();
  }

  /** @param {string} sample */
  async openSample(sample) {
    const { model, resolution } = this.store.view;
    const signal = new AbortController().signal;
    try {
      const trace = await postTrace({ sample }, { model, resolution }, signal, () => {});
      const traced = new Traced(trace, await loadImage(photoUrl(trace.id)), () => {});
      traced.onload = () => this.redraw?.();
      return traced;
    } catch {
      this.panel.caption.textContent = "The second photo could not be traced: choose another.";
      return null;
    }
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
