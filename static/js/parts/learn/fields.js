/** What one place of a photo can see: by the kernels of a CNN, and by the attention of a ViT, side by side. */

import { html } from "../../core/dom.js";
import { clamp, sameSpot } from "../../math/geometry.js";
import { shareOutside } from "../../math/outside.js";
import { CLS } from "../../math/query.js";
import { framed } from "../image/framed.js";
import { Panel } from "../image/panel.js";
import { ConvTrace } from "../photo/convtrace.js";
import { mapped } from "../photo/mapped.js";
import { PHOTO_LOOK } from "../photo/photolook.js";
import { sceneOf } from "../photo/photoscene.js";

/**
 * @typedef {import("../reader/partreader.js").PartReader} PartReader
 * @typedef {import("../photo/tracedphoto.js").Traced} Traced
 * @typedef {import("../photo/tracedphoto.js").Method} Method
 * @typedef {import("../../math/query.js").Patch} Patch
 * @typedef {{row: number, column: number, layer: number, block: number,
 *   whole: boolean, cnn: string, vit: string}} Options
 */

const RESOLUTION = 224; // the CNN was trained at it, and both must see the same

class Fields {
  /**
   * @param {HTMLElement} root
   * @param {Options} options
   * @param {PartReader} reader
   * @param {{cnn: Traced, vit: Traced}} traced
   */
  constructor(root, options, reader, traced) {
    this.options = options;
    this.reader = reader;
    this.sides = [this.side("cnn", traced.cnn), this.side("vit", traced.vit)];
    root.append(html("div", { class: "pair-of-photos" }, ...this.sides.map(({ element }) => element)));
    this.pinned = this.now = this.placeOf(options);
    this.table = /** @type {Uint8Array} */ (reader.tables.get("inferno"));
    this.draw(this.pinned);
  }

  /**
   * @param {"cnn" | "vit"} name
   * @param {Traced} traced
   */
  side(name, traced) {
    const label = this.reader.words(`${name}-label`);
    const frame = framed(label);
    const element = html("div", {}, html("h3", {}, this.reader.words(name)), frame);
    const at = (/** @type {Patch} */ patch) => sameSpot(patch, traced, this.base);
    const pin = (/** @type {Patch} */ patch) => this.pin(at(patch));
    const panel = new Panel(frame, {
      hover: (patch) => this.draw(patch ? at(patch) : this.pinned),
      choose: pin,
      move: pin,
      leave: () => this.pin(this.placeOf(this.options)),
    });
    traced.onload = () => this.draw(this.now);
    return { name, traced, panel, element };
  }

  /** That of whose grid places are kept. */
  get base() {
    return this.sides[0].traced;
  }

  /** @param {Options} options */
  placeOf(options) {
    return placeOn(this.base.grid, options);
  }

  /** @param {Patch} patch */
  pin(patch) {
    this.pinned = patch;
    this.draw(patch);
  }

  /** @param {Patch} patch */
  draw(patch) {
    this.now = patch;
    for (const { name, traced, panel } of this.sides) {
      const query = sameSpot(patch, this.base, traced);
      const view = viewOf(name, traced, query, this.options);
      panel.draw(sceneOf(traced, view, view.query, this.table), this.told(name, traced, view));
    }
  }

  /**
   * What is said of a picture, in the page's language.
   * @param {"cnn" | "vit"} name
   * @param {Traced} traced
   * @param {ReturnType<typeof viewOf>} view
   * @returns {import("../image/panel.js").Words}
   */
  told(name, traced, view) {
    const { reader, options } = this;
    const title = reader.words(`${name}-${options.whole ? "whole" : "place"}`, {
      layer: traced instanceof ConvTrace ? traced.stage(view).name : view.layer,
      said: traced.verdict[0]?.label ?? "",
      ...wide(traced, view),
    });
    return {
      title,
      meaning: reader.words("scale"),
      share: "",
      missing: "",
      flat: false,
      summary: () => title,
    };
  }

  /** @param {Options} options */
  update(options) {
    const moved = options.row !== this.options.row || options.column !== this.options.column;
    this.options = options;
    if (moved) this.pinned = this.placeOf(options);
    this.draw(this.pinned);
  }
}

/**
 * @param {import("../../math/geometry.js").Grid} grid
 * @param {Options} options
 * @returns {Patch}
 */
function placeOn({ rows, columns }, { row, column }) {
  const index = (/** @type {number} */ share, /** @type {number} */ size) =>
    clamp(Math.floor(share * size), 0, size - 1);
  return { row: index(row, rows), column: index(column, columns) };
}

/**
 * @param {"cnn" | "vit"} name
 * @param {Traced} traced
 * @param {Patch} query
 * @param {Options} options
 */
function viewOf(name, traced, query, { layer, block, whole }) {
  const [deep, method] = name === "cnn" ? [layer, whole ? "grad-cam" : "receptive"] : [block, "weights"];
  const view = { ...PHOTO_LOOK, query: whole ? CLS : query, layer: Number(deep) };
  return traced.seen({ ...view, method: /** @type {Method} */ (method) });
}

/**
 * How many pixels of the input a unit of a CNN can see.
 * @param {Traced} traced
 * @param {ReturnType<typeof viewOf>} view
 * @returns {Record<string, number>}
 */
function wide(traced, view) {
  if (!(traced instanceof ConvTrace)) return {};
  const { rows, columns } = traced.stage(view);
  return { rows: rows.size, columns: columns.size };
}

/**
 * @param {Options} options
 * @param {PartReader} reader
 */
async function opened({ cnn, vit }, reader) {
  const asked = { resolution: RESOLUTION };
  const [one, other] = await Promise.all([reader.opened(cnn, asked), reader.opened(vit, asked)]);
  return { cnn: one, vit: other };
}

/**
 * How much of what the ViT's patch attends to lies outside all that the CNN's unit can see.
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function answer(options, reader) {
  const { cnn, vit } = await opened(options, reader);
  const place = placeOn(cnn.grid, options);
  const [field] = cnn.boxes(viewOf("cnn", cnn, place, options), place).slice(-1);
  const map = await mapped(vit, viewOf("vit", vit, sameSpot(place, cnn, vit), options));
  const value = shareOutside(map, vit.trace.input.crop, field);
  return { value, words: reader.words("outside", { share: reader.number(100 * value) }) };
}

/**
 * @param {HTMLElement} root
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function show(root, options, reader) {
  const shown = new Fields(root, options, reader, await opened(options, reader));
  return { update: (/** @type {Options} */ changed) => shown.update(changed) };
}
