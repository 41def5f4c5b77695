/**
 * A patch of a clip, and what it sees where and when. A step is a frame of the axis of patches: one
 * frame of the clip, or a tubelet of several.
 *
 * @typedef {import("./geometry.js").Patch} Patch
 * @typedef {import("./geometry.js").Grid} Grid
 * @typedef {Patch & {step: number}} ClipPatch
 * @typedef {import("../schema.js").PatchAxis} PatchAxis
 */

import { chooseHead, headWeights, kept } from "./attention.js";
import { onPatches } from "./axis.js";
import { clamp } from "./geometry.js";

const PATCH = /^(\d{1,2}),(\d{1,3}),(\d{1,3})$/;

/** @param {ClipPatch | null} patch as the API and a link spell it; "" for none */
export function spellClipPatch(patch) {
  return patch ? `${patch.step},${patch.row},${patch.column}` : "";
}

/**
 * @param {string} text
 * @returns {ClipPatch | null} null where it names no patch of a clip
 */
export function parseClipPatch(text) {
  const found = PATCH.exec(text)?.slice(1).map(Number);
  return found ? { step: found[0], row: found[1], column: found[2] } : null;
}

/**
 * The same patch, or the nearest one where the axis is smaller.
 * @param {ClipPatch} patch
 * @param {PatchAxis} axis
 * @returns {ClipPatch}
 */
export function onAxis({ step, row, column }, { frames, grid }) {
  return {
    step: clamp(step, 0, frames - 1),
    row: clamp(row, 0, grid.rows - 1),
    column: clamp(column, 0, grid.columns - 1),
  };
}

/**
 * Its number among the entries of an axis.
 * @param {PatchAxis} axis
 * @param {ClipPatch} patch
 */
export function indexOfPatch({ prefix, grid }, { step, row, column }) {
  return prefix + (step * grid.rows + row) * grid.columns + column;
}

/**
 * One query's softmax over the patches of all frames, of one head, their mean or their maximum.
 * @param {import("./attention.js").QK} qk
 * @param {string} head a number, "mean" or "max"
 * @param {number} query
 * @param {number} scale
 * @param {Float32Array} out (tokens)
 * @param {Float32Array} room (heads, tokens), written to where all heads are needed
 */
export function spaceTime(qk, head, query, scale, out, room) {
  if (head !== "mean" && head !== "max") {
    headWeights(qk, Number(head), query, scale, out);
    return;
  }
  for (let h = 0; h < qk.heads; h++) {
    headWeights(qk, h, query, scale, room.subarray(h * qk.tokens, (h + 1) * qk.tokens));
  }
  chooseHead(room, qk.heads, head, out);
}

/**
 * How much of the weight falls on each step.
 * @param {PatchAxis} axis
 * @param {Float32Array} weights over all its entries
 */
export function whenOf(axis, weights) {
  const found = new Float32Array(axis.frames);
  const patches = onPatches(axis, weights);
  const size = patches.length / axis.frames;
  for (let step = 0, at = 0; step < axis.frames; step++) {
    for (const end = at + size; at < end; at++) found[step] += patches[at];
  }
  return found;
}

/**
 * The map of one step: a part of the same array.
 * @param {PatchAxis} axis
 * @param {Float32Array} weights
 * @param {number} step
 * @returns {{values: Float32Array, rows: number, columns: number}}
 */
export function mapAt(axis, weights, step) {
  const { rows, columns } = axis.grid;
  const size = rows * columns;
  return { values: onPatches(axis, weights).subarray(step * size, (step + 1) * size), rows, columns };
}

/**
 * A filter's mask over all frames together.
 * @param {PatchAxis} axis
 * @param {Float32Array} weights
 * @param {number} share 0 to 1
 */
export function keptOf(axis, weights, share) {
  return kept(onPatches(axis, weights), share);
}

/**
 * The patch in the middle of a thing: of those in its mask, the one nearest to their centre; null
 * where it is not there.
 * @param {ArrayLike<number>} mask (rows * columns)
 * @param {Grid} grid
 * @param {number} level that is over what the mask has of the rest
 * @returns {Patch | null}
 */
export function middleOf(mask, { columns }, level) {
  const inside = Array.from({ length: mask.length }, (_, i) => i).filter((i) => mask[i] > level);
  if (!inside.length) return null;
  const places = inside.map((i) => ({ row: Math.floor(i / columns), column: i % columns }));
  const mean = (/** @type {"row" | "column"} */ name) =>
    places.reduce((sum, place) => sum + place[name], 0) / places.length;
  const [row, column] = [mean("row"), mean("column")];
  const far = (/** @type {Patch} */ place) => (place.row - row) ** 2 + (place.column - column) ** 2;
  return places.reduce((best, place) => (far(place) < far(best) ? place : best));
}

/**
 * How long each frame stands while a clip is played, in milliseconds: as it was taken, but none is too
 * short to be painted and none so long that it seems to have stopped.
 * @param {number[]} times of the frames, in seconds
 */
export function paces(times) {
  const gaps = times.slice(1).map((time, i) => clamp((time - times[i]) * 1000, 40, 1000));
  return [...gaps, gaps.at(-1) ?? 1000];
}
