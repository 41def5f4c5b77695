/**
 * How a clip's trace is looked at, before anybody has chosen.
 *
 * @typedef {object} ClipLook
 * @property {string} site whose weights, "" for the last
 * @property {string} head a number, "mean" or "max"
 * @property {number} frame that is shown; -1 for that of the query
 * @property {import("../../math/spacetime.js").ClipPatch | null} query null for the usual one
 * @property {"look" | "mark"} tool what the pointer does
 * @property {import("./carried.js").Thing | null} thing
 * @property {"stay" | "thing"} follow what the query does
 * @property {"overlay" | "heat" | "filter" | "attenuate"} lens
 * @property {"viridis" | "inferno" | "vik" | "grey"} colormap
 * @property {number} opacity percent
 * @property {number} keep percent
 * @property {number} floor percent
 * @property {"clip" | "frame"} scale what lowest and highest are taken over
 * @property {boolean} smooth
 * @property {boolean} grid
 */

/** @type {Readonly<ClipLook>} */
export const CLIP_LOOK = Object.freeze({
  site: "",
  head: "mean",
  frame: -1,
  query: null,
  tool: "look",
  thing: null,
  follow: "stay",
  lens: "overlay",
  colormap: "inferno",
  opacity: 75,
  keep: 60,
  floor: 30,
  scale: "clip",
  smooth: true,
  grid: false,
});
