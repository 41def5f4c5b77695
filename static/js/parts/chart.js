/**
 * Lines of one measure against source length, or whatever its axis counts, with bands for intervals. A
 * model is told apart by dash, marker and its name at the line's end as well as by colour; muted ones are
 * grey, and stand behind the others. The same picture is taken away.
 *
 * @typedef {import("../math/scales.js").Series} Series
 * @typedef {import("../math/scales.js").Bucket} Bucket
 * @typedef {object} Axis what lies along the bottom, in buckets
 * @property {string} label
 * @property {(bucket: Bucket) => string} tick
 * @property {(bucket: Bucket) => string} name of a bucket, where a point is told of
 * @property {string} [counted] what stands for the numbers under the ticks
 * @typedef {{ink: string, quiet: string, line: string, muted: string, paper: string, series: string[]}} Colours
 * @typedef {object} Chart
 * @property {Series[]} series
 * @property {number} width in pixels
 * @property {string} title for those who do not see it
 * @property {string} measure what stands at the axis
 * @property {Colours} colours
 * @property {number} [highest] of the axis, else that of the series
 * @property {Axis} [axis] else words of the source
 * @property {Bucket[]} [buckets] else those of the series
 * @property {boolean} [ends] whether names may stand at the lines' ends; else where there is room
 */

import { svg } from "../core/dom.js";
import { apart, bucketsOf, bucketTick, highestOf, ticks } from "../math/scales.js";
import { widthOf } from "./lettering.js";

const FONT = "system-ui, Helvetica, Arial, sans-serif";
const SIZE = 13;
const NARROW = 560;
const BOLD = 1.1; // how much wider names are than they are measured
const ROOMY = 1.2; // fonts differ in width
const MOST_ROOM = 0.42; // of the width that names may have at the lines' ends
/** What muted lines are called together, where their names do not stand at their ends.
 * @type {Series} */
const OTHERS = { name: "the others", number: 0, points: [], muted: true };
const QUIETER = 12; // of what is muted
/** @type {Axis} */
const WORDS = {
  label: "words of the source",
  tick: bucketTick,
  name: (bucket) => `${bucketTick(bucket)} words`,
};
const DASHES = ["", "7 4", "2 3", "10 3 2 3", "1 4", "14 4"];

/** Told apart by lightness too (Okabe and Ito's colours, darker on paper and lighter at night). */
export const PAPER = {
  ink: "#17191f",
  quiet: "#5b6070",
  line: "#e3e5ea",
  muted: "#b4b9c6",
  paper: "#ffffff",
  series: ["#b3400e", "#2f4bd8", "#00704f", "#8a3d86", "#7a5c00", "#0b6a8f"],
};
export const NIGHT = {
  ink: "#eceef3",
  quiet: "#a2a8b8",
  line: "#2b2e37",
  muted: "#5a6072",
  paper: "#121317",
  series: ["#ff9d6b", "#9db0ff", "#4fd6a8", "#e9a4e3", "#e4c35a", "#7fd0f0"],
};

/**
 * @param {Chart} chart
 * @returns {SVGSVGElement}
 */
export function drawChart(chart) {
  const { width, title, colours, axis = WORDS } = chart;
  const series = chart.series.toSorted((a, b) => Number(b.muted ?? false) - Number(a.muted ?? false));
  const listed = series.filter(({ muted }) => !muted);
  const buckets = chart.buckets ?? bucketsOf(series);
  const room = 24 + Math.max(40, ...series.map(({ name }) => BOLD * widthOf(name, SIZE)));
  const named = chart.ends !== false && width >= NARROW && room < MOST_ROOM * width; // names at the lines' ends, else above the chart
  const above = named ? [] : listed.length < series.length ? [...listed, OTHERS] : listed;
  const legend = above.length;
  const right = named ? room : 12;
  const box = { left: 40, right: width - right, top: 26 + legend * 20, bottom: 0 };
  const least = named ? Math.max(190, series.length * (SIZE + 4) + 8) : 190;
  box.bottom = box.top + Math.round(Math.max(least, Math.min(340, (box.right - box.left) * 0.5)));
  const levels = ticks(chart.highest ?? highestOf(series));
  const top = levels.at(-1) ?? 1;
  const x = (/** @type {number} */ from) => {
    const at = buckets.findIndex((bucket) => bucket.from === from);
    return box.left + ((at + 0.5) / Math.max(1, buckets.length)) * (box.right - box.left);
  };
  const y = (/** @type {number} */ value) => box.bottom - (value / top) * (box.bottom - box.top);
  const height = box.bottom + (counted(buckets) ? 62 : 46);
  return svg(
    "svg",
    {
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      role: "img",
      "aria-label": title,
      "font-family": FONT,
      "font-size": SIZE,
      fill: colours.ink,
    },
    svg("title", {}, title),
    ...across(levels, y, box, chart),
    ...along(buckets, x, box, axis, colours),
    ...listed.map((one) => band(one, x, y, colours)),
    ...series.map((one) => line(one, x, y, colours, axis)),
    ...(named ? ends(series, colours, x, y, box) : above.map((one, i) => entry(one, i, colours, width))),
  );
}

