/** The table that grows step by step: a key a row; key, score, scaled score, weight and value. */

import { html } from "../../core/dom.js";
import { formatWeight } from "../../math/colour.js";
import { cells } from "./cells.js";
import { decimal, heaviest, leftOut, reachOf } from "./numbers.js";

/**
 * @typedef {import("./numbers.js").KeyRow} KeyRow
 * @typedef {import("./cells.js").Cells} Cells
 * @typedef {import("./formulas.js").Present} Present
 * @typedef {object} Look
 * @property {Uint8Array} table the diverging colours
 * @property {((canvas: HTMLCanvasElement, key: number) => void) | null} drawKey a key's own picture
 * @property {string} divisor of the fourth column's head
 * @typedef {import("../../math/colour.js").Scale} Scale
 * @typedef {{query: Scale, keys: Scale, values: Scale, weighted: Scale, sum: Scale, weight: number}} Scales
 */

/** Columns, each with the step that opens it. */
const COLUMNS = [
  { name: "key", from: 2, head: "Key" },
  { name: "score", from: 3, head: "q·k" },
  { name: "scaled", from: 4, head: "" },
  { name: "weight", from: 5, head: "Weight" },
  { name: "value", from: 6, head: "Value" },
  { name: "weighted", from: 6, head: "Weight · value" },
];

/**
 * @param {Present} present
 * @param {Look} look
 * @returns {{table: HTMLTableElement, strips: Cells[], rows: Map<number, HTMLTableRowElement>}}
 */
export function drawTable(present, look) {
  const { found, rows } = present;
  /** @type {Cells[]} */
  const strips = [];
  const kept = (/** @type {Cells} */ made) => {
    strips.push(made);
    return made.canvas;
  };
  const table = html("table", { class: "steps-table" });
  const scales = scalesOf(present);
  const first = line(
    queryHeading(present, look),
    cell("key", 1, kept(cells("q", found.query, scales.query, look.table))),
  );
  first.className = "query-line";
  const made = rows.map((row) => keyLine(row, present, look, scales, kept));
  const sum = sumLine(present, scales, look, kept);
  table.append(caption(present), head(look, scales), body(first), body(...made, ...rest(present)), body(sum));
  return { table, strips, rows: new Map(rows.map((row, i) => [row.number, made[i]])) };
}

/**
 * How far each column's vectors reach: all keys have one scale, and all values.
 * @param {Present} present
 * @returns {Scales}
 */
function scalesOf({ found, rows }) {
  return {
    query: reachOf(found.query),
    keys: reachOf(...rows.map((row) => row.key)),
    values: reachOf(...rows.map((row) => row.value)),
    weighted: reachOf(...rows.map((row) => row.weighted)),
    sum: reachOf(found.weighted_sum),
    weight: heaviest(rows).weight,
  };
}

/** @param {Present} present */
function caption({ found, query }) {
  const words = `Query ${query}, head ${found.head} of ${found.site}: a key a row.`;
  return html("caption", { class: "visually-hidden" }, words);
}

/**
 * @param {Look} look
 * @param {Scales} scales
 */
function head(look, scales) {
  const reach = { key: scales.keys.high, value: scales.values.high, weighted: scales.weighted.high };
  const cells = COLUMNS.map(({ name, from, head: text }) => {
    const element = html("th", { scope: "col" }, name === "scaled" ? look.divisor : text);
    if (name in reach) element.append(note(`±${decimal(reach[/** @type {keyof reach} */ (name)])}`));
    return placed(element, name, name === "key" ? 1 : from);
  });
  return html("thead", {}, line(html("td"), ...cells));
}

/**
 * @param {KeyRow} row
 * @param {Present} present
 * @param {Look} look
 * @param {Scales} scales
 * @param {(made: Cells) => HTMLCanvasElement} kept
 */
function keyLine(row, present, look, scales, kept) {
  const element = line(
    keyHeading(row, present, look),
    cell("key", 2, kept(cells("k", row.key, scales.keys, look.table))),
    cell("score", 3, decimal(row.score)),
    cell("scaled", 4, row.scaled === null ? "−∞" : decimal(row.scaled)),
    weightCell(row.weight, scales.weight),
    cell("value", 6, kept(cells("v", row.value, scales.values, look.table))),
    cell("weighted", 6, kept(cells("w·v", row.weighted, scales.weighted, look.table))),
  );
  element.dataset.key = String(row.number);
  element.classList.toggle("masked", row.scaled === null);
  return element;
}

