/**
 * One photo, its trace, and the arrays that were fetched for it.
 *
 * @typedef {import("../../pages/image/view.js").View} View
 * @typedef {import("../../math/attention.js").QK} QK
 * @typedef {object} HeatMap weights (or saliency) laid out on a grid
 * @property {Float32Array} values row by row
 * @property {number} rows
 * @property {number} columns
 * @property {boolean} exact false while only the eight-bit first paint is there
 * @property {number} prefix the weight on tokens that are no patches
 */

import * as api from "../../core/api.js";
import { allHeads, chooseHead, range } from "../../math/attention.js";
import { scaleOf } from "../../math/colour.js";

const KEPT_LAYERS = 4; // queries and keys of a layer at 644 pixels take 6.5 MB

export class PhotoTrace {
  /**
   * @param {import("../../core/api.js").ImageTrace} trace
   * @param {CanvasImageSource} photo
   * @param {(error: unknown) => void} onError
   * @param {string} [sample] its name, where it comes with the service
   */
  constructor(trace, photo, onError, sample = "") {
    this.trace = trace;
    this.sample = sample;
    this.photo = photo;
    this.onError = onError;
    this.onload = () => {};
    /** @type {Map<string, QK>} */
    this.qk = new Map();
    /** @type {Map<string, Map<string, import("../../core/api.js").Heatmaps>>} */
    this.maps = new Map([["cls", bySite(trace.heatmaps)]]);
    /** @type {Map<string, Float32Array>} */
    this.rollouts = new Map();
    /** @type {import("../../core/npy.js").NpyArray | null} */
    this.saliency = null;
    /** @type {Set<string>} */
    this.pending = new Set();
    this.scratch = { of: "", weights: new Float32Array(0) };
  }

  get layers() {
    return this.trace.sites.length;
  }

  /** @param {number} layer from 1; 0 or one too high is the last */
  site(layer) {
    return this.trace.sites[(layer > 0 && layer <= this.layers ? layer : this.layers) - 1];
  }

  /**
   * The token number of a query; the first token where the query is not of this grid.
   * @param {string} query
   */
  token(query) {
    const [row, column] = query.split(",").map(Number);
    const { rows, columns } = this.trace.grid;
    if (!(row < rows && column < columns)) return 0;
    return this.trace.prefix.length + row * columns + column;
  }

  /**
   * What a view shows for a query, or null while it is being fetched (`onload` tells when it came).
   * @param {View} view
   * @param {string} query
   * @returns {HeatMap | null}
   */
  map(view, query) {
    if (view.method === "saliency") return this.saliencyMap();
    if (view.method === "rollout") return this.rolloutMap(query);
    const site = this.site(view.layer);
    const qk = this.qk.get(site.name);
    if (qk) return this.exactMap(qk, site, view.head, query);
    this.load(`qk ${site.name}`, async () => this.keep(site.name, await this.fetchQK(site.name)));
    return this.quickMap(site.name, view.head, query);
  }

  /**
   * @param {QK} qk
   * @param {import("../../schema.js").Site} site
   * @param {string} head
   * @param {string} query
   * @returns {HeatMap}
   */
  exactMap(qk, site, head, query) {
    const chosen = new Float32Array(qk.tokens); // its own: a map on the stage must not change
    const name = Number(head) < qk.heads || head === "max" ? head : "mean";
    chooseHead(this.perHead(qk, site, query), qk.heads, name, chosen);
    return this.layOut(chosen);
  }

  /**
   * Weights (heads, tokens) of one query, in an array that the next other query fills anew.
   * @param {QK} qk
   * @param {import("../../schema.js").Site} site
   * @param {string} query
   */
  perHead(qk, site, query) {
    const of = `${site.name} ${query}`;
    if (this.scratch.of === of) return this.scratch.weights;
    const size = qk.heads * qk.tokens;
    const weights = this.scratch.weights.length === size ? this.scratch.weights : new Float32Array(size);
    allHeads(qk, this.token(query), site.scale ?? 1, weights);
    this.scratch = { of, weights };
    return weights;
  }

  /** @param {Float32Array} weights over all tokens */
  layOut(weights) {
    const { rows, columns } = this.trace.grid;
    const first = this.trace.prefix.length;
    let prefix = 0;
    for (let i = 0; i < first; i++) prefix += weights[i];
    return { values: weights.subarray(first), rows, columns, exact: true, prefix };
  }