/** @typedef {{left: number, right: number, top: number, bottom: number}} Box */

/**
 * @param {number[]} levels
 * @param {(value: number) => number} y
 * @param {Box} box
 * @param {Chart} chart
 */
function across(levels, y, box, { colours, measure }) {
  const rules = levels.flatMap((level) => [
    svg("line", { x1: box.left, x2: box.right, y1: y(level), y2: y(level), stroke: colours.line }),
    svg(
      "text",
      { x: box.left - 8, y: y(level) + 4, "text-anchor": "end", fill: colours.quiet, "font-size": 12 },
      String(level),
    ),
  ]);
  return [...rules, svg("text", { x: 0, y: box.top - 12, fill: colours.quiet, "font-size": 12 }, measure)];
}

/**
 * Whether it is known how many pairs each bucket has.
 * @param {Bucket[]} buckets
 */
function counted(buckets) {
  return buckets.length > 0 && buckets.every(({ pairs }) => pairs !== undefined);
}

/**
 * @param {Bucket[]} buckets
 * @param {(from: number) => number} x
 * @param {Box} box
 * @param {Axis} axis
 * @param {Colours} colours
 */
function along(buckets, x, box, { label, tick, counted: what = "number of pairs" }, colours) {
  const said = (/** @type {number} */ at, /** @type {number} */ below, /** @type {string} */ words) =>
    svg(
      "text",
      { x: at, y: box.bottom + below, "text-anchor": "middle", fill: colours.quiet, "font-size": 12 },
      words,
    );
  const withCounts = counted(buckets);
  const marks = buckets.flatMap((bucket) => [
    said(x(bucket.from), 19, tick(bucket)),
    ...(withCounts ? [said(x(bucket.from), 35, (bucket.pairs ?? 0).toLocaleString("en"))] : []),
  ]);
  const whole = withCounts ? `${label}; ${what}` : label;
  return [...marks, said((box.left + box.right) / 2, withCounts ? 55 : 39, whole)];
}

/**
 * @param {Series} one
 * @param {(from: number) => number} x
 * @param {(value: number) => number} y
 * @param {Colours} colours
 */
function band(one, x, y, colours) {
  const { points } = one;
  const held = points.filter((point) => point.low !== undefined);
  const upper = held.map((point) => `${n(x(point.from))} ${n(y(point.high ?? 0))}`);
  const lower = held.toReversed().map((point) => `${n(x(point.from))} ${n(y(Math.max(0, point.low ?? 0)))}`);
  return svg("path", {
    d: held.length ? `M${[...upper, ...lower].join("L")}Z` : "",
    fill: colourOf(one, colours),
    "fill-opacity": 0.13,
  });
}

/**
 * @param {Series} one
 * @param {(from: number) => number} x
 * @param {(value: number) => number} y
 * @param {Colours} colours
 * @param {Axis} axis
 */
function line(one, x, y, colours, axis) {
  const { name, number, points, muted } = one;
  const colour = colourOf(one, colours);
  const d = `M${points.map((point) => `${n(x(point.from))} ${n(y(point.score))}`).join("L")}`;
  const dots = points.map((point) => {
    const dot = marker(number, x(point.from), y(point.score), colour, colours.paper);
    dot.append(svg("title", {}, `${name}, ${axis.name(point)}: ${point.score.toFixed(1)}`));
    return dot;
  });
  return svg(
    "g",
    { "data-series": name },
    svg("path", {
      d: points.length ? d : "",
      fill: "none",
      stroke: colour,
      "stroke-width": muted ? 1 : 2,
      "stroke-dasharray": muted ? "none" : dashOf(number),
    }),
    ...(muted ? [] : dots),
  );
}

