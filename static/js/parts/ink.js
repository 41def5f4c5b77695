/**
 * Weights as ink: the paper's white, or that of the night, grows darker, or lighter, with the weight.
 * Gates have a scale of their own, which is that of --gate-closed and --gate-open in the styles.
 */

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

const GATE_DAY = [
  [214, 218, 228],
  [47, 75, 216],
];
const GATE_NIGHT = [
  [58, 62, 76],
  [157, 176, 255],
];

/** @param {boolean} dark whether the page is */
export function gateTable(dark) {
  return ramp(dark ? GATE_NIGHT : GATE_DAY);
}

/** @param {boolean} dark whether the page is */
export function inkTable(dark) {
  return ramp(dark ? NIGHT : DAY);
}

/** Whether the page is dark now, and when that changes. */
export function darkness() {
  return matchMedia("(prefers-color-scheme: dark)");
}
