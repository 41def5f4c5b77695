/** Heads, layers and distances in small: every one is a view, and one press away. */

import { byId } from "../../core/dom.js";
import { drawDistances } from "../distances.js";
import { Film } from "../film.js";
import { headName } from "../phrases.js";

/**
 * @typedef {import("./phototrace.js").PhotoTrace} PhotoTrace
 * @typedef {import("../../math/query.js").Query} Query
 * @typedef {object} Shown
 * @property {PhotoTrace} traced
 * @property {Query} query
 * @property {boolean} hovered whether the query is but the pointer's: nothing is fetched for it yet
 * @property {Uint8Array} table
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
    this.layers = new Film(byId("layers"), (layer) => store.set({ layer: Number(layer), ...WEIGHTS }));
  }

  /** @param {Shown} shown */
  draw(shown) {
    const { view } = this.store;
    const { traced, table } = shown;
    const how = { grid: traced.trace.grid, table, smooth: view.smooth };
    const weights = view.method === "weights";
    const site = traced.site(view.layer);
    this.heads.draw(this.headFrames(shown), { ...how, chosen: weights ? traced.head(site, view.head) : "" });
    const layer = weights ? String(site.layer) : "";
    this.layers.draw(this.layerFrames(shown), { ...how, chosen: layer });
    byId("heads-of").textContent = headsOf(site.layer, view.method);
    this.drawDistances(traced);
  }

  /** @param {Shown} shown */
  headFrames({ traced, query }) {
    const { view } = this.store;
    const site = traced.site(view.layer);
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

  /** @param {Shown} shown */
  layerFrames({ traced, query, hovered }) {
    const { view } = this.store;
    const maps = hovered ? traced.known(query) : traced.heatmaps(query);
    return traced.sites.map(({ name, layer }) => {
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
    return found ? `${found.entropy.toFixed(1)} bits\n${(found.distance ?? 0).toFixed(0)} px` : "";
  }

  /** @param {PhotoTrace} traced */
  drawDistances(traced) {
    if (!this.statistics) return;
    const { layer, head } = this.store.view;
    const chosen = { layer: traced.site(layer).layer, head };
    byId("plot-figure").hidden = false;
    const names = new Set(traced.sites.map(({ name }) => name));
    const heads = this.statistics.heads.filter(({ site }) => names.has(site));
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
 * @param {import("./phototrace.js").Choice} choice
 * @param {Query} query
 * @param {import("../image/scene.js").HeatMap | null} map
 */
function framed(traced, choice, query, map) {
  const reach = map ? traced.range(choice, query, map) : NOTHING;
  return { map, scale: traced.scale(choice, reach) };
}
