/**
 * A gate's values: in which order they are drawn, which are the most open and the most closed, and how
 * they differ from others. Values 0 to 1; they need not sum to 1.
 */

import { ranking } from "./attention.js";

/** @typedef {"sorted" | "network"} Order */

const TOPS = [0.02, 0.1, 0.2, 1]; // where an axis may end

/**
 * Channel numbers as they are drawn, from left to right.
 * @param {Float32Array} values
 * @param {Order} order
 * @returns {number[]}
 */
export function orderOf(values, order) {
  return order === "sorted" ? [...ranking(values)] : Array.from(values, (_, index) => index);
}

/**
 * The most open channels, the most open first, and the most closed, the most closed first; none is
 * in both.
 * @param {Float32Array} values
 * @param {number} count of each
 */
export function extremes(values, count) {
  const order = [...ranking(values)];
  const opened = order.slice(0, Math.min(count, Math.ceil(order.length / 2)));
  const closed = order.slice(opened.length).toReversed().slice(0, count);
  return { opened, closed };
}

/**
 * How far the axis of bars goes: to 1, but where all is next to closed; bars of a hundredth could not be
 * told apart.
 * @param {Iterable<number>} values
 */
export function axisTop(values) {
  let highest = 0;
  for (const value of values) if (value > highest) highest = value;
  return TOPS.find((top) => highest <= top) ?? 1;
}

/** @param {ArrayLike<number>} values */
export function meanOf(values) {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return values.length ? sum / values.length : 0;
}

/**
 * The channel in which a gate differs most from another pass of it; null where nothing does.
 * @param {Float32Array} values
 * @param {Float32Array} others
 */
export function mostSpecial(values, others) {
  const apart = Float32Array.from(values, (value, i) => Math.abs(value - others[i]));
  const [channel] = ranking(apart);
  return channel !== undefined && apart[channel] > 0 ? channel : null;
}

/**
 * Bars side by side as one path. Of more values than pixels the means of neighbours are drawn, so that
 * a tiny picture of 512 channels stays true to their heights.
 * @param {ArrayLike<number>} values in the order in which they are drawn
 * @param {{width: number, height: number}} size
 * @param {number} [gap] the part of a bar's place that stays free
 */
export function barsPath(values, { width, height }, gap = 0) {
  return means(values, width)
    .map((mean, at, all) => {
      const step = width / all.length;
      const [left, right] = [round(at * step), round((at + 1 - gap) * step)];
      return `M${left} ${height}V${level(mean, height)}H${right}V${height}Z`;
    })
    .join("");
}

/**
 * The tops alone, to lay on other bars.
 * @param {ArrayLike<number>} values
 * @param {{width: number, height: number}} size
 */
export function topsPath(values, { width, height }) {
  return means(values, width)
    .map((mean, at, all) => {
      const step = width / all.length;
      return `M${round(at * step)} ${level(mean, height)}H${round((at + 1) * step)}`;
    })
    .join("");
}

/**
 * As many means of neighbours as there are pixels, or the values themselves.
 * @param {ArrayLike<number>} values
 * @param {number} width
 */
function means(values, width) {
  const count = Math.min(values.length, Math.max(1, Math.floor(width)));
  return Array.from({ length: count }, (_, at) => {
    const from = Math.floor((at * values.length) / count);
    const to = Math.max(from + 1, Math.floor(((at + 1) * values.length) / count));
    return meanOf(Array.prototype.slice.call(values, from, to));
  });
}

/**
 * How far down a value stands.
 * @param {number} value
 * @param {number} height
 */
function level(value, height) {
  return round((1 - Math.min(1, Math.max(0, value))) * height);
}

/** @param {number} value */
function round(value) {
  return Math.round(value * 100) / 100;
}

/**
 * A gate's value as the page says it.
 * @param {number} value
 */
export function formatGate(value) {
  return value > 0 && value < 0.005 ? value.toExponential(0) : value.toFixed(2);
}