/**
 * @param {Series} series
 * @param {Colours} colours
 */
function colourOf({ number, muted }, { series, muted: grey }) {
  return muted ? grey : series[number % series.length];
}

/** @param {number} number */
function dashOf(number) {
  return DASHES[number % DASHES.length] || "none";
}

/**
 * Circle, square, triangle, diamond; then the same ones hollow.
 * @param {number} number
 * @param {number} x
 * @param {number} y
 * @param {string} colour
 * @param {string} paper
 */
function marker(number, x, y, colour, paper) {
  const shapes = [
    "M-4 0A4 4 0 1 1 4 0A4 4 0 1 1 -4 0Z",
    "M-3.6 -3.6H3.6V3.6H-3.6Z",
    "M0 -4.8L4.6 3.6H-4.6Z",
    "M0 -5.2L5.2 0L0 5.2L-5.2 0Z",
  ];
  const hollow = number >= shapes.length;
  return svg("path", {
    d: shapes[number % shapes.length],
    transform: `translate(${n(x)} ${n(y)})`,
    fill: hollow ? paper : colour,
    stroke: hollow ? colour : paper,
    "stroke-width": 1.4,
  });
}

/**
 * Names at the lines' ends, none on another.
 * @param {Series[]} series
 * @param {Colours} colours
 * @param {(from: number) => number} x
 * @param {(value: number) => number} y
 * @param {Box} box
 */
function ends(series, colours, x, y, box) {
  const last = series.map(({ points }) => points.at(-1));
  const wanted = last.map((end) => y(end?.score ?? 0));
  const places = apart(wanted, SIZE + 4, box.bottom - 2);
  return series.map((one, i) => {
    const end = last[i];
    const colour = colourOf(one, colours);
    const from = end ? x(end.from) + 7 : box.right;
    const lead = `M${n(from)} ${n(wanted[i])}L${n(box.right + 4)} ${n(places[i])}`;
    const look = one.muted
      ? { fill: colours.quiet, "font-size": QUIETER, "font-weight": 400 }
      : { fill: colour, "font-size": SIZE, "font-weight": 600 };
    return svg(
      "g",
      {},
      svg("path", { d: lead, stroke: colour, "stroke-opacity": 0.45, fill: "none" }),
      svg("text", { x: box.right + 9, y: places[i] + 4.5, ...look }, one.name),
    );
  });
}

/**
 * The look of a line by its number, as a small picture to stand beside a name.
 * @param {number} number
 * @param {Colours} colours
 */
export function lineMark(number, colours) {
  const colour = colours.series[number % colours.series.length];
  return svg(
    "svg",
    { width: 30, height: 12, viewBox: "0 0 30 12", "aria-hidden": "true" },
    svg("path", { d: "M0 6H30", stroke: colour, "stroke-width": 2, "stroke-dasharray": dashOf(number) }),
    marker(number, 15, 6, colour, colours.paper),
  );
}

/**
 * @param {Series} one
 * @param {number} row of the legend
 * @param {Colours} colours
 * @param {number} width of the chart: where a name has no room, what it has in brackets goes
 */
function entry(one, row, colours, width) {
  const { name, number, muted } = one;
  const y = 8 + row * 20;
  const fits = ROOMY * BOLD * widthOf(name, SIZE) <= width - 44;
  const said = fits ? name : name.replace(/ \(.*\)$/, "");
  const colour = colourOf(one, colours);
  const look = muted
    ? { "stroke-width": 1, "stroke-dasharray": "none" }
    : { "stroke-width": 2, "stroke-dasharray": dashOf(number) };
  const words = muted ? { fill: colours.quiet, "font-weight": 400 } : { fill: colour, "font-weight": 600 };
  return svg(
    "g",
    {},
    svg("path", { d: `M0 ${y}H34`, stroke: colour, ...look }),
    ...(muted ? [] : [marker(number, 17, y, colour, colours.paper)]),
    svg("text", { x: 42, y: y + 4.5, ...words }, said),
  );
}

/** @param {number} value */
function n(value) {
  return String(Math.round(value * 10) / 10);
}
