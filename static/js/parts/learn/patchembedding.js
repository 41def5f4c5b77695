/** One patch of the reader's photo on its way to a token: cut, flattened, projected, placed. */

import { getPhoto, request } from "../../core/api.js";
import { html } from "../../core/dom.js";
import { clamp } from "../../math/geometry.js";
import { drawPatch } from "../image/picture.js";
import { OVERLAY } from "../image/scene.js";
import { Stage } from "../image/stage.js";
import { changes } from "../lesson/changes.js";
import { slider } from "../lesson/inputs.js";
import { cells } from "../steps/cells.js";

/**
 * @typedef {import("../reader/partreader.js").PartReader} PartReader
 * @typedef {import("../../schema.js").PatchToken} PatchToken
 * @typedef {import("../../core/api.js").ImageTrace} ImageTrace
 * @typedef {import("../../math/geometry.js").Patch} Patch
 * @typedef {{model: string, resolution: number, row: number, column: number, channel: number}} Options
 */

const WIDE = 96; // numbers in a row of a token's strip
const FIRST = 6; // numbers that are written out

/**
 * @param {ImageTrace} trace
 * @param {Patch} patch
 * @param {number} channel
 * @param {AbortSignal} signal
 * @returns {Promise<PatchToken>}
 */
async function getToken({ id }, { row, column }, channel, signal) {
  const path = `/traces/${id}/embedding?query=${row},${column}&channel=${channel}`;
  return (await request(path, { signal })).json();
}

class Embedding {
  /**
   * @param {HTMLElement} root
   * @param {Options} options
   * @param {PartReader} reader
   * @param {{trace: ImageTrace, photo: ImageBitmap}} seen
   */
  constructor(root, options, reader, { trace, photo }) {
    this.reader = reader;
    this.trace = trace;
    this.photo = photo;
    this.patch = patchAt(trace, options);
    this.channel = options.channel;
    this.later = changes(reader);
    const label = reader.words("photo-label");
    this.canvas = html("canvas", {
      class: "pointed",
      tabindex: "0",
      role: "application",
      "aria-label": label,
    });
    this.canvas.style.aspectRatio = `${photo.width} / ${photo.height}`;
    const go = (/** @type {Patch} */ patch) => this.choose({ patch });
    this.stage = new Stage(this.canvas, { hover: () => {}, choose: go, move: go, leave: () => {} });
    this.steps = html("div", { class: "embedding-steps" });
    const range = { label: reader.words("channel"), min: 0, max: 383, value: this.channel };
    this.slider = slider({ ...range, said: String }, (channel) => this.choose({ channel }));
    const way = html("div", {}, this.slider.element, this.steps);
    root.append(html("div", { class: "embedding" }, html("div", {}, this.canvas), way));
  }

  /** @param {{patch?: Patch, channel?: number}} change */
  choose({ patch = this.patch, channel = this.channel }) {
    this.patch = patch;
    this.channel = channel;
    this.drawStage();
    return this.later(() => this.draw());
  }

  drawStage() {
    const { photo, trace, patch, reader } = this;
    const scale = { low: 0, high: 1 };
    const table = /** @type {Uint8Array} */ (reader.tables.get("inferno"));
    this.stage.draw({
      ...{ ...OVERLAY, photo, size: trace.input, crop: trace.input.crop, grid: trace.grid, map: null },
      ...{ table, scale, reach: [0, 1], lines: true, query: patch },
    });
  }

  async draw() {
    const { trace, patch, channel, reader } = this;
    const token = await getToken(trace, patch, channel, reader.signal);
    this.slider.input.max = String(token.projected.length - 1);
    this.steps.replaceChildren(this.cut(), this.flattened(token), this.product(token), this.placed(token));
  }

  cut() {
    const { photo, trace, patch } = this;
    const canvas = html("canvas", { width: "112", height: "112", "aria-hidden": "true", class: "patch" });
    drawPatch(canvas, { photo, size: trace.input, crop: trace.input.crop, grid: trace.grid }, patch);
    const { rows, columns, patch_size: side } = trace.grid;
    return this.step("cut", { rows, columns, side, row: patch.row, column: patch.column }, canvas);
  }

