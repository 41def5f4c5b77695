/**
 * Where an object lies in a composite, a square picture: an object's share is that of the picture's area.
 * Everything is in parts of the picture's side, 0 to 1. The training's composites are placed alike
 * (models/training/vision/composites.py). Nothing here touches the page.
 *
 * @typedef {import("./geometry.js").Box} Box
 * @typedef {import("./geometry.js").Size} Size
 * @typedef {{x: number, y: number}} Point
 */

import { clamp } from "./geometry.js";

export const SMALLEST = 36; // the least share is one in so many
export const STEPS = 100; // of the slider from the least share to all of the picture
const SLOTS = 3; // a side: where other things may lie
const OTHER = 1 / 17; // their share, about

/**
 * The share at a place of the slider: each step makes it larger by as much.
 * @param {number} step 0 to STEPS
 */
export function shareAt(step) {
  return SMALLEST ** (step / STEPS - 1);
}

/**
 * @param {number} share
 * @returns {number} the slider's nearest place
 */
export function stepOf(share) {
  return clamp(Math.round(STEPS * (1 + Math.log(share) / Math.log(SMALLEST))), 0, STEPS);
}

/**
 * A box of a share of the picture, as near to the object's aspect as the picture lets it, all inside.
 * @param {number} share
 * @param {number} aspect width over height
 * @param {Point} centre
 * @returns {Box}
 */
export function boxOf(share, aspect, { x, y }) {
  const narrow = Math.min(1, Math.sqrt(share * aspect));
  const height = Math.min(1, share / narrow);
  const width = Math.min(1, Math.max(narrow, share / height)); // what was too high is wider
  return {
    left: clamp(x - width / 2, 0, 1 - width),
    top: clamp(y - height / 2, 0, 1 - height),
    width,
    height,
  };
}

/**
 * The largest part in the middle of a picture with the aspect of a box, which fills it.
 * @param {Size} picture
 * @param {Size} box
 * @returns {Box} in the picture's pixels
 */
export function filling(picture, box) {
  const scale = Math.min(picture.width / box.width, picture.height / box.height);
  const [width, height] = [box.width * scale, box.height * scale];
  return { left: (picture.width - width) / 2, top: (picture.height - height) / 2, width, height };
}

/**
 * What becomes of an object whose corner is drawn to a point: the corner across stays where it is.
 * @param {Box} box
 * @param {{right: boolean, bottom: boolean}} corner that is drawn
 * @param {Point} to
 * @returns {{share: number, centre: Point}}
 */
export function drawn(box, { right, bottom }, to) {
  const x = right ? box.left : box.left + box.width;
  const y = bottom ? box.top : box.top + box.height;
  const aspect = box.width / box.height;
  const wanted = Math.max(right ? to.x - x : x - to.x, (bottom ? to.y - y : y - to.y) * aspect);
  const room = Math.min(right ? 1 - x : x, (bottom ? 1 - y : y) * aspect);
  const width = clamp(wanted, Math.sqrt(aspect / SMALLEST), Math.max(room, Math.sqrt(aspect / SMALLEST)));
  const height = width / aspect;
  return {
    share: clamp(width * height, 1 / SMALLEST, 1),
    centre: { x: x + (right ? width : -width) / 2, y: y + (bottom ? height : -height) / 2 },
  };
}

/**
 * Where other things lie: each in a ninth of the picture of its own, none where the object's centre is,
 * at the same places however large the object is.
 * @param {number} count
 * @param {number[]} aspects of the things, which are taken in turn
 * @param {Point} centre of the object
 * @returns {{number: number, box: Box}[]} which thing, and where
 */
export function others(count, aspects, centre) {
  const random = randomOf(7);
  const home = slotOf(centre);
  const slots = shuffled([...Array(SLOTS * SLOTS).keys()], random);
  const places = slots.map((slot) => ({ slot, x: random(), y: random(), size: 0.8 + 0.4 * random() }));
  return places
    .filter(({ slot }) => slot !== home)
    .slice(0, count)
    .map((place, i) => ({ number: i % aspects.length, box: inSlot(place, aspects[i % aspects.length]) }));
}

/** @param {Point} point */
function slotOf({ x, y }) {
  const at = (/** @type {number} */ part) => clamp(Math.floor(part * SLOTS), 0, SLOTS - 1);
  return at(y) * SLOTS + at(x);
}

/**
 * @param {{slot: number, x: number, y: number, size: number}} place `x`, `y` within its slot, 0 to 1
 * @param {number} aspect
 * @returns {Box}
 */
function inSlot({ slot, x, y, size }, aspect) {
  const side = 1 / SLOTS;
  const width = Math.min(side, Math.sqrt(OTHER * size * aspect));
  const height = Math.min(side, width / aspect);
  const [row, column] = [Math.floor(slot / SLOTS), slot % SLOTS];
  return { left: column * side + x * (side - width), top: row * side + y * (side - height), width, height };
}

/**
 * The same numbers for the same seed, 0 to 1 (a linear congruence: Numerical Recipes).
 * @param {number} seed
 */
function randomOf(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * @param {number[]} list
 * @param {() => number} random
 */
function shuffled(list, random) {
  for (let i = list.length - 1; i > 0; i--) {
    const at = Math.floor(random() * (i + 1));
    [list[i], list[at]] = [list[at], list[i]];
  }
  return list;
}

/**
 * How much of a map's weight lies in a box, and whether its highest entry does.
 * @param {ArrayLike<number>} values row by row
 * @param {import("./geometry.js").Grid} grid
 * @param {Box} box
 * @returns {{share: number, pointing: boolean}}
 */
export function inside(values, { rows, columns }, box) {
  let [sum, within, best] = [0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const [row, column] = [Math.floor(i / columns), i % columns];
    sum += values[i];
    within +=
      values[i] *
      overlap(row / rows, 1 / rows, box.top, box.height) *
      overlap(column / columns, 1 / columns, box.left, box.width);
    if (values[i] > values[best]) best = i;
  }
  const x = ((best % columns) + 0.5) / columns;
  const y = (Math.floor(best / columns) + 0.5) / rows;
  const half = { x: 0.5 / columns, y: 0.5 / rows };
  const pointing =
    x > box.left - half.x &&
    x < box.left + box.width + half.x &&
    y > box.top - half.y &&
    y < box.top + box.height + half.y;
  return { share: sum > 0 ? within / sum : 0, pointing };
}

/**
 * The part of a cell that a box covers, along one side.
 * @param {number} from
 * @param {number} size
 * @param {number} start of the box
 * @param {number} length
 */
function overlap(from, size, start, length) {
  return Math.max(0, Math.min(from + size, start + length) - Math.max(from, start)) / size;
}

/**
 * What a mask leaves of a picture: the smallest box with all that is over a half.
 * @param {import("./pixels.js").Pixels} mask whose red is 0 to 255
 * @returns {Box | null} in pixels; null where nothing is left
 */
export function boundsOf({ width, height, data }) {
  let [left, top, right, bottom] = [width, height, -1, -1];
  for (let i = 0; i < width * height; i++) {
    if (data[4 * i] < 128) continue;
    const [x, y] = [i % width, Math.floor(i / width)];
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  }
  return right < 0 ? null : { left, top, width: right - left + 1, height: bottom - top + 1 };
}
