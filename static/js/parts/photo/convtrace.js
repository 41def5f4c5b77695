/**
 * One photo, and what a convolutional classifier makes of it: class activation maps, and the receptive
 * field of a unit. Nothing in it attends: what a unit can see is fixed by the kernels before it.
 *
 * @typedef {import("./tracedphoto.js").Method} Method
 * @typedef {import("./tracedphoto.js").Looked} Looked
 * @typedef {import("./tracedphoto.js").PhotoMap} PhotoMap
 * @typedef {import("./tracedphoto.js").AnyQuery} AnyQuery
 * @typedef {import("../../core/api.js").Heatmaps} Heatmaps
 * @typedef {import("../../schema.js").Layer} Layer
 */

import * as api from "../../core/api.js";
import { range } from "../../math/attention.js";
import { samePlace } from "../../math/geometry.js";
import { CLS, isPatch, isSame } from "../../math/query.js";
import { cellOf, deviation, fieldOf, inPhoto } from "../../math/receptive.js";
import { methodName } from "../phrases.js";
import { unpacked } from "./packed.js";
import { TracedPhoto } from "./tracedphoto.js";

const CAMS = /** @type {Method[]} */ (["grad-cam", "hirescam", "layercam"]);
const FINEST = 8; // pixels of the input between two places that can be pointed at
const KEPT = 60; // maps

export class ConvTrace extends TracedPhoto {
  /**
   * @param {import("../../core/api.js").ImageTrace} trace
   * @param {ImageBitmap} photo
   * @param {(error: unknown) => void} onError
   * @param {string} sample
   * @param {import("./tracedphoto.js").ClassProbability[]} verdict
   * @param {Layer[]} stages its layers in their order; none where it is no plain chain of them
   */
  constructor(trace, photo, onError, sample, verdict, stages) {
    super(trace, photo, onError, sample, verdict);
    this.stages = stages;
    /** @type {Map<string, PhotoMap>} */
    this.found = new Map(); // by path
    /** @type {Map<string, Heatmaps[]>} */
    this.small = new Map(); // of every layer, by path
  }

  /**
   * Whether the model attends to patches.
   * @returns {false}
   */
  get attends() {
    return false;
  }

  get grid() {
    return this.stages.find(({ grid }) => grid.patch_size >= FINEST)?.grid ?? this.trace.grid;
  }

  /** @returns {Method[]} */
  get methods() {
    return this.stages.length ? [...CAMS, "receptive"] : [];
  }

  /** How many layers there are to choose from. */
  layers() {
    return this.stages.length;
  }

  /** @param {{layer: number}} view */
  stage({ layer }) {
    return this.stages[layer - 1] ?? this.stages[this.stages.length - 1];
  }

  /** @param {Method} method */
  lacking(method) {
    if (this.methods.includes(method)) return "";
    if (this.stages.length) return `${this.trace.model} has no ${methodName(method)}.`;
    return `${this.trace.model} has no attention over patches, and no class maps are known: here is its verdict.`;
  }

  /**
   * A method, or what is shown in place of one that the model lacks.
   * @param {Method} method
   * @param {AnyQuery} query of the view
   * @returns {Method}
   */
  offered(method, query) {
    if (CAMS.includes(method) || method === "receptive") return method;
    return isPatch(query) ? "receptive" : "grad-cam";
  }

  /**
   * A view as it is shown here.
   * @template {Looked} V
   * @param {V} view
   * @returns {V}
   */
  seen(view) {
    const layer = this.stages.indexOf(this.stage(view)) + 1;
    return { ...view, layer, query: this.lookedFrom(view.query) };
  }

  /**
   * Whether the picture follows the pointer: while nothing is chosen.
   * @param {Looked} view
   */
  follows({ method, query }) {
    return method === "receptive" && isSame(query, CLS);
  }

  /** Whether a new query can be shown at once: its rectangle can. */
  ready() {
    return true;
  }

  prefetch() {
    // What is next costs a pass of its own.
  }

  /**
   * What is looked from: the whole photo, until a place is chosen.
   * @param {AnyQuery} query
   * @returns {AnyQuery}
   */
  lookedFrom(query) {
    return isPatch(query) ? query : CLS;
  }

  /**
   * The place whose unit is shown: the middle, until one is chosen.
   * @param {AnyQuery} query
   */
  place(query) {
    return isPatch(query) ? query : { row: this.grid.rows >> 1, column: this.grid.columns >> 1 };
  }

  /**
   * The unit of a layer at a place.
   * @param {Looked} view
   * @param {AnyQuery} query
   */
  unit(view, query) {
    return samePlace(this.place(query), this.grid, this.stage(view).grid);
  }

  /**
   * The address of the numbers that a view shows, below the API's root.
   * @param {Looked} view
   * @param {string} id
   * @param {string} format
   */
  path(view, id, format) {
    if (!this.stages.length) return `/traces/${id}/outputs/classes?format=${format}`;
    const layer = this.stage(view);
    if (view.method !== "receptive")
      return `/traces/${id}/cam?method=${view.method}${classOf(view)}&layer=${layer.name}&format=${format}`;
    const { row, column } = this.unit(view, view.query);
    const square = Math.min(FINEST, layer.grid.patch_size);
    return `/traces/${id}/receptive?layer=${layer.name}&row=${row}&column=${column}&square=${square}&format=${format}`;
  }

