/**
 * One photo, its trace, and the arrays that were fetched for it.
 *
 * @typedef {import("../../math/attention.js").QK} QK
 * @typedef {import("../../math/query.js").Query} Query
 * @typedef {import("../../schema.js").Site} Site
 * @typedef {import("../../core/api.js").Heatmaps} Heatmaps
 * @typedef {object} Choice what of a trace is looked at
 * @property {import("../../schema.js").Method} method
 * @property {number} layer from 1; 0 is the last
 * @property {string} head a number, "mean" or "max"
 * @property {"head" | "layer" | "trace"} scale what lowest and highest are taken over
 * @property {string} colormap
 * @typedef {import("../image/scene.js").HeatMap & {beside: number}} PhotoMap `beside` is the weight on
 *   tokens that have no place in the photo, NaN where it is not known
 */

import * as api from "../../core/api.js";
import { allHeads, chooseHead, range } from "../../math/attention.js";
import { besidePatches, indexOf, onPatches, seenFrom, shapeOf } from "../../math/axis.js";
import { scaleOf } from "../../math/colour.js";
import { CLS, isSame, spellQuery } from "../../math/query.js";
import { isOverPatches, sendsQueryKeys } from "../../math/site.js";

const LACKED = {
  weights: "attention over patches.",
  rollout: "rollout: its layers are no chain over the same patches.",
  "window-rollout": "window rollout: it does not attend in windows alone.",
  saliency: "saliency decoder.",
};
const KEPT_LAYERS = 4; // queries and keys of a layer at 644 pixels take 6.5 MB

export class PhotoTrace {
  /**
   * @param {import("../../core/api.js").ImageTrace} trace
   * @param {ImageBitmap} photo what the model saw: the server's copy
   * @param {(error: unknown) => void} onError
   * @param {string} [sample] its name, where it comes with the service
   */
  constructor(trace, photo, onError, sample = "") {
    this.trace = trace;
    this.sample = sample;
    this.photo = photo;
    this.onError = onError;
    this.onload = () => {};
    // Of attention over patches, one a layer: gates and the like are shown elsewhere.
    this.sites = trace.sites.filter(isOverPatches).filter(isFirstOfLayer);
    /** @type {Map<string, QK>} */
    this.qk = new Map();
    /** @type {Map<string, Map<string, Heatmaps>>} */
    this.maps = new Map([[spellQuery(CLS), bySite(trace.heatmaps)]]); // by query
    /** @type {Map<string, Float32Array>} */
    this.rollouts = new Map();
    /** @type {import("../../core/npy.js").NpyArray | null} */
    this.saliency = null;
    /** @type {Set<string>} */
    this.pending = new Set();
    this.scratch = { of: "", weights: new Float32Array(0) };
  }

  /** How many layers there are to choose from. */
  get layers() {
    return this.sites.at(-1)?.layer ?? 0;
  }

  /** @param {number} layer from 1; 0 or one that is not there is the last */
  site(layer) {
    return this.sites.find((site) => site.layer === layer) ?? this.sites[this.sites.length - 1];
  }

  /** Whether the model has a class token, which stands for the whole photo. */
  get hasCls() {
    return this.trace.prefix.includes(CLS.token);
  }

  /**
   * What is looked from: the patch in the middle, where a model has no class token.
   * @param {Query} query
   * @returns {Query}
   */
  lookedFrom(query) {
    if (!isSame(query, CLS) || this.hasCls) return query;
    const { rows, columns } = this.trace.grid;
    return { row: Math.floor(rows / 2), column: Math.floor(columns / 2) };
  }

  /**
   * What a view shows for a query, or null while it is being fetched (`onload` tells when it came).
   * @param {Choice} view
   * @param {Query} query
   * @returns {PhotoMap | null}
   */
  map(view, query) {
    if (view.method === "saliency") return this.saliencyMap();
    if (view.method !== "weights") return this.rolloutMap(view.method, query);
    const site = this.site(view.layer);
    const qk = this.qk.get(site.name);
    if (qk) return this.exactMap(qk, site, view.head, query);
    this.fetchQK(site);
    return this.quickMap(site, view.head, query);
  }

  /**
   * A head of a site; their mean in place of one that it has not.
   * @param {Site} site
   * @param {string} head
   */
  head({ heads }, head) {
    return Number(head) < heads || head === "max" ? head : "mean";
  }

