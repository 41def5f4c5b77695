/**
 * The chart's arithmetic: buckets, ticks, places of labels, and what a curve says. No page.
 *
 * @typedef {object} Point one model in one bucket (of source length); `low` and `high` are an interval's
 * @property {number} from words of the source
 * @property {number | null} to null has no end
 * @property {number} score
 * @property {number} [pairs] that were measured
 * @property {number} [low]
 * @property {number} [high]
 * @typedef {{name: string, number: number, points: Point[], muted?: boolean}} Series `number` keeps a model's
 *   look in every chart, also where others are left out; a muted one stands behind them
 * @typedef {{from: number, to: number | null, pairs?: number}} Bucket
 */

/** @param {{from: number, to: number | null}} bucket */
export function bucketName({ from, to }) {
  return to === null ? `${from} and more` : `${from} to ${to}`;
}

/** @param {{from: number, to: number | null}} bucket */
export function bucketTick({ from, to }) {
  return to === null ? `${from}+` : `${from}–${to}`;
}

/**
 * All buckets that any series has, in order, each once.
 * @param {Series[]} series
 */
export function bucketsOf(series) {
  const found = new Map(
    series.flatMap(({ points }) => points.map(({ from, to, pairs }) => [from, { from, to, pairs }])),
  );
  return [...found.values()].sort((a, b) => a.from - b.from);
}

/**
 * Whole steps of 1, 2 or 5 times a power of ten that reach over the highest value, from 0.
 * @param {number} highest
 * @param {number} [most] ticks over 0
 */
export function ticks(highest, most = 6) {
  const rough = Math.max(highest, 1e-9) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough - 1e-12) ?? rough;
  const count = Math.ceil(highest / step - 1e-9) || 1;
  return Array.from({ length: count + 1 }, (_, i) => Number((i * step).toPrecision(12)));
}

/**
 * The highest that a chart of these series must reach.
 * @param {Series[]} series
 */
export function highestOf(series) {
  return Math.max(
    0,
    ...series.flatMap(({ points }) => points.map(({ score, high }) => Math.max(score, high ?? score))),
  );
}

/**
 * Places for labels that want to stand at some heights but may not touch: each as near to its own as
 * the others let it.
 * @param {number[]} wanted
 * @param {number} gap
 * @param {number} [lowest] the last may not pass
 * @returns {number[]} in the order of `wanted`
 */
export function apart(wanted, gap, lowest = Infinity) {
  const order = [...wanted.keys()].sort((a, b) => wanted[a] - wanted[b]);
  const found = [...wanted];
  order.forEach((at, i) => {
    if (i) found[at] = Math.max(found[at], found[order[i - 1]] + gap);
  });
  let room = lowest;
  for (const at of order.toReversed()) {
    found[at] = Math.min(found[at], room);
    room = found[at] - gap;
  }
  return found;
}

/**
 * How far a model falls from its best bucket to that of the longest sentences: a share of the best.
 * @param {Point[]} points in order of length, at least one
 * @returns {{best: Point, last: Point, share: number}}
 */
export function fallOf(points) {
  const last = points[points.length - 1];
  const best = points.reduce((found, point) => (point.score > found.score ? point : found), last);
  return { best, last, share: best.score > 0 ? 1 - last.score / best.score : 0 };
}

/**
 * Whether the intervals of two scores have nothing in common.
 * @param {Point} one
 * @param {Point} other
 */
export function isApart(one, other) {
  const [low, high] = [one.low ?? one.score, one.high ?? one.score];
  return low > (other.high ?? other.score) || high < (other.low ?? other.score);
}
