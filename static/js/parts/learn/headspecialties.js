/** The heads of one layer on the reader's photo: how far each looks, and whether its place says where. */

import { getQK, getStatistics } from "../../core/api.js";
import { html, svg } from "../../core/dom.js";
import { headWeights } from "../../math/attention.js";
import { kindOf, overPatches } from "../../math/headkinds.js";
import { drawDistances } from "../distances.js";
import { Film } from "../film.js";
import { changes } from "../lesson/changes.js";
import { slider } from "../lesson/inputs.js";

/**
 * @typedef {import("../reader/partreader.js").PartReader} PartReader
 * @typedef {import("../../core/api.js").ImageTrace} ImageTrace
 * @typedef {import("../../math/headkinds.js").Kind} Kind
 * @typedef {{model: string, resolution: number, layer: number, row: number, column: number}} Options
 * @typedef {Kind & {head: number, weights: Float32Array}} Measured
 */

const LOCAL = 0.5; // of the distance of an even spread
const PLACED = 0.5; // of the variance that the offset explains

/**
 * Every head of a layer, measured.
 * @param {ImageTrace} trace
 * @param {number} layer
 * @param {AbortSignal} signal
 * @returns {Promise<Measured[]>}
 */
async function measured(trace, layer, signal) {
  const site = trace.sites.filter(({ kind }) => kind === "self")[layer - 1];
  const qk = await getQK(trace.id, site.name, signal);
  const patches = trace.grid.rows * trace.grid.columns;
  const axis = { tokens: qk.tokens, prefix: trace.prefix.length, patches };
  const scale = qk.width ** -0.5;
  return Array.from({ length: qk.heads }, (_, head) => {
    const weights = overPatches((query, out) => headWeights(qk, head, query, scale, out), axis);
    return { head, weights, ...kindOf(weights, trace.grid) };
  });
}

/** @param {Kind} kind */
export function nameOf({ distance, even, share }) {
  const far = distance < LOCAL * even ? "local" : "global";
  return `${far}-${share >= PLACED ? "placed" : "content"}`;
}

class Specialties {
  /**
   * @param {HTMLElement} root
   * @param {Options} options
   * @param {PartReader} reader
   * @param {ImageTrace} trace
   * @param {import("../../schema.js").HeadStatistics[]} heads
   */
  constructor(root, options, reader, trace, heads) {
    this.reader = reader;
    this.trace = trace;
    this.heads = heads;
    this.layer = options.layer;
    this.head = 0;
    const { rows, columns } = trace.grid;
    this.query = Math.floor(options.row * rows) * columns + Math.floor(options.column * columns);
    this.later = changes(reader);
    const layers = Math.max(...heads.map(({ layer }) => layer));
    const range = { label: reader.words("layer"), min: 1, max: layers, value: this.layer };
    this.slider = slider({ ...range, said: String }, (layer) => this.choose(layer, this.head));
    this.chart = svg("svg", { class: "distances", role: "img", "aria-label": reader.words("chart") });
    this.strip = html("div", { class: "film" });
    this.film = new Film(this.strip, (key) => this.choose(this.layer, Number(key)));
    this.said = html("p", { class: "told", "aria-live": "polite" });
    const left = html("div", {}, html("p", { class: "quiet" }, reader.words("chart")), this.chart);
    const right = html("div", {}, this.slider.element, this.strip, this.said);
    root.append(html("div", { class: "specialties" }, left, right));
  }

  /**
   * @param {number} layer
   * @param {number} head
   */
  choose(layer, head) {
    this.layer = layer;
    this.head = head;
    this.slider.input.value = String(layer);
    this.slider.show(layer);
    return this.later(() => this.draw());
  }

  async draw() {
    const { trace, layer, reader, heads } = this;
    const found = await measured(trace, layer, reader.signal);
    const chosen = { layer, head: String(this.head) };
    const tell = (/** @type {import("../../schema.js").HeadStatistics} */ one) =>
      reader.words("dot", { layer: one.layer, head: one.head, pixels: reader.number(one.distance ?? 0) });
    drawDistances(this.chart, heads, chosen, (at, head) => this.choose(at, head), tell);
    const table = /** @type {Uint8Array} */ (reader.tables.get("inferno"));
    const how = { chosen: String(this.head), grid: trace.grid, table, smooth: false };
    this.film.draw(
      found.map((one) => this.frame(one)),
      how,
    );
    this.said.textContent = this.told(found[this.head]);
  }

  /** @param {Measured} one */
  frame(one) {
    const { reader, trace, query } = this;
    const patches = trace.grid.rows * trace.grid.columns;
    const values = one.weights.slice(query * patches, (query + 1) * patches);
    const label = reader.words("head", { head: one.head });
    const note = reader.words(nameOf(one));
    const scale = { low: 0, high: Math.max(...values) };
    return {
      key: String(one.head),
      label,
      name: `${label}: ${note}`,
      note,
      map: { ...trace.grid, values },
      scale,
    };
  }

  /** @param {Measured} one */
  told({ head, distance, even, share }) {
    const { reader, trace, layer } = this;
    const side = trace.grid.patch_size;
    return reader.words("said", {
      ...{ layer, head, pixels: reader.number(distance * side), even: reader.number(even * side) },
      share: reader.number(100 * share),
    });
  }
}

/**
 * @param {HTMLElement} root
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function show(root, options, reader) {
  const trace = await reader.traced(options.model, { resolution: options.resolution });
  const { heads } = await getStatistics(trace.id);
  const shown = new Specialties(root, options, reader, trace, heads);
  await shown.choose(options.layer, 0);
  return { update: (/** @type {Options} */ { layer }) => void shown.choose(layer, shown.head) };
}

/**
 * Whether the most local head of all is in the first half of the layers or in the second.
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function answer({ model, resolution }, reader) {
  const trace = await reader.traced(model, { resolution });
  const { heads } = await getStatistics(trace.id);
  const nearest = heads.reduce((best, one) => (far(one) < far(best) ? one : best));
  const pixels = reader.number(far(nearest));
  const words = reader.words("answer", { layer: nearest.layer, head: nearest.head, pixels });
  return { value: nearest.layer, words };
}

/** @param {import("../../schema.js").HeadStatistics} head */
function far({ distance }) {
  return distance ?? Infinity;
}