  /** @param {PatchToken} token */
  flattened({ pixels, side }) {
    const values = { side, count: pixels.length, first: this.first(pixels) };
    return this.step("flattened", values, this.strip("x", pixels, 3 * side * 2));
  }

  /** @param {PatchToken} token */
  product({ kernel, pixels, bias, projected, channel }) {
    const planes = html("div", { class: "planes" }, ...this.planes(kernel));
    const parts = [planes, this.strip("xE", projected, WIDE)];
    const sum = projected[channel] - bias;
    const values = {
      ...{ count: pixels.length, width: projected.length, channel },
      ...{ sum: this.told(sum), bias: this.told(bias), value: this.told(projected[channel]) },
    };
    return this.step("product", values, ...parts);
  }

  /** @param {PatchToken} token */
  placed({ projected, position }) {
    const sum = projected.map((value, i) => value + position[i]);
    const parts = [this.strip("e", position, WIDE), this.strip("z", sum, WIDE)];
    return this.step("placed", { first: this.first(sum), width: sum.length }, ...parts);
  }

  /**
   * A kernel's three colours, each as large as a patch.
   * @param {number[]} kernel
   */
  planes(kernel) {
    const size = kernel.length / 3;
    const side = Math.sqrt(size);
    return ["red", "green", "blue"].map((colour, i) => {
      const plane = kernel.slice(i * size, (i + 1) * size);
      const made = cells("", plane, reachOf(kernel), this.vik, side);
      made.canvas.setAttribute("aria-label", this.reader.words(colour));
      return made.canvas;
    });
  }

  /**
   * @param {string} name
   * @param {number[]} values
   * @param {number} columns
   */
  strip(name, values, columns) {
    return cells(name, values, reachOf(values), this.vik, Math.min(columns, values.length)).canvas;
  }

  get vik() {
    return /** @type {Uint8Array} */ (this.reader.tables.get("vik"));
  }

  /**
   * @param {string} key
   * @param {Record<string, string | number>} values
   * @param {Node[]} drawn
   */
  step(key, values, ...drawn) {
    const { reader } = this;
    const head = html("h3", {}, reader.words(`${key}-title`));
    return html("section", {}, head, html("p", {}, reader.words(key, values)), ...drawn);
  }

  /** @param {number[]} values */
  first(values) {
    return values
      .slice(0, FIRST)
      .map((value) => this.told(value))
      .join("  ");
  }

  /** @param {number} value */
  told(value) {
    return this.reader.number(value, 3);
  }
}

/**
 * The scale that has 0 in the middle of a diverging table.
 * @param {number[]} values
 */
function reachOf(values) {
  const high = Math.max(...values.map(Math.abs));
  return { low: -high, high };
}

/**
 * @param {ImageTrace} trace
 * @param {Options} options
 */
function patchAt({ grid: { rows, columns } }, { row, column }) {
  const at = (/** @type {number} */ share, /** @type {number} */ size) =>
    clamp(Math.floor(share * size), 0, size - 1);
  return { row: at(row, rows), column: at(column, columns) };
}

/**
 * @param {HTMLElement} root
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function show(root, options, reader) {
  const trace = await reader.traced(options.model, { resolution: options.resolution });
  const photo = await createImageBitmap(await getPhoto(trace.id, reader.signal));
  const shown = new Embedding(root, options, reader, { trace, photo });
  await shown.choose({});
  const place = (/** @type {Options} */ changed) =>
    void shown.choose({ patch: patchAt(trace, changed), channel: changed.channel });
  return { update: place };
}

/**
 * How many numbers a patch is, and becomes.
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function answer(options, reader) {
  const trace = await reader.traced(options.model, { resolution: options.resolution });
  const token = await getToken(trace, patchAt(trace, options), options.channel, reader.signal);
  const words = { side: token.side, count: token.pixels.length, width: token.projected.length };
  return { value: token.pixels.length, words: reader.words("answer", words) };
}