/**
 * The key's name as a button that chooses it, with its patch of the photo where there is one.
 * @param {KeyRow} row
 * @param {Present} present
 * @param {Look} look
 */
function keyHeading(row, present, look) {
  const button = html(
    "button",
    { type: "button", class: "key-name" },
    ...patch(row.number, look),
    html("span", {}, present.label(row.number)),
  );
  return placed(html("th", { scope: "row" }, button), "name", 2);
}

/**
 * @param {Present} present
 * @param {Look} look
 */
function queryHeading({ found, query }, look) {
  const name = html("span", {}, query, html("small", {}, "query"));
  return html(
    "th",
    { scope: "row" },
    html("div", { class: "key-name" }, ...patch(found.query_number, look), name),
  );
}

/**
 * @param {number} number
 * @param {Look} look
 */
function patch(number, { drawKey }) {
  if (!drawKey) return [];
  const canvas = html("canvas", { "aria-hidden": "true", width: "32", height: "32" });
  drawKey(canvas, number);
  return [canvas];
}

/**
 * A weight as a bar beside its number; the heaviest key's bar is the longest.
 * @param {number} weight
 * @param {number} most
 */
function weightCell(weight, most) {
  const text = html("span", {}, formatWeight(weight));
  if (!weight) return cell("weight", 5, text);
  const bar = html("span", { class: "weight-bar" });
  bar.style.setProperty("--weight", String(weight / most));
  return cell("weight", 5, bar, text);
}

/** @param {Present} present */
function rest({ found }) {
  const { count, weight } = leftOut(found);
  if (!count) return [];
  const element = line(
    placed(html("th", { scope: "row" }, `${count} more`), "name", 2),
    cell("key", 2, note("not shown")),
    cell("score", 3),
    cell("scaled", 4),
    cell("weight", 5, formatWeight(weight)),
    cell("value", 6),
    cell("weighted", 6),
  );
  element.className = "rest-line";
  return [element];
}

/**
 * @param {Present} present
 * @param {Scales} scales
 * @param {Look} look
 * @param {(made: Cells) => HTMLCanvasElement} kept
 */
function sumLine({ found }, scales, look, kept) {
  const element = line(
    placed(html("th", { scope: "row" }, "Sum"), "name", 5),
    cell("key", 5),
    cell("score", 5),
    cell("scaled", 5),
    cell("weight", 5, "1"),
    cell("value", 7, note(`±${decimal(scales.sum.high)}`)),
    cell("weighted", 7, kept(cells("o", found.weighted_sum, scales.sum, look.table))),
  );
  element.className = "sum-line";
  return element;
}

/**
 * @param {string} name
 * @param {number} from the step that opens the cell
 * @param {(string | Node)[]} content
 */
function cell(name, from, ...content) {
  return placed(html("td", {}, ...content), name, from);
}

/**
 * @param {HTMLElement} element
 * @param {string} name
 * @param {number} from
 */
function placed(element, name, from) {
  element.dataset.column = name;
  element.dataset.from = String(from);
  return element;
}

/**
 * The key whose row an element of the table lies in.
 * @param {EventTarget | null} target
 */
export function keyOf(target) {
  const key = target instanceof Element ? target.closest("tr")?.dataset.key : undefined;
  return key === undefined ? null : Number(key);
}

/**
 * What the head adds to the model's width, and what all heads do: long vectors, in rows of 64.
 * @param {HTMLElement} element
 * @param {Present} present
 * @param {Uint8Array} table
 */
export function drawOutputs(element, { found, heads }, table) {
  const all = heads > 1 ? `All ${heads} heads, with the bias` : "With the bias";
  const made = [
    cells("o·W", found.output, reachOf(found.output), table, Math.min(64, found.output.length)),
    cells("y", found.layer_output, reachOf(found.layer_output), table, Math.min(64, found.output.length)),
  ];
  const titles = [`Head ${found.head}, projected`, all];
  element.replaceChildren(
    ...made.map(({ canvas, values }, i) =>
      html("div", {}, html("span", {}, `${titles[i]} `, note(`±${decimal(reachOf(values).high)}`)), canvas),
    ),
  );
  return made;
}

const line = (/** @type {Node[]} */ ...cells) => html("tr", {}, ...cells);
const body = (/** @type {Node[]} */ ...lines) => html("tbody", {}, ...lines);
const note = (/** @type {string} */ text) => html("small", { class: "quiet" }, text);
