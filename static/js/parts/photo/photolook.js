/** How a photo's trace is looked at, before anybody has chosen. */

import { CLS } from "../../math/query.js";

/**
 * @typedef {import("./photoscene.js").PhotoView & {
 *   colormap: "viridis" | "inferno" | "vik" | "grey"}} PhotoLook
 */

/** @type {Readonly<PhotoLook>} */
export const PHOTO_LOOK = Object.freeze({
  layer: 0,
  head: "mean",
  class: "",
  query: CLS,
  method: "weights",
  lens: "overlay",
  colormap: "inferno",
  opacity: 60,
  keep: 60,
  floor: 30,
  scale: "head",
  smooth: true,
  grid: false,
  pins: [],
});
