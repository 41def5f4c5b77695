/** Weights as ink: the paper's white, or that of the night, grows darker, or lighter, with the weight. */

import { ramp } from "../math/colour.js";

const DAY = [
  [255, 255, 255],
  [47, 75, 216],
  [11, 20, 64],
];
const NIGHT = [
  [27, 29, 35],
  [95, 120, 232],
  [232, 236, 255],
];

/** @param {boolean} dark whether the page is */
export function inkTable(dark) {
  return ramp(dark ? NIGHT : DAY);
}

/** Whether the page is dark now, and when that changes. */
export function darkness() {
  return matchMedia("(prefers-color-scheme: dark)");
}