  /**
   * A view as it is shown here: a layer, head or query that this model lacks has given way.
   * @template {Choice & {query: Query}} V
   * @param {V} view
   * @returns {V}
   */
  seen(view) {
    const site = this.site(view.layer);
    const query = this.lookedFrom(view.query);
    return { ...view, layer: site.layer, head: this.head(site, view.head), query };
  }

  /**
   * @param {QK} qk
   * @param {Site} site
   * @param {string} head
   * @param {Query} query
   * @returns {PhotoMap}
   */
  exactMap(qk, site, head, query) {
    const chosen = new Float32Array(site.key.size); // its own: a map on the stage must not change
    chooseHead(this.perHead(qk, site, query), qk.heads, this.head(site, head), chosen);
    return layOut(site.key, chosen);
  }

  /**
   * Weights (heads, keys) of one query, in an array that the next other query fills anew.
   * @param {QK} qk
   * @param {Site} site
   * @param {Query} query
   */
  perHead(qk, site, query) {
    const of = `${site.name} ${spellQuery(query)}`;
    if (this.scratch.of === of) return this.scratch.weights;
    const keys = site.key.size; // fewer than there are queries, in a pyramid
    const size = qk.heads * keys;
    const weights = this.scratch.weights.length === size ? this.scratch.weights : new Float32Array(size);
    const index = indexOf(site.query, seenFrom(site.query, query, this.trace.grid));
    allHeads(qk, index, site.scale ?? 1, weights, keys);
    this.scratch = { of, weights };
    return weights;
  }

  /**
   * The eight-bit map that came with the trace, or that was fetched for a patch.
   * @param {Site} site
   * @param {string} head
   * @param {Query} query
   * @returns {PhotoMap | null}
   */
  quickMap(site, head, query) {
    const found = this.heatmaps(query)?.get(site.name);
    return found ? this.unpack(found, this.head(site, head)) : null;
  }

  /**
   * @param {Heatmaps} found
   * @param {string} head
   * @returns {PhotoMap}
   */
  unpack(found, head) {
    const { key } = /** @type {Site} */ (this.trace.sites.find(({ name }) => name === found.site));
    const { rows, columns } = shapeOf(key);
    const index = Math.max(0, found.heads.indexOf(head));
    const bytes = decode(found.data);
    const low = found.minimum[index];
    const step = (found.maximum[index] - low) / 255;
    const size = rows * columns;
    const part = bytes.subarray(index * size, (index + 1) * size);
    const values = Float32Array.from(part, (byte) => low + byte * step);
    return { values, rows, columns, beside: NaN };
  }

  /**
   * What one query sees at every site, by site; null while it is being fetched.
   * @param {Query} query
   */
  heatmaps(query) {
    const spelled = spellQuery(query);
    const found = this.maps.get(spelled);
    if (found) return found;
    this.load(`maps ${spelled}`, async () => {
      const maps = await api.getHeatmaps(this.trace.id, query);
      if (this.maps.size > 30) this.maps.delete([...this.maps.keys()][1]);
      this.maps.set(spelled, bySite(maps));
    });
    return null;
  }

  /**
   * What one query sees at every site, by site, as far as it is here.
   * @param {Query} query
   */
  known(query) {
    return this.maps.get(spellQuery(query));
  }

  /** @returns {PhotoMap | null} */
  saliencyMap() {
    if (!this.trace.outputs.includes("saliency")) return null;
    if (!this.saliency) {
      this.load("saliency", async () => {
        this.saliency = await api.getSaliency(this.trace.id);
      });
      return null;
    }
    const { data, shape } = this.saliency;
    const values = /** @type {Float32Array} */ (data);
    return { values, rows: shape[0], columns: shape[1], beside: NaN };
  }

  /**
   * @param {"rollout" | "window-rollout"} method
   * @param {Query} query
   * @returns {PhotoMap | null}
   */
  rolloutMap(method, query) {
    if (this.lacking(method)) return null;
    const of = `${method} ${spellQuery(query)}`;
    const found = this.rollouts.get(of);
    if (found) return this.rolledOut(method, found);
    this.load(of, async () => this.rollouts.set(of, await api.getRollout(this.trace.id, query, method)));
    return null;
  }

  /**
   * @param {"rollout" | "window-rollout"} method
   * @param {Float32Array} values
   * @returns {PhotoMap}
   */
  rolledOut(method, values) {
    if (method === "rollout") return layOut(this.site(0).key, values);
    const { rows, columns } = this.trace.grid;
    return { values, rows, columns, beside: NaN };
  }

