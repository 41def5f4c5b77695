/**
 * A thing that was carried through a clip: a soft mask of every frame.
 *
 * @typedef {import("../../math/geometry.js").Patch} Patch
 * @typedef {object} Thing what was clicked or brushed, as a link spells it
 * @property {number} frame
 * @property {boolean} grown whether it is one patch, around which the thing is grown
 * @property {readonly Patch[]} patches
 */

import { middleOf } from "../../math/spacetime.js";

const THING = /^(\d{1,2})([~_])(\d{1,3},\d{1,3}(?:;\d{1,3},\d{1,3}){0,399})$/;

export class Carried {
  /** @param {import("../../schema.js").Propagation} found */
  constructor(found) {
    this.found = found;
    this.bytes = Uint8Array.from(atob(found.data), (letter) => letter.charCodeAt(0));
    /** @type {Map<number, ReturnType<Carried["at"]>>} */
    this.known = new Map();
  }

  /**
   * The mask of a frame; null where the thing is not there.
   * @param {number} frame
   * @returns {import("../image/scene.js").Mask | null}
   */
  at(frame) {
    if (!this.known.has(frame)) this.known.set(frame, this.mask(frame));
    return this.known.get(frame) ?? null;
  }

  /** @param {number} frame */
  mask(frame) {
    const { rows, columns, steps, frames } = this.found;
    const { threshold, share } = frames[frame];
    if (!share) return null;
    const size = rows * columns;
    const step = Math.min(steps - 1, Math.floor((frame * steps) / frames.length));
    const part = this.bytes.subarray(step * size, (step + 1) * size);
    return { values: Float32Array.from(part, (byte) => byte / 255), rows, columns, level: threshold };
  }

  /**
   * The patch in the middle of the thing; null where it is not there.
   * @param {number} frame
   */
  middle(frame) {
    const mask = this.at(frame);
    return mask && middleOf(mask.values, mask, mask.level);
  }

  /** The share of each frame that is in the mask. */
  get shares() {
    return this.found.frames.map(({ share }) => share);
  }

  /** In how many frames the thing is. */
  get present() {
    return this.shares.filter(Boolean).length;
  }
}

/** @param {Thing | null} thing */
export function spellThing(thing) {
  if (!thing) return "";
  const { frame, grown, patches } = thing;
  return `${frame}${grown ? "~" : "_"}${patches.map(({ row, column }) => `${row},${column}`).join(";")}`;
}

/**
 * @param {string} text
 * @returns {Thing | null} null where it names none
 */
export function parseThing(text) {
  const found = THING.exec(text);
  if (!found) return null;
  const patches = found[3].split(";").map((each) => {
    const [row, column] = each.split(",").map(Number);
    return { row, column };
  });
  return { frame: Number(found[1]), grown: found[2] === "~", patches };
}

/**
 * What is asked of the server for a thing.
 * @param {Thing} thing
 * @param {import("../../math/geometry.js").Grid} grid
 * @param {number} similarity of what is grown around a patch, 0 to 1
 * @returns {Pick<import("../../schema.js").PropagationRequest, "frame" | "click" | "mask">}
 */
export function askedOf({ frame, grown, patches }, { rows, columns }, similarity) {
  if (grown) return { frame, click: { ...patches[0], similarity } };
  const bits = Array.from({ length: rows }, () => Array(columns).fill("0"));
  for (const { row, column } of patches) if (bits[row]?.[column]) bits[row][column] = "1";
  return { frame, mask: bits.map((row) => row.join("")) };
}
