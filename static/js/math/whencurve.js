/**
 * The geometry of the "when" curve and of the strip of frames over it: a column a frame, and over the
 * columns of its frames the bar of a step. Lengths are those of the drawing.
 *
 * @typedef {{width: number, height: number}} Size
 */

import { clamp } from "./geometry.js";
import { ticks } from "./scales.js";

/**
 * The frame under a point of the strip.
 * @param {number} x
 * @param {number} width
 * @param {number} frames
 */
export function frameAt(x, width, frames) {
  return clamp(Math.floor((x / width) * frames), 0, frames - 1);
}

/**
 * The middle of a frame's column.
 * @param {number} frame
 * @param {number} width
 * @param {number} frames
 */
export function middleOfColumn(frame, width, frames) {
  return ((frame + 0.5) / frames) * width;
}

/**
 * The height at which the curve's highest share stands, and the ticks below it.
 * @param {Float32Array[]} curves
 */
export function heightsOf(curves) {
  const highest = Math.max(1e-6, ...curves.flatMap((curve) => [...curve]));
  const found = ticks(highest * 1.04, 3);
  return { top: found[found.length - 1], ticks: found };
}

/**
 * A curve as the tops of bars: level over each step's frames.
 * @param {ArrayLike<number>} shares of each step
 * @param {number[]} steps of each frame
 * @param {number} top the share that reaches the upper edge
 * @param {Size} size
 * @param {boolean} [closed] down to the ground, to be filled
 */
export function stepsPath(shares, steps, top, { width, height }, closed = false) {
  const column = width / steps.length;
  const y = (/** @type {number} */ frame) => round(height * (1 - shares[steps[frame]] / top));
  const tops = steps.map((_, frame) => `V${y(frame)}H${round((frame + 1) * column)}`).join("");
  return closed ? `M0 ${height}${tops}V${height}Z` : `M0 ${y(0)}${tops}`;
}

/**
 * Which frames have their times written under them: as many as there is room for, evenly.
 * @param {number} frames
 * @param {number} width
 * @param {number} room that a time takes
 * @returns {number[]}
 */
export function labelled(frames, width, room) {
  const every = Math.max(1, Math.ceil((room * frames) / width));
  return Array.from({ length: Math.ceil(frames / every) }, (_, i) => i * every);
}

/**
 * What the curve says, in words: its highest frames, and over how many it spreads.
 * @param {Float32Array} when
 * @param {(step: number) => string} name of a step
 */
export function toldOfWhen(when, name) {
  const order = [...when.keys()].sort((a, b) => when[b] - when[a]);
  const percent = (/** @type {number} */ step) => `${(100 * when[step]).toFixed(0)} %`;
  const total = when.reduce((sum, share) => sum + share, 0);
  let half = 0;
  for (let sum = 0; sum < total / 2 && half < order.length; half++) sum += when[order[half]];
  const best = order.slice(0, 3).map((step) => `${name(step)} (${percent(step)})`);
  return `Most weight: ${best.join(", ")}. Half of it falls on ${half} of ${when.length} frames.`;
}

/** @param {number} value */
function round(value) {
  return Math.round(value * 100) / 100;
}
