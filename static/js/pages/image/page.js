/** The image studio: puts state, server, picture and controls together. */

import * as api from "../../core/api.js";
import { byId } from "../../core/dom.js";
import { boot } from "../../core/shell.js";
import { fromSearch, Store, toSearch } from "../../core/store.js";
import { bindControls } from "../../parts/controls.js";
import { drawPlot } from "../../parts/distances.js";
import { Film } from "../../parts/film.js";
import { Panel } from "../../parts/image/panel.js";
import { headName, hint } from "../../parts/phrases.js";
import { listenForTakeaways } from "../../parts/takeaway/saving.js";
import { Comparison } from "./compare.js";
import { Opening } from "./opening.js";
import { PatchPins } from "./patchpins.js";
import { PhotoSteps } from "./photosteps.js";
import { imageTakeaways } from "./phototakeaway.js";
import { FIELDS } from "./view.js";

/**
 * @typedef {import("../../parts/photo/phototrace.js").PhotoTrace} PhotoTrace
 * @typedef {{samples: import("../../schema.js").Sample[], default_sample: string}} PageData
 * @typedef {import("../../core/shell.js").Shell<PageData>} ImageShell
 */

const NOTHING = /** @type {[number, number]} */ ([0, 1]);
const REST = 400; // milliseconds after which a pointer is taken to rest

class Studio {
  /** @param {ImageShell} shell */
  constructor(shell) {
    this.shell = shell;
    /** @type {Store<import("./view.js").View>} */
    this.store = new Store(fromSearch(location.search, FIELDS));
    this.hover = /** @type {string | null} */ (null);
    this.statistics = /** @type {import("../../core/api.js").Heads | null} */ (null);
    const { store } = this;
    const cls = () => store.set({ query: "cls" });
    this.pins = new PatchPins(byId("pins"), store);
    this.comparison = new Comparison(byId("compare"), store, (patch) => this.pointed(patch));
    this.steps = new PhotoSteps(byId("steps-on"), byId("steps"), store, shell.diverging);
    this.panel = new Panel(byId("panel"), {
      hover: (patch) => this.pointed(patch),
      choose: (patch) => this.pins.toggle(`${patch.row},${patch.column}`),
      move: (patch) => this.move(`${patch.row},${patch.column}`),
      cls,
    });
    this.heads = new Film(byId("heads"), (head) => store.set({ head, method: "weights" }));
    this.layers = new Film(byId("layers"), (layer) => store.set({ layer: Number(layer), method: "weights" }));
    byId("cls").addEventListener("click", cls);
    document.addEventListener("keydown", (event) => this.key(event));
    listenForTakeaways(
      byId("take"),
      imageTakeaways(() => this.shown()),
      (text) => shell.say(text),
    );
    this.opening = new Opening(store, shell, (traced) => this.show(traced));
    bindControls(this.store, ["lens", "method"]);
    this.store.listen((changed) => this.changed(changed));
    this.opening.start();
  }

  get table() {
    return /** @type {Uint8Array} */ (this.shell.tables.get(this.store.view.colormap));
  }

  /** The query on the stage: the pointer's while nothing is chosen, else the chosen one. */
  get query() {
    const { query, method } = this.store.view;
    return query === "cls" && this.hover && method === "weights" ? this.hover : query;
  }

  /** @param {PhotoTrace} traced */
  show(traced) {
    this.shell.problem("");
    this.traced = traced;
    this.statistics = null;
    this.hover = null;
    traced.onload = () => this.draw();
    this.panel.show(traced);
    this.comparison.follow(traced);
    this.steps.follow(traced);
    this.draw();
    this.settle();
    this.shell.after("statistics", 300, () => this.loadStatistics(traced));
  }

  /** @param {PhotoTrace} traced */
  async loadStatistics(traced) {
    try {
      const found = await api.getHeads(traced.trace.id);
      if (this.traced !== traced) return;
      this.statistics = found;
      this.drawFilms();
    } catch (error) {
      traced.onError(error);
    }
  }

  /** @param {Set<string>} changed */
  changed(changed) {
    this.hover = null;
    if (!changed.has("sample") && !changed.has("resolution")) this.draw();
    this.settle();
  }

  /** What may wait until the pointer rests: the link, words for screen readers, neighbours. */
  settle() {
    this.shell.after("settle", 250, () => {
      const { view } = this.store;
      this.shell.address(location.pathname + toSearch(view, FIELDS));
      this.panel.describe();
      if (this.comparison.shown) this.comparison.panel.describe();
      if (view.method === "weights") this.traced?.prefetch(view.layer);
    });
  }

  /** @param {{row: number, column: number} | null} patch */
  pointed(patch) {
    const query = patch && `${patch.row},${patch.column}`;
    const { view } = this.store;
    const follows = view.query === "cls" && view.method === "weights";
    this.panel.pointed = patch; // drawing tells of it
    if (follows && query !== this.hover && this.ready()) {
      this.hover = query;
      this.panel.draw(view, this.query, this.table);
      this.showQuery();
      this.shell.after("films", 80, () => this.drawFilms());
      this.shell.after("rest", REST, () => this.hover && this.traced?.heatmaps(this.hover));
    } else this.panel.point(patch);
    this.comparison.point(patch, this.query, this.table);
  }

