/** A position that a ViT has learned, and how alike it is to those of all other places of the photo. */

import { getPhoto, request } from "../../core/api.js";
import { html } from "../../core/dom.js";
import { clamp } from "../../math/geometry.js";
import { OVERLAY } from "../image/scene.js";
import { Stage } from "../image/stage.js";
import { changes } from "../lesson/changes.js";

/**
 * @typedef {import("../reader/partreader.js").PartReader} PartReader
 * @typedef {import("../../core/api.js").ImageTrace} ImageTrace
 * @typedef {import("../../math/geometry.js").Patch} Patch
 * @typedef {{model: string, resolution: number, row: number, column: number}} Options
 */

/**
 * The cosine of a place's embedding with those of all places, row by row.
 * @param {ImageTrace} trace
 * @param {Patch} place
 * @param {AbortSignal} signal
 * @returns {Promise<number[][]>}
 */
async function getAlike({ id }, { row, column }, signal) {
  return (await (await request(`/traces/${id}/embedding?query=${row},${column}`, { signal })).json()).alike;
}

/**
 * @param {HTMLElement} root
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function show(root, options, reader) {
  const trace = await reader.traced(options.model, { resolution: options.resolution });
  const photo = await createImageBitmap(await getPhoto(trace.id, reader.signal));
  const label = reader.words("label");
  const canvas = html("canvas", {
    class: "pointed",
    tabindex: "0",
    role: "application",
    "aria-label": label,
  });
  canvas.style.aspectRatio = `${photo.width} / ${photo.height}`;
  const said = html("p", { class: "told", "aria-live": "polite" });
  const later = changes(reader);
  const table = /** @type {Uint8Array} */ (reader.tables.get("vik"));
  const draw = async (/** @type {Patch} */ place) => {
    const alike = await getAlike(trace, place, reader.signal);
    const values = Float32Array.from(alike.flat());
    const map = { values, rows: alike.length, columns: alike[0].length };
    stage.draw({
      ...{ ...OVERLAY, photo, size: trace.input, crop: trace.input.crop, grid: trace.grid, map, table },
      ...{ lens: /** @type {const} */ ("heat"), query: place },
      ...{ scale: { low: -1, high: 1 }, reach: /** @type {[number, number]} */ ([-1, 1]) },
    });
    said.textContent = reader.words("said", valuesOf(alike, place, reader));
  };
  const go = (/** @type {Patch} */ place) => void later(() => draw(place));
  const stage = new Stage(canvas, { hover: () => {}, choose: go, move: go, leave: () => {} });
  root.append(html("div", { class: "one-photo" }, canvas, said));
  await draw(placeOf(trace, options));
  return { update: (/** @type {Options} */ changed) => go(placeOf(trace, changed)) };
}

/**
 * @param {ImageTrace} trace
 * @param {Options} options
 */
function placeOf({ grid: { rows, columns } }, { row, column }) {
  return {
    row: clamp(Math.floor(row * rows), 0, rows - 1),
    column: clamp(Math.floor(column * columns), 0, columns - 1),
  };
}

/**
 * @param {number[][]} alike
 * @param {Patch} place
 * @param {PartReader} reader
 */
function valuesOf(alike, { row, column }, reader) {
  const beside = alike[row][column + (column ? -1 : 1)];
  const lowest = Math.min(...alike.flat());
  return { row, column, beside: reader.number(beside, 2), lowest: reader.number(lowest, 2) };
}

/**
 * How alike a place is to its neighbour along the row, against the place farthest from it in the row.
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function answer(options, reader) {
  const trace = await reader.traced(options.model, { resolution: options.resolution });
  const place = placeOf(trace, options);
  const alike = await getAlike(trace, place, reader.signal);
  const { beside, lowest } = valuesOf(alike, place, reader);
  const value = alike[place.row][place.column + (place.column ? -1 : 1)];
  return { value, words: reader.words("answer", { beside, lowest }) };
}
