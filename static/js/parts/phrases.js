/** What a map shows, in words: for captions, figures and screen readers. */

import { press } from "../core/finger.js";
import { ranking } from "../math/attention.js";
import { formatShare } from "../math/colour.js";
import { CLS, isPatch, isSame } from "../math/query.js";

/** @typedef {import("../math/query.js").AnyQuery} Query */

const METHODS = {
  weights: "Attention weights",
  rollout: "Attention rollout",
  "window-rollout": "Window rollout (approximate)",
  saliency: "Saliency",
  "grad-cam": "Grad-CAM",
  hirescam: "HiResCAM",
  layercam: "LayerCAM",
  receptive: "Receptive field",
};

/** @param {keyof METHODS} method */
export function methodName(method) {
  const name = METHODS[method];
  return name.endsWith("CAM") ? name : name.toLowerCase();
}

/** @param {string} head */
export function headName(head) {
  if (head === "mean") return "mean of heads";
  if (head === "max") return "maximum of heads";
  return `head ${head}`;
}

/** @param {Query} query */
export function queryName(query) {
  if (typeof query === "number") return `query ${query}`;
  if (isPatch(query)) return `patch at row ${query.row}, column ${query.column}`;
  return query.token.toUpperCase();
}

/**
 * What a click on the photo does now, or a tap.
 * @param {keyof METHODS} method
 * @param {Query} query
 * @param {boolean} finger
 */
export function hint(method, query, finger) {
  const pressing = press(finger);
  if (method.endsWith("cam")) return `${pressing} a place to see what a unit there can see, and does see.`;
  if (method === "receptive") {
    const keys = finger ? "" : "Arrow keys go from unit to unit. ";
    if (!isSame(query, CLS)) return `${keys}${pressing} another place to pin it too.`;
    const moved = finger ? "Tap a place" : "Point at a place";
    return `${moved} to see what its unit sees: the kernels settle where it looks, whatever the photo shows.`;
  }
  if (method === "saliency") return "The decoder looks at the whole photo: there is no query.";
  if (typeof query === "number") return `${pressing} a patch to look from it instead.`;
  if (!isSame(query, CLS)) {
    return `Looking from the ${queryName(query)}. ${pressing} another patch to pin it too.`;
  }
  if (method !== "weights") return `${pressing} a patch to see its rollout.`;
  if (finger) return "Tap a patch to see what it attends to: it stays pinned.";
  return "Point at a patch to see what it attends to. Click to pin it.";
}

/**
 * One line on what is shown.
 * @param {{method: keyof METHODS, layer: number, head: string, query: Query}} view
 * @param {string} [label] of a query that is no patch
 */
export function caption({ method, layer, head, query }, label = "") {
  if (method === "saliency") return "Saliency decoder";
  const from = label ? `“${label}”` : queryName(query);
  if (method !== "weights") return `${METHODS[method]}, query ${from}`;
  return `Layer ${layer}, ${headName(head)}, query ${from}`;
}

/**
 * How few of the patches hold the weight that the filter keeps.
 * @param {Uint8Array} mask
 * @param {number} keep percent
 * @param {boolean} attended whether it is weight on patches; of a class map, places have a share of it
 */
export function keptShare(mask, keep, attended = true) {
  const count = mask.reduce((sum, on) => sum + on, 0);
  const share = formatShare(count / mask.length);
  const [what, where] = attended ? ["weight", "patches"] : ["map", "places"];
  return `${keep} % of the ${what} lies on ${share} of the ${where} (${count} of ${mask.length}).`;
}

/**
 * What the map cannot show: weight on tokens that have no place in the photo.
 * @param {number} weight their sum, or NaN while it is not known
 * @param {string[]} names of those tokens
 * @param {{method: keyof METHODS, head: string}} view
 */
export function besideShare(weight, names, { method, head }) {
  const sums = method !== "saliency" && head !== "max"; // maxima over heads do not sum to one
  if (!sums || !names.length || Number.isNaN(weight)) return "";
  const tokens = names.length > 1 ? "the tokens" : "the token";
  const listed = names.map((name) => (name === "cls" ? "CLS" : name)).join(", ");
  return `${formatShare(weight)} of all weight is on ${tokens} ${listed}, outside the photo.`;
}

/**
 * Sentences for those who cannot see the map: the largest patches and how much they hold.
 * @param {Float32Array} values weights on patches
 * @param {{rows: number, columns: number}} grid
 * @param {string} title
 */
export function describe(values, grid, title) {
  const order = ranking(values);
  const total = values.reduce((sum, value) => sum + value, 0);
  const places = [...order.subarray(0, 3)].map((index) => {
    const row = Math.floor(index / grid.columns);
    return `row ${row}, column ${index % grid.columns} (${formatShare(values[index] / total)})`;
  });
  const tenth = order.subarray(0, Math.ceil(values.length / 10));
  const held = tenth.reduce((sum, index) => sum + values[index], 0) / total;
  const where = region(order.subarray(0, Math.ceil(values.length / 20)), grid);
  return (
    `${title}. ${grid.rows} by ${grid.columns} patches. Heaviest: ${places.join("; ")}. ` +
    `The heaviest tenth of the patches holds ${formatShare(held)} of the weight, mostly ${where}.`
  );
}

/**
 * Where a set of patches is centred, in words.
 * @param {Uint32Array} patches
 * @param {{rows: number, columns: number}} grid
 */
function region(patches, grid) {
  const sum = (/** @type {(index: number) => number} */ of) =>
    patches.reduce((total, index) => total + of(index), 0) / patches.length;
  const y = sum((index) => (Math.floor(index / grid.columns) + 0.5) / grid.rows);
  const x = sum((index) => ((index % grid.columns) + 0.5) / grid.columns);
  const vertical = y < 0.36 ? "at the top" : y > 0.64 ? "at the bottom" : "in the middle";
  const horizontal = x < 0.36 ? ", on the left" : x > 0.64 ? ", on the right" : "";
  return `${vertical}${horizontal}`;
}