  /**
   * The eight-bit map that came with the trace, or that was fetched for a patch.
   * @param {string} site
   * @param {string} head
   * @param {string} query
   * @returns {HeatMap | null}
   */
  quickMap(site, head, query) {
    const found = this.heatmaps(query)?.get(site);
    return found ? this.unpack(found, head) : null;
  }

  /**
   * @param {import("../../core/api.js").Heatmaps} found
   * @param {string} head
   * @returns {HeatMap}
   */
  unpack(found, head) {
    const { rows, columns } = this.trace.grid;
    const index = Math.max(0, found.heads.indexOf(head));
    const bytes = decode(found.data);
    const low = found.minimum[index];
    const step = (found.maximum[index] - low) / 255;
    const size = rows * columns;
    const part = bytes.subarray(index * size, (index + 1) * size);
    const values = Float32Array.from(part, (byte) => low + byte * step);
    return { values, rows, columns, exact: false, prefix: NaN };
  }

  /**
   * What one query sees at every site, by site; null while it is being fetched.
   * @param {string} query
   */
  heatmaps(query) {
    const found = this.maps.get(query);
    if (found) return found;
    this.load(`maps ${query}`, async () => {
      const maps = await api.getHeatmaps(this.trace.id, query);
      if (this.maps.size > 30) this.maps.delete([...this.maps.keys()][1]);
      this.maps.set(query, bySite(maps));
    });
    return null;
  }

  /** @returns {HeatMap | null} */
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
    return { values, rows: shape[0], columns: shape[1], exact: true, prefix: NaN };
  }

  /** @param {string} query */
  rolloutMap(query) {
    const found = this.rollouts.get(query);
    if (found) return this.layOut(found);
    this.load(`rollout ${query}`, async () => {
      this.rollouts.set(query, await api.getRollout(this.trace.id, query));
    });
    return null;
  }

  /**
   * Lowest and highest of one query's weights on patches: over one map, over all heads of its layer,
   * or over every layer and head. Until a query's other layers are known, those of CLS stand in.
   * @param {View} view
   * @param {string} query
   * @param {HeatMap} map
   * @returns {[number, number]}
   */
  range(view, query, map) {
    if (view.scale === "head" || view.method !== "weights") return range(map.values);
    const site = this.site(view.layer);
    const maps = [...(this.maps.get(query) ?? this.maps.get("cls") ?? new Map()).values()];
    const reaches = view.scale === "trace" ? maps.map(reachOf) : [];
    return range([...this.layerRange(site, query), ...reaches.flat(), ...range(map.values)]);
  }

  /**
   * @param {import("../../schema.js").Site} site
   * @param {string} query
   * @returns {number[]} lowest and highest, or nothing while they are not known
   */
  layerRange(site, query) {
    const qk = this.qk.get(site.name);
    const found = this.maps.get(query)?.get(site.name);
    if (!qk) return found ? reachOf(found) : [];
    const weights = this.perHead(qk, site, query);
    const first = this.trace.prefix.length;
    const heads = Array.from({ length: qk.heads }, (_, head) =>
      range(weights.subarray(head * qk.tokens + first, (head + 1) * qk.tokens)),
    );
    return heads.flat();
  }

  /** The weight of every key where none is preferred. */
  get even() {
    const { grid, prefix } = this.trace;
    return 1 / (grid.rows * grid.columns + prefix.length);
  }

  /**
   * The scale that a reach is painted with: a diverging table has an even spread at its middle.
   * @param {View} view
   * @param {[number, number]} reach
   */
  scale({ colormap, method }, reach) {
    return scaleOf(reach, colormap === "vik" && method !== "saliency" ? this.even : null);
  }

  /** Fetches the neighbours of a layer, so that the next choice is instant.
   * @param {number} layer
   */
  prefetch(layer) {
    const at = this.trace.sites.indexOf(this.site(layer));
    for (const site of [this.trace.sites[at - 1], this.trace.sites[at + 1]]) {
      if (!site || this.qk.has(site.name)) continue;
      this.load(`qk ${site.name}`, async () => {
        this.keep(site.name, await this.fetchQK(site.name));
      });
    }
  }

  /** @param {string} site */
  fetchQK(site) {
    return api.getQK(this.trace.id, site);
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

/** @param {import("../../core/api.js").Heatmaps[]} maps */
function bySite(maps) {
  return new Map(maps.map((found) => [found.site, found]));
}

/** @param {import("../../core/api.js").Heatmaps} maps lowest and highest over heads, mean and maximum */
function reachOf({ minimum, maximum }) {
  return [Math.min(...minimum), Math.max(...maximum)];
}

/** @param {string} base64 */
function decode(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}