  /**
   * What a view shows for a query, or null while it is being fetched. Of receptive fields one at a time
   * is asked for: the pointer is faster than the network.
   * @param {Looked} view
   * @param {AnyQuery} query
   * @returns {PhotoMap | null}
   */
  map(view, query) {
    if (this.lacking(view.method)) return null;
    const path = this.path({ ...view, query }, this.trace.id, "npy");
    const found = this.found.get(path);
    if (!found) this.load(view.method === "receptive" ? "receptive" : path, () => this.fetch(path));
    return found ?? null;
  }

  /** @param {string} path */
  async fetch(path) {
    const { shape, data } = await api.getArray(path);
    const values = /** @type {Float32Array} */ (data);
    if (this.found.size > KEPT) this.found.delete([...this.found.keys()][0]);
    this.found.set(path, { values, rows: shape[0], columns: shape[1], beside: NaN });
  }

  /**
   * The class maps of all layers in small, in their order; null while they are being fetched.
   * @param {Looked} view
   * @returns {(PhotoMap | null)[]}
   */
  layerMaps(view) {
    if (!this.stages.length) return [];
    const method = view.method === "receptive" ? "grad-cam" : view.method;
    const path = `/traces/${this.trace.id}/cams?method=${method}${classOf(view)}`;
    const found = this.small.get(path);
    if (!found) this.load(path, async () => this.small.set(path, await api.getLayerMaps(path)));
    return this.stages.map(({ grid }, at) => (found ? unpacked(found[at], grid, "mean") : null));
  }

  /**
   * @param {Looked} _view
   * @param {AnyQuery} _query
   * @param {import("../image/scene.js").HeatMap} map
   */
  range(_view, _query, map) {
    return range(map.values);
  }

  /**
   * @param {Looked} view
   * @param {[number, number]} reach
   */
  scale(view, reach) {
    return this.scaled(view, reach, 0);
  }

  /** What a diverging table has at its middle. */
  middle() {
    return "0";
  }

  /**
   * The unit's own square and what it can see, in pixels of the photo.
   * @param {Looked} view
   * @param {AnyQuery} query
   */
  boxes(view, query) {
    if (view.method !== "receptive" || !this.stages.length) return [];
    const [layer, unit] = [this.stage(view), this.unit(view, query)];
    const { grid, input } = this.trace;
    const width = grid.columns * grid.patch_size;
    return [cellOf(layer, unit), fieldOf(layer, unit)].map((box) => inPhoto(box, input.crop, width));
  }

  /**
   * How many places an arrow key goes: from one unit of the layer to the next.
   * @param {Looked} view
   */
  step(view) {
    if (!this.stages.length) return 1;
    return Math.max(1, Math.round(this.stage(view).grid.patch_size / this.grid.patch_size));
  }

  /**
   * The patch that stands for what is looked from.
   * @param {Looked} view
   * @param {AnyQuery} query
   */
  patch(view, query) {
    return view.method === "receptive" ? this.place(query) : null;
  }

  /**
   * @param {Looked} view
   * @param {AnyQuery} query
   */
  titled(view, query) {
    if (!this.stages.length) return this.trace.model;
    const { name } = this.stage(view);
    if (view.method !== "receptive")
      return `${methodName(view.method)} for ${this.named(view)}, layer ${name}`;
    const { row, column } = this.unit(view, query);
    return `Receptive field of the unit at row ${row}, column ${column} of ${name}`;
  }

  /**
   * The class that is looked for, by its name.
   * @param {Looked} view
   */
  named(view) {
    const number = Number(view.class || this.verdict[0]?.number);
    const found = this.verdict.find((each) => each.number === number);
    return found ? `“${found.label}”` : `class ${number}`;
  }

  /**
   * What a map alone does not say.
   * @param {Looked} view
   * @param {PhotoMap} map
   */
  told(view, map) {
    if (view.method !== "receptive") return "";
    const layer = this.stage(view);
    const square = Math.min(FINEST, layer.grid.patch_size);
    const [down, across] = deviation(map).map((places) => Math.round(4 * square * places));
    const { rows, columns } = layer;
    return (
      `By its kernels it can see ${columns.size} × ${rows.size} pixels of the input (the rectangle); ` +
      `what does move it here lies within about ${across} × ${down}.`
    );
  }

  /** @param {Looked} view */
  fileName(view) {
    if (!this.stages.length) return "classes";
    const { name } = this.stage(view);
    if (view.method !== "receptive") return `${view.method}-${view.class || "first"}-${name}`;
    const { row, column } = this.unit(view, view.query);
    return `receptive-${name}-${row}-${column}`;
  }
}

/** @param {{class: string}} view */
function classOf(view) {
  return view.class ? `&class=${view.class}` : "";
}
