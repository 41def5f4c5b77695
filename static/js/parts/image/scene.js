/**
 * What a picture shows: a photo, a heatmap on it, and how it is looked at. Plain values, so that
 * anything that can be laid out on a photo can be drawn.
 *
 * @typedef {import("../../math/geometry.js").Patch} Patch
 * @typedef {{values: Float32Array, rows: number, columns: number, rough?: boolean}} HeatMap laid out row
 *   by row; rough where it is of eight bits and the exact one is on its way
 * @typedef {HeatMap & {level: number}} Mask of a thing, soft; it is there where it is over `level`
 * @typedef {"overlay" | "heat" | "filter" | "attenuate"} Lens
 * @typedef {object} Scene
 * @property {ImageBitmap} photo
 * @property {import("../../math/geometry.js").Size} size of the photo, in its own pixels
 * @property {import("../../math/geometry.js").Box} crop what the grid covers of the photo
 * @property {import("../../math/geometry.js").Grid} grid of patches to choose from; the map's may be finer
 * @property {HeatMap | null} map null while it is being fetched
 * @property {Lens} lens
 * @property {number} opacity of the overlay, 0 to 1
 * @property {Uint8Array} cover how opaque the overlay is at each colour of the table
 * @property {number} floor the least brightness of what is attenuated, 0 to 1
 * @property {Uint8Array | null} kept the filter's mask, 1 for what is seen
 * @property {boolean} smooth whether the map is finer than its grid
 * @property {boolean} lines whether the grid is drawn
 * @property {Uint8Array} table of colours, (256, 3); of greys where the photo is attenuated
 * @property {import("../../math/colour.js").Scale} scale
 * @property {[number, number]} reach the true lowest and highest value the colours stand for; where the
 *   photo is attenuated, 0 and the value from which it is as it was
 * @property {Patch | null} query the patch that is looked from
 * @property {readonly Patch[]} marks other patches to outline
 * @property {readonly import("../../math/geometry.js").Box[]} [boxes] to outline in place of the query, in
 *   the photo's own pixels
 * @property {number} [step] how many patches an arrow key goes
 * @property {Mask | null} [mask] a thing to be tinted and outlined
 * @property {boolean} [tinted] whether it is tinted, and not outlined alone
 */

import { coverOf } from "../../math/colour.js";

const OPACITY = 0.7;
/** How a map is laid on a photo where nothing is to be chosen: it covers more where it is higher. */
export const OVERLAY = Object.freeze({
  lens: /** @type {const} */ ("overlay"),
  opacity: OPACITY,
  cover: coverOf(OPACITY, false),
  floor: 0,
  kept: null,
  smooth: false,
  lines: false,
  query: null,
  marks: [],
});

/**
 * The entry of a map at a patch of the grid, which may be coarser than the map.
 * @param {HeatMap} map
 * @param {Patch} patch
 * @param {import("../../math/geometry.js").Grid} grid
 */
export function entryAt(map, patch, grid) {
  const row = Math.floor(((patch.row + 0.5) / grid.rows) * map.rows);
  const column = Math.floor(((patch.column + 0.5) / grid.columns) * map.columns);
  return row * map.columns + column;
}
