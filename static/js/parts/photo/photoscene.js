/**
 * What a view of a photo's trace shows: the scene of a picture, and what is said of it.
 *
 * @typedef {import("./tracedphoto.js").Traced} Traced
 * @typedef {import("../image/scene.js").Scene} Scene
 * @typedef {import("../../math/query.js").AnyQuery} Query
 * @typedef {object} Look how a map is looked at
 * @property {import("../image/scene.js").Lens} lens
 * @property {number} opacity percent
 * @property {number} keep percent
 * @property {number} floor percent
 * @property {boolean} smooth
 * @property {boolean} grid
 * @property {readonly import("../../math/query.js").Patch[]} pins
 * @typedef {import("./tracedphoto.js").Looked & Look} PhotoView
 * @typedef {Scene & {map: import("./tracedphoto.js").PhotoMap | null}} PhotoScene
 * @typedef {object} Mapped what is looked at: a photo and its maps
 * @property {{grid: import("../../math/geometry.js").Grid,
 *   input: import("../../math/geometry.js").Size & {crop: import("../../math/geometry.js").Box}}} trace
 * @property {import("../../math/geometry.js").Grid} grid
 * @property {ImageBitmap} photo
 * @property {Traced["patch"]} patch
 * @property {Traced["boxes"]} boxes
 * @property {Traced["step"]} step
 * @property {Traced["map"]} map
 * @property {(view: PhotoView, query: Query, map: import("../image/scene.js").HeatMap) => [number, number]} range
 * @property {Traced["scale"]} scale
 */

import { fullFrom, kept, nearlyUniform, range } from "../../math/attention.js";
import { coverOf, ramp } from "../../math/colour.js";
import { patchOn } from "../../math/query.js";
import { describe, keptShare } from "../phrases.js";

const NORMALISED = { head: "scale of this map", layer: "scale of this layer", trace: "scale of all layers" };
const BRIGHTNESS = "brightness, in full for the heaviest 5 %";
const NOTHING = /** @type {[number, number]} */ ([0, 1]);

/**
 * Draws a view of a trace, with its words.
 * @param {import("../image/panel.js").Panel} panel
 * @param {Traced} traced
 * @param {PhotoView} view
 * @param {Query} query may differ from the view's own while the pointer moves
 * @param {Uint8Array} table
 * @param {string} [model] its title, where several are compared
 */
export function drawPhoto(panel, traced, view, query, table, model = "") {
  const scene = sceneOf(traced, view, query, table);
  const words = wordsOf(traced, view, query, scene);
  panel.draw(scene, model ? { ...words, title: `${model}: ${words.title}` } : words);
}

/**
 * @param {Mapped} traced
 * @param {PhotoView} view
 * @param {Query} query
 * @param {Uint8Array} table
 * @returns {PhotoScene}
 */
export function sceneOf(traced, view, query, table) {
  const { grid } = traced;
  const { input } = traced.trace;
  const map = traced.map(view, query);
  const diverging = view.colormap === "vik" && view.method !== "saliency";
  return {
    photo: traced.photo,
    size: input,
    crop: input.crop,
    grid,
    map,
    lens: view.lens,
    opacity: view.opacity / 100,
    cover: coverOf(view.opacity / 100, diverging),
    floor: view.floor / 100,
    kept: map && view.lens === "filter" ? kept(map.values.map(positive), view.keep / 100) : null,
    smooth: view.smooth,
    lines: view.grid,
    ...(view.lens === "attenuate" ? brightness(view, map) : colours(traced, view, query, map, table)),
    query: traced.patch(view, query),
    boxes: traced.boxes(view, query),
    step: traced.step(view),
    marks: view.pins.filter((pin) => patchOn(pin, grid)),
  };
}

/**
 * What the colours stand for.
 * @param {Mapped} traced
 * @param {PhotoView} view
 * @param {Query} query
 * @param {PhotoScene["map"]} map
 * @param {Uint8Array} table
 * @returns {Pick<Scene, "table" | "scale" | "reach">}
 */
function colours(traced, view, query, map, table) {
  const reach = map ? traced.range(view, query, map) : NOTHING;
  return { table, scale: traced.scale({ ...view, query }, reach), reach };
}

/**
 * What the brightness of an attenuated photo stands for.
 * @param {PhotoView} view
 * @param {PhotoScene["map"]} map
 * @returns {Pick<Scene, "table" | "scale" | "reach">}
 */
function brightness({ floor, method }, map) {
  if (!map) return brightnessTo(1, floor);
  return brightnessTo(method === "saliency" ? range(map.values)[1] : fullFrom(map.values), floor);
}

/**
 * @param {number} full the weight from which the photo is as it was
 * @param {number} floor percent
 * @returns {Pick<Scene, "table" | "scale" | "reach">}
 */
export function brightnessTo(full, floor) {
  const least = (255 * floor) / 100;
  const table = ramp([Array(3).fill(least), Array(3).fill(255)]);
  return { table, scale: { low: 0, high: full }, reach: [0, full] };
}

/**
 * @param {Traced} traced
 * @param {PhotoView} view
 * @param {Query} query
 * @param {PhotoScene} scene
 * @returns {import("../image/panel.js").Words}
 */
function wordsOf(traced, view, query, { map, kept }) {
  const { method } = view;
  const title = traced.titled(view, query);
  const shares = [kept ? keptShare(kept, view.keep, traced.attends) : "", map ? traced.told(view, map) : ""];
  return {
    title,
    meaning: meaning(traced, { ...view, query }),
    share: shares.join(" "),
    missing: traced.lacking(method),
    flat: map !== null && method !== "saliency" && traced.attends && nearlyUniform(map.values),
    summary: () =>
      map && method !== "saliency" ? describe(map.values.map(positive), map, title) : `${title}.`,
  };
}

/**
 * What the colour bar's ends and its middle are.
 * @param {Traced} traced
 * @param {PhotoView} view
 */
function meaning(traced, view) {
  const { method, lens, scale, colormap } = view;
  if (lens === "attenuate") return method === "saliency" ? "brightness" : BRIGHTNESS;
  const normalised = method === "weights" ? NORMALISED[scale] : NORMALISED.head;
  if (colormap !== "vik" || method === "saliency") return normalised;
  return `${normalised}, palest at ${traced.middle(view)}`;
}

/** @param {number} value what speaks against a class is not kept */
function positive(value) {
  return Math.max(value, 0);
}
