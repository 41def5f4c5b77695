/** Which keys one place can reach: in a ViT, in Swin's windows and shifted windows, among PVT's reduced keys. */

import { getPhoto, request } from "../../core/api.js";
import { html, svg } from "../../core/dom.js";
import { coverOf } from "../../math/colour.js";
import { multiplications, reached, windowEdges } from "../../math/reach.js";
import { OVERLAY } from "../image/scene.js";
import { Stage } from "../image/stage.js";
import { changes } from "../lesson/changes.js";

/**
 * @typedef {import("../reader/partreader.js").PartReader} PartReader
 * @typedef {import("../../core/api.js").ImageTrace} ImageTrace
 * @typedef {import("../../math/geometry.js").Patch} Patch
 * @typedef {import("../../math/reach.js").Looking} Looking
 * @typedef {{row: number, column: number}} Options
 * @typedef {{looking: Looking, model: string, site: string, shift: number | null}} Lane `shift` of windows
 * @typedef {Lane & {trace: ImageTrace, stage: Stage, said: HTMLElement, element: HTMLElement}} Shown
 */

const HOW = { window: 7, reduction: 2 };
const WIDTH = 112; // channels of the lab's heads
/** @type {Lane[]} */
const LANES = [
  { looking: "vit", model: "vision-vit", site: "encoder.1.self", shift: null },
  { looking: "swin", model: "vision-swin", site: "encoder.1.self", shift: 0 },
  { looking: "swin", model: "vision-swin", site: "encoder.2.self", shift: 3 },
  { looking: "pvt", model: "vision-pvt", site: "encoder.1.self", shift: null },
];

/** @param {Lane} lane */
function keyOf({ looking, shift }) {
  return shift ? `${looking}-shifted` : looking;
}

/**
 * The square of the photo that the heads saw.
 * @param {ImageTrace} trace
 * @param {AbortSignal} signal
 */
async function squareOf({ id, input }, signal) {
  const photo = await createImageBitmap(await getPhoto(id, signal));
  const ratio = photo.width / input.width;
  const { left, top, width, height } = input.crop;
  return createImageBitmap(photo, left * ratio, top * ratio, width * ratio, height * ratio);
}

/**
 * The edges of windows, or of what a reduced key stands for, over the photo.
 * @param {Lane} lane
 * @param {number} size places along a side
 */
function linesOf({ looking, shift }, size) {
  const steps = Array.from({ length: size / HOW.reduction + 1 }, (_, i) => i * HOW.reduction);
  const edges =
    looking === "swin" ? windowEdges(size, HOW.window, shift ?? 0) : looking === "pvt" ? steps : [];
  const d = edges.map((at) => `M${at} 0V${size}M0 ${at}H${size}`).join("");
  const view = { viewBox: `0 0 ${size} ${size}`, "aria-hidden": "true", class: `reach-lines ${looking}` };
  return svg("svg", view, svg("path", { d, class: "under" }), svg("path", { d }));
}

class Reach {
  /**
   * @param {HTMLElement} root
   * @param {PartReader} reader
   * @param {ImageTrace[]} traces a lane each
   * @param {ImageBitmap} photo
   */
  constructor(root, reader, traces, photo) {
    this.reader = reader;
    this.photo = photo;
    this.later = changes(reader);
    this.lanes = LANES.map((lane, i) => this.lane(lane, traces[i]));
    root.append(html("div", { class: "row-of-photos" }, ...this.lanes.map(({ element }) => element)));
  }

  /**
   * @param {Lane} lane
   * @param {ImageTrace} trace
   * @returns {Shown}
   */
  lane(lane, trace) {
    const { reader } = this;
    const name = reader.words(keyOf(lane));
    const label = reader.words("label", { name });
    const canvas = html("canvas", {
      class: "pointed",
      tabindex: "0",
      role: "application",
      "aria-label": label,
    });
    canvas.style.aspectRatio = "1";
    const go = (/** @type {Patch} */ place) => void this.choose(place);
    const stage = new Stage(canvas, { hover: () => {}, choose: go, move: go, leave: () => {} });
    const said = html("span");
    const framed = html("div", { class: "reach-frame" }, canvas, linesOf(lane, trace.grid.columns));
    const element = html("figure", {}, framed, html("figcaption", {}, html("b", {}, name), said));
    return { ...lane, trace, stage, said, element };
  }

  /** @param {Patch} place */
  choose(place) {
    return this.later(() => Promise.all(this.lanes.map((lane) => this.draw(lane, place))));
  }

  /**
   * @param {Shown} lane
   * @param {Patch} place
   */
  async draw({ stage, said, trace, ...lane }, place) {
    const { weights, rows, columns } = await weightsOf(trace, lane.site, place, this.reader.signal);
    const map = { values: weights, rows, columns };
    const unit = { left: 0, top: 0, width: 1, height: 1 };
    const high = Math.max(...weights);
    stage.draw({
      ...{ ...OVERLAY, photo: this.photo, size: { width: 1, height: 1 }, crop: unit, grid: trace.grid, map },
      ...{ table: this.reader.tables.get("inferno") ?? new Uint8Array(768), query: place },
      ...{ scale: { low: 0, high }, reach: /** @type {[number, number]} */ ([0, high]) },
      ...{ cover: coverOf(0.8, false), opacity: 0.8 },
    });
    said.textContent = this.told(lane, weights, trace);
  }

  /**
   * @param {Lane} lane
   * @param {Float32Array} weights
   * @param {ImageTrace} trace
   */
  told(lane, weights, { grid }) {
    const work = multiplications(lane.looking, grid.rows * grid.columns, WIDTH, HOW);
    return this.reader.words("said", {
      reached: reached(weights),
      keys: weights.length,
      millions: this.reader.number(work / 1e6, 1),
    });
  }
}

/**
 * The weights of one place on its keys, the mean over the heads.
 * @param {ImageTrace} trace
 * @param {string} site
 * @param {Patch} place
 * @param {AbortSignal} signal
 */
async function weightsOf({ id }, site, { row, column }, signal) {
  const asked = new URLSearchParams({ site, head: "mean", query: `${row},${column}` });
  const found = await (await request(`/traces/${id}/weights?${asked}`, { signal })).json();
  const { rows, columns } = found.key.grid;
  return { weights: Float32Array.from(found.weights), rows, columns };
}

/** @param {Options} options */
function placeOf({ row, column }) {
  return { row: Math.floor(row * 14), column: Math.floor(column * 14) };
}

/**
 * @param {HTMLElement} root
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function show(root, options, reader) {
  const traces = await Promise.all(LANES.map(({ model }) => reader.traced(model, { resolution: 224 })));
  const photo = await squareOf(traces[0], reader.signal);
  const shown = new Reach(root, reader, traces, photo);
  await shown.choose(placeOf(options));
  return { update: (/** @type {Options} */ changed) => void shown.choose(placeOf(changed)) };
}

/**
 * How many keys a place reaches in Swin's first block.
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function answer(options, reader) {
  const [, { model, site }] = LANES;
  const trace = await reader.traced(model, { resolution: 224 });
  const { weights } = await weightsOf(trace, site, placeOf(options), reader.signal);
  const value = reached(weights);
  return { value, words: reader.words("answer", { reached: value, keys: weights.length }) };
}
