/** Heads, layers and distances in small: every one is a view, and one press away. */

import { byId } from "../../core/dom.js";
import { range } from "../../math/attention.js";
import { drawDistances } from "../distances.js";
import { Film } from "../film.js";
import { headName } from "../phrases.js";

/**
 * @typedef {import("./phototrace.js").PhotoTrace} PhotoTrace
 * @typedef {import("../../math/query.js").AnyQuery} Query
 * @typedef {object} Shown
 * @property {import("./tracedphoto.js").Traced} traced
 * @property {Query} query
 * @property {boolean} hovered whether the query is but the pointer's: nothing is fetched for it yet
 * @property {Uint8Array} table
 * @typedef {Shown & {traced: PhotoTrace}} Attended
 * @typedef {Shown & {traced: import("./convtrace.js").ConvTrace}} Convolved
 * @typedef {Omit<import("../film.js").How, "chosen">} How
 */

const NOTHING = /** @type {[number, number]} */ ([0, 1]);
const WEIGHTS = Object.freeze({ method: /** @type {const} */ ("weights") });

export class Films {
  /** @param {import("../../core/store.js").Store<import("./photoscene.js").PhotoView>} store */
  constructor(store) {
    this.store = store;
    /** @type {import("../../core/api.js").Statistics | null} null until they have come */
    this.statistics = null;
    this.heads = new Film(byId("heads"), (head) => store.set({ head, ...WEIGHTS }));
    this.layers = new Film(byId("layers"), (layer) => this.chooseLayer(Number(layer)));
    this.attended = true;
  }

  /** @param {number} layer whose weights are shown; of a network without attention, what was shown */
  chooseLayer(layer) {
    this.store.set(this.attended ? { layer, ...WEIGHTS } : { layer });
  }

  /** @param {Shown} shown */
  draw(shown) {
    const { view } = this.store;
    const { traced, table } = shown;
    const how = { grid: traced.grid, table, smooth: view.smooth };
    const attended = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-attends]"));
    for (const element of attended) element.hidden = !traced.attends;
    const mapped = /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-maps]"));
    for (const element of mapped) element.hidden = !traced.methods.length;
    this.attended = traced.attends;
    if (traced.attends) this.drawHeads(/** @type {Attended} */ (shown), how);
    else this.drawStages(/** @type {Convolved} */ (shown), how);
  }

  /**
   * The layers of a network without attention: each with its class map.
   * @param {Convolved} shown
   * @param {How} how
   */
  drawStages({ traced }, how) {
    const { view } = this.store;
    const maps = traced.layerMaps(view);
    const frames = traced.stages.map(({ name, rows }, at) => ({
      key: String(at + 1),
      label: name,
      name: "",
      note: `sees ${rows.size} px`,
      map: maps[at],
      scale: traced.scale(view, maps[at] ? range(maps[at].values) : NOTHING),
    }));
    byId("layers-of").textContent = "each one's class map, and what its units can see";
    this.layers.draw(frames, { ...how, chosen: String(traced.seen(view).layer) });
  }

  /**
   * @param {Attended} shown
   * @param {How} how
   */
  drawHeads(shown, how) {
    const { view } = this.store;
    const { traced, query } = shown;
    const weights = view.method === "weights";
    const site = traced.site({ ...view, query });
    byId("layers-of").textContent = "mean of heads";
    this.heads.draw(this.headFrames(shown), { ...how, chosen: weights ? traced.head(site, view.head) : "" });
    const layer = weights ? String(site.layer) : "";
    this.layers.draw(this.layerFrames(shown), { ...how, chosen: layer });
    byId("heads-of").textContent = headsOf(site.layer, view.method);
    this.drawDistances(traced, query);
  }

  /** @param {Attended} shown */
  headFrames({ traced, query }) {
    const { view } = this.store;
    const site = traced.site({ ...view, query });
    const keys = [...Array.from({ length: site.heads }, (_, i) => String(i)), "mean", "max"];
    const qk = traced.qk.get(site.name);
    return keys.map((key) => {
      const map = qk ? traced.exactMap(qk, site, key, query) : traced.quickMap(site, key, query);
      return {
        key,
        label: key.length > 1 ? key : headName(key),
        name: "",
        note: this.note(site.name, key),
        ...framed(traced, { ...view, ...WEIGHTS, head: key }, query, map),
      };
    });
  }

  /** @param {Attended} shown */
  layerFrames({ traced, query, hovered }) {
    const { view } = this.store;
    const maps = hovered ? traced.known(query) : traced.heatmaps(query);
    return traced.sites(query).map(({ name, layer }) => {
      const found = maps?.get(name);
      const map = found ? traced.unpack(found, "mean") : null;
      return {
        key: String(layer),
        label: String(layer),
        name: `layer ${layer}`,
        note: "",
        ...framed(traced, { ...view, ...WEIGHTS, layer }, query, map),
      };
    });
  }

  /**
   * A head's entropy and mean attention distance.
   * @param {string} site
   * @param {string} head
   */
  note(site, head) {
    const found = this.statistics?.heads.find((s) => s.site === site && String(s.head) === head);
    if (!found) return "";
    const bits = `${found.entropy.toFixed(1)} bits`;
    return found.distance === null ? bits : `${bits}\n${found.distance.toFixed(0)} px`;
  }

  /**
   * @param {PhotoTrace} traced
   * @param {Query} query
   */
  drawDistances(traced, query) {
    if (!this.statistics) return;
    const { layer, head } = this.store.view;
    const chosen = { layer: traced.site({ layer, query }).layer, head };
    const names = new Set(traced.over.map(({ name }) => name));
    const heads = this.statistics.heads.filter(({ site }) => names.has(site));
    byId("plot-figure").hidden = !heads.length || typeof traced.lookedFrom(query) === "number";
    drawDistances(byId("plot", SVGSVGElement), heads, chosen, (layer, head) =>
      this.store.set({ layer, head: String(head), ...WEIGHTS }),
    );
  }
}

/**
 * Whose heads the strip shows, and that the picture shows something else, where it does.
 * @param {number} layer
 * @param {import("./photoscene.js").PhotoView["method"]} method
 */
function headsOf(layer, method) {
  const heads = `Heads of layer ${layer}`;
  return method === "weights" ? heads : `${heads}: their attention weights, not ${method.replace("-", " ")}`;
}

/**
 * A map with the scale of its frame.
 * @param {PhotoTrace} traced
 * @param {import("./tracedphoto.js").Looked} choice
 * @param {Query} query
 * @param {import("../image/scene.js").HeatMap | null} map
 */
function framed(traced, choice, query, map) {
  const reach = map ? traced.range(choice, query, map) : NOTHING;
  return { map, scale: traced.scale({ ...choice, query }, reach) };
}