  /**
   * Why a method has nothing to show of this photo; "" where it has.
   * @param {Choice["method"]} method
   */
  lacking(method) {
    const { model, methods } = this.trace;
    return methods.includes(method) ? "" : `${model} has no ${LACKED[method]}`;
  }

  /**
   * A method, or what is shown in place of one that the model lacks.
   * @param {Choice["method"]} method
   */
  offered(method) {
    const { methods } = this.trace;
    const alike = methods.find((other) => method.endsWith("rollout") && other.endsWith("rollout"));
    return methods.includes(method) ? method : (alike ?? "weights");
  }

  /**
   * Lowest and highest of one query's weights on patches: over one map, over all heads of its layer,
   * or over every layer and head. Until a query's other layers are known, those of CLS stand in.
   * @param {Choice} view
   * @param {Query} query
   * @param {import("../image/scene.js").HeatMap} map
   * @returns {[number, number]}
   */
  range(view, query, map) {
    if (view.scale === "head" || view.method !== "weights") return range(map.values);
    const site = this.site(view.layer);
    const maps = [...(this.known(query) ?? this.known(CLS) ?? new Map()).values()];
    const reaches = view.scale === "trace" ? maps.map(reachOf) : [];
    return range([...this.layerRange(site, query), ...reaches.flat(), ...range(map.values)]);
  }

  /**
   * @param {Site} site
   * @param {Query} query
   * @returns {number[]} lowest and highest, or nothing while they are not known
   */
  layerRange(site, query) {
    const qk = this.qk.get(site.name);
    const found = this.known(query)?.get(site.name);
    if (!qk) return found ? reachOf(found) : [];
    const weights = this.perHead(qk, site, query);
    const keys = site.key.size;
    const heads = Array.from({ length: qk.heads }, (_, head) =>
      range(onPatches(site.key, weights.subarray(head * keys, (head + 1) * keys))),
    );
    return heads.flat();
  }

  /**
   * The weight of every key where none is preferred.
   * @param {number} layer
   */
  even(layer) {
    return 1 / this.site(layer).key.size;
  }

  /**
   * The scale that a reach is painted with: a diverging table has an even spread at its middle.
   * @param {Choice} view
   * @param {[number, number]} reach
   */
  scale({ colormap, method, layer }, reach) {
    return scaleOf(reach, colormap === "vik" && method !== "saliency" ? this.even(layer) : null);
  }

  /** Fetches the neighbours of a layer, so that the next choice is instant.
   * @param {number} layer
   */
  prefetch(layer) {
    const at = this.sites.indexOf(this.site(layer));
    for (const site of [this.sites[at - 1], this.sites[at + 1]]) {
      if (site && !this.qk.has(site.name)) this.fetchQK(site);
    }
  }

  /** @param {Site} site where it has a bias or windows, the eight-bit maps must do */
  fetchQK(site) {
    if (!sendsQueryKeys(site)) return;
    const { name } = site;
    this.load(`qk ${name}`, async () => this.keep(name, await api.getQK(this.trace.id, name)));
  }

  /**
   * @param {string} site
   * @param {QK} qk
   */
  keep(site, qk) {
    this.qk.set(site, qk);
    if (this.qk.size > KEPT_LAYERS) this.qk.delete([...this.qk.keys()][0]);
  }

  /**
   * Fetches something once, however often it is asked for meanwhile.
   * @param {string} what
   * @param {() => Promise<unknown>} fetching
   */
  load(what, fetching) {
    if (this.pending.has(what)) return;
    this.pending.add(what);
    fetching()
      .then(() => this.onload(), this.onError)
      .finally(() => this.pending.delete(what));
  }
}

/**
 * @param {import("../../schema.js").Axis} key
 * @param {Float32Array} weights over all its entries
 * @returns {PhotoMap}
 */
function layOut(key, weights) {
  const { rows, columns } = shapeOf(key);
  return { values: onPatches(key, weights), rows, columns, beside: besidePatches(key, weights) };
}

/**
 * @param {Site} site
 * @param {number} at
 * @param {Site[]} sites
 */
function isFirstOfLayer(site, at, sites) {
  return sites.findIndex(({ layer }) => layer === site.layer) === at;
}

/** @param {Heatmaps[]} maps */
function bySite(maps) {
  return new Map(maps.map((found) => [found.site, found]));
}

/** @param {Heatmaps} maps lowest and highest over heads, mean and maximum */
function reachOf({ minimum, maximum }) {
  return [Math.min(...minimum), Math.max(...maximum)];
}

/** @param {string} base64 */
function decode(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}
