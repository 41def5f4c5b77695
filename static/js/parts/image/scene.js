/**
 * What a view shows of a trace for one query: everything that a picture of it needs.
 *
 * @typedef {{row: number, column: number}} Patch
 * @typedef {object} Scene
 * @property {import("../photo/phototrace.js").PhotoTrace} traced
 * @property {import("../photo/phototrace.js").HeatMap | null} map null while it is being fetched
 * @property {import("../../pages/image/view.js").View} view
 * @property {[number, number]} reach the true lowest and highest weight the colours stand for
 * @property {import("../../math/colour.js").Scale} scale
 * @property {Uint8Array} table
 * @property {Uint8Array | null} kept the filter's mask
 * @property {Patch | null} query
 * @property {Patch[]} pins
 */

import { kept } from "../../math/attention.js";
import { parsePatch } from "../../math/geometry.js";

/**
 * @param {import("../photo/phototrace.js").PhotoTrace} traced
 * @param {import("../../pages/image/view.js").View} view
 * @param {string} query may differ from the view's own while the pointer moves
 * @param {Uint8Array} table
 * @returns {Scene}
 */
export function sceneOf(traced, view, query, table) {
  const { grid } = traced.trace;
  const map = traced.map(view, query);
  const reach = map ? traced.range(view, query, map) : /** @type {[number, number]} */ ([0, 1]);
  return {
    traced,
    map,
    view,
    reach,
    scale: traced.scale(view, reach),
    table,
    kept: map && view.lens === "filter" ? kept(map.values, view.keep / 100) : null,
    query: view.method === "saliency" ? null : parsePatch(query, grid),
    pins: view.pins.split(";").flatMap((pin) => parsePatch(pin, grid) ?? []),
  };
}