  /** Whether a new query can be shown at once, without asking the server. */
  ready() {
    const { traced } = this;
    return Boolean(traced?.qk.has(traced.site(this.store.view.layer).name));
  }

  /** @param {string} query */
  move(query) {
    this.store.set({ query });
    const [row, column] = query.split(",").map(Number);
    this.panel.point({ row, column });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const { target } = event;
    if (target instanceof HTMLSelectElement) return; // a letter there chooses an option
    if (event.key === "c" && !event.ctrlKey && !event.metaKey && !event.altKey) {
      this.store.set({ query: "cls" });
    }
  }

  draw() {
    if (!this.traced) return;
    const { view } = this.store;
    this.panel.draw(view, this.query, this.table);
    this.comparison.draw(this.query, this.table);
    this.drawFilms();
    this.showQuery();
    byId("notes").textContent = this.traced.trace.input.notes.join(" ");
  }

  showQuery() {
    const { method, query } = this.store.view;
    const cls = byId("cls", HTMLButtonElement);
    cls.disabled = method === "saliency";
    cls.setAttribute("aria-pressed", String(method !== "saliency" && this.query === "cls"));
    byId("hint").textContent = hint(method, query);
  }

  drawFilms() {
    const { traced } = this;
    if (!traced) return;
    const { view } = this.store;
    const { rows, columns } = traced.trace.grid;
    const how = { rows, columns, table: this.table, smooth: view.smooth };
    const headFrames = this.headFrames(traced);
    this.heads.draw(headFrames, { ...how, chosen: view.method === "weights" ? view.head : "" });
    const layer = view.method === "weights" ? String(traced.site(view.layer).layer) : "";
    this.layers.draw(this.layerFrames(traced), { ...how, chosen: layer });
    this.pins.draw(traced, this.table);
    if (this.statistics) this.drawPlot(traced, this.statistics);
  }

  /** @param {PhotoTrace} traced */
  headFrames(traced) {
    const { view } = this.store;
    const site = traced.site(view.layer);
    const keys = [...Array.from({ length: site.heads }, (_, i) => String(i)), "mean", "max"];
    const qk = traced.qk.get(site.name);
    return keys.map((key) => {
      const weights = { ...view, head: key, method: /** @type {const} */ ("weights") };
      const map = qk
        ? traced.exactMap(qk, site, key, this.query)
        : traced.quickMap(site.name, key, this.query);
      const reach = map ? traced.range(weights, this.query, map) : NOTHING;
      return {
        key,
        label: key.length > 1 ? key : headName(key),
        name: "",
        note: this.note(site.layer, key),
        values: map?.values ?? null,
        scale: traced.scale(weights, reach),
      };
    });
  }

  /** @param {PhotoTrace} traced */
  layerFrames(traced) {
    const { view } = this.store;
    const maps = traced.maps.get(this.query) ?? (this.hover ? null : traced.heatmaps(this.query));
    return traced.trace.sites.map((site) => {
      const found = maps?.get(site.name);
      const map = found ? traced.unpack(found, "mean") : null;
      const weights = { ...view, layer: site.layer, method: /** @type {const} */ ("weights") };
      const reach = map ? traced.range(weights, this.query, map) : NOTHING;
      return {
        key: String(site.layer),
        label: String(site.layer),
        name: `layer ${site.layer}`,
        note: "",
        values: map?.values ?? null,
        scale: traced.scale(weights, reach),
      };
    });
  }

  /**
   * A head's entropy and mean attention distance.
   * @param {number} layer
   * @param {string} head
   */
  note(layer, head) {
    const found = this.statistics?.heads.find((s) => s.layer === layer && String(s.head) === head);
    return found ? `${found.entropy.toFixed(1)} bits\n${(found.distance ?? 0).toFixed(0)} px` : "";
  }

  /**
   * @param {PhotoTrace} traced
   * @param {import("../../core/api.js").Heads} statistics
   */
  drawPlot(traced, statistics) {
    const { view } = this.store;
    const chosen = { layer: traced.site(view.layer).layer, head: view.head };
    const svg = byId("plot", SVGSVGElement);
    byId("plot-figure").hidden = false;
    drawPlot(svg, statistics.heads, chosen, (layer, head) =>
      this.store.set({ layer, head: String(head), method: "weights" }),
    );
  }

  shown() {
    const { traced } = this;
    if (!traced || !this.panel.scene) return null;
    const second = this.comparison.shown ? [this.comparison.panel] : [];
    const pictures = [this.panel, ...second].map((panel) => panel.shown());
    return { traced, view: this.store.view, pictures, renew: () => this.opening.again() };
  }
}

boot((/** @type {ImageShell} */ shell) => new Studio(shell));
