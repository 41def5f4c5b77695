/**
 * The maps of a model that attends to patches: fetched, or worked out of the queries and keys that were.
 *
 * A query that is a number is an entry of cross-attention, which no patch is: an object query, the probe
 * of a pooling head. The sites that are shown are then those whose keys it has.
 *
 * @typedef {import("../../math/attention.js").QK} QK
 * @typedef {import("../../math/query.js").AnyQuery} AnyQuery
 * @typedef {import("../../schema.js").Site} Site
 * @typedef {import("../../core/api.js").Heatmaps} Heatmaps
 * @typedef {import("./tracedphoto.js").Method} Method
 * @typedef {import("./tracedphoto.js").Choice} Choice
 * @typedef {import("./tracedphoto.js").Looked} Looked
 * @typedef {import("./tracedphoto.js").PhotoMap} PhotoMap
 */

import * as api from "../../core/api.js";
import { allHeads, chooseHead, range } from "../../math/attention.js";
import { besidePatches, indexOf, onPatches, seenFrom, shapeOf } from "../../math/axis.js";
import { CLS, spellQuery } from "../../math/query.js";
import { isOverPatches, isToPatches, sendsQueryKeys } from "../../math/site.js";
import { unpacked } from "./packed.js";
import { TracedPhoto } from "./tracedphoto.js";

const KEPT_LAYERS = 4; // queries and keys of a layer at 644 pixels take 6.5 MB

export class PhotoMaps extends TracedPhoto {
  /**
   * @param {import("../../core/api.js").ImageTrace} trace
   * @param {ImageBitmap} photo
   * @param {(error: unknown) => void} onError
   * @param {string} [sample]
   * @param {import("./tracedphoto.js").ClassProbability[]} [verdict]
   */
  constructor(trace, photo, onError, sample, verdict) {
    super(trace, photo, onError, sample, verdict);
    // Of attention over patches, one a layer: gates and the like are shown elsewhere.
    this.over = trace.sites.filter(isOverPatches).filter(isFirstOfLayer);
    this.across = trace.sites.filter(isToPatches).filter(isFirstOfLayer);
    /** @type {Map<string, QK>} */
    this.qk = new Map();
    /** @type {Map<string, Map<string, Heatmaps>>} */
    this.maps = new Map([[spellQuery(CLS), bySite(trace.heatmaps)]]); // by query
    /** @type {Map<string, Float32Array>} */
    this.rollouts = new Map();
    /** @type {import("../../core/npy.js").NpyArray | null} */
    this.saliency = null;
    this.scratch = { of: "", weights: new Float32Array(0) };
  }

  /** @returns {Method[]} */
  get methods() {
    return this.trace.methods;
  }

  /**
   * The sites that have a query, one a layer.
   * @param {AnyQuery} query
   */
  sites(query) {
    return typeof this.lookedFrom(query) === "number" ? this.across : this.over;
  }

  /**
   * How many layers there are to choose from.
   * @param {AnyQuery} query
   */
  layers(query) {
    return this.sites(query).at(-1)?.layer ?? 0;
  }

  /** @param {{layer: number, query: AnyQuery}} view a layer that is 0 or not there is the last */
  site({ layer, query }) {
    const sites = this.sites(query);
    return sites.find((site) => site.layer === layer) ?? sites[sites.length - 1];
  }

  /**
   * What is looked from: one that the model lacks gives way.
   * @param {AnyQuery} query
   * @returns {AnyQuery}
   */
  lookedFrom(query) {
    const known = typeof query === "number" && query < (this.across[0]?.query.size ?? 0);
    if (known) return query;
    if (!this.over.length) return 0;
    return super.lookedFrom(typeof query === "number" ? CLS : query);
  }

  /**
   * What a view shows for a query, or null while it is being fetched (`onload` tells when it came).
   * @param {Choice} view
   * @param {AnyQuery} query
   * @returns {PhotoMap | null}
   */
  map(view, query) {
    if (view.method === "saliency") return this.saliencyMap();
    if (view.method === "rollout" || view.method === "window-rollout")
      return this.rolloutMap(view.method, typeof query === "number" ? super.lookedFrom(CLS) : query);
    const site = this.site({ ...view, query });
    const qk = this.qk.get(site.name);
    if (qk) return this.exactMap(qk, site, view.head, query);
    this.fetchQK(site);
    const quick = this.quickMap(site, view.head, query);
    return quick && { ...quick, rough: sendsQueryKeys(site) };
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
   * @param {QK} qk
   * @param {Site} site
   * @param {string} head
   * @param {AnyQuery} query
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
   * @param {AnyQuery} query
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
   * @param {AnyQuery} query
   * @returns {PhotoMap | null}
   */
  quickMap(site, head, query) {
    const found = this.heatmaps(query)?.get(site.name);
    return found ? this.unpack(found, this.head(site, head)) : null;
  }

  /**
   * @param {Heatmaps} found
   * @param {string} head
   */
  unpack(found, head) {
    const { key } = /** @type {Site} */ (this.trace.sites.find(({ name }) => name === found.site));
    return unpacked(found, shapeOf(key), head);
  }

  /**
   * What one query sees at every site, by site; null while it is being fetched.
   * @param {AnyQuery} query
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
   * @param {AnyQuery} query
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
   * @param {AnyQuery} query
   * @returns {PhotoMap | null}
   */
  rolloutMap(method, query) {
    if (!this.methods.includes(method)) return null;
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
    if (method === "rollout") return layOut(this.over[this.over.length - 1].key, values);
    const { rows, columns } = this.trace.grid;
    return { values, rows, columns, beside: NaN };
  }

  /**
   * Lowest and highest of one query's weights on patches: over one map, over all heads of its layer,
   * or over every layer and head. Until a query's other layers are known, those of CLS stand in.
   * @param {Choice} view
   * @param {AnyQuery} query
   * @param {import("../image/scene.js").HeatMap} map
   * @returns {[number, number]}
   */
  range(view, query, map) {
    if (view.scale === "head" || view.method !== "weights") return range(map.values);
    const site = this.site({ ...view, query });
    const maps = [...(this.known(query) ?? this.known(CLS) ?? new Map()).values()];
    const reaches = view.scale === "trace" ? maps.map(reachOf) : [];
    return range([...this.layerRange(site, query), ...reaches.flat(), ...range(map.values)]);
  }

  /**
   * @param {Site} site
   * @param {AnyQuery} query
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
   * @param {Looked} view
   */
  even(view) {
    return 1 / this.site(view).key.size;
  }

  /**
   * Fetches the neighbours of a layer, so that the next choice is instant.
   * @param {Looked} view
   */
  prefetch(view) {
    if (view.method !== "weights") return;
    const sites = this.sites(view.query);
    const at = sites.indexOf(this.site(view));
    for (const site of [sites[at - 1], sites[at + 1]]) {
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
