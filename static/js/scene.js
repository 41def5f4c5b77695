/**
 * What a view shows of a trace for one query: everything that a picture of it needs.
 *
 * @typedef {{row: number, column: number}} Patch
 * @typedef {object} Scene
 * @property {import("./traced.js").Traced} traced
 * @property {import("./traced.js").HeatMap | null} map null while it is being fetched
 * @property {import("./state.js").View} view
 * @property {[number, number]} reach the true lowest and highest weight the colours stand for
 * @property {import("./colour.js").Scale} scale
 * @property {Uint8Array} table
 * @property {Uint8Array | null} kept the filter's mask
 * @property {Patch | null} query
 * @property {Patch[]} pins
 */

import { kept } from "./attention.js";
import { parsePatch } from "./geometry.js";

/**
 * @param {import("./traced.js").Traced} traced
 * @param {import("./state.js").View} view
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
