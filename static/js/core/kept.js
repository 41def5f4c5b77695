/**
 * What a saved view keeps of a trace. It takes the place of api.js there, under the same names: what a
 * page asks the server for, a saved view has with it, or works out of the queries and keys it has.
 *
 * @typedef {object} Kept
 * @property {import("./api.js").ImageTrace | import("../parts/text/texttrace.js").AnyTrace} trace
 * @property {string} photo a data address; "" of a text or a clip
 * @property {import("./api.js").Statistics | null} statistics
 * @property {Record<string, string>} colours
 */

import { allHeads, chooseHead, range } from "../math/attention.js";
import { indexOf, onPatches, seenFrom } from "../math/axis.js";
import { spreadRow } from "../math/partition.js";
import { readNpy } from "./npy.js";

export { ApiError, isStopped, sentenceOf } from "./api.js";

/** @returns {Kept} */
export function kept() {
  return JSON.parse(document.getElementById("page-data")?.textContent ?? "{}");
}

const { trace, statistics, colours } = kept();

/** @type {Map<string, import("./npy.js").NpyArray>} */
const read = new Map();

/** @param {string} name */
function elementOf(name) {
  return document.querySelector(`script[data-kept="${name}"]`);
}

/**
 * The bytes that are kept under a name: "qk encoder.1.self", "frame 3".
 * @param {string} name
 */
export function bytesOf(name) {
  const element = elementOf(name);
  if (!element) throw new Error(`This view was saved without its ${name}.`);
  const letters = atob(element.textContent ?? "");
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = letters.charCodeAt(i); // millions: no call for each
  return bytes;
}

/** @param {string} name of an NPY array, which is read once */
function array(name) {
  const found = read.get(name) ?? readNpy(bytesOf(name).buffer);
  read.set(name, found);
  return found;
}

/** As of the server, with no need to wait. */
export async function getColours() {
  return colours;
}

export async function getStatistics() {
  return statistics;
}

/**
 * @param {string} _id
 * @param {string} site
 * @returns {Promise<import("../math/attention.js").QK>}
 */
export async function getQK(_id, site) {
  const { shape, data } = array(`qk ${site}`);
  const [, heads, tokens, width] = shape;
  const values = /** @type {Float32Array} */ (data);
  const half = values.length / 2;
  return { q: values.subarray(0, half), k: values.subarray(half), heads, tokens, width };
}

/**
 * @param {string} _id
 * @param {string} site
 */
export async function getWeights(_id, site) {
  return array(`weights ${site}`);
}

export async function getSaliency() {
  return array("saliency");
}

/**
 * @param {string} _id
 * @param {import("../math/query.js").Query} query
 */
export async function getRollout(_id, query) {
  const { shape, data } = array("rollout");
  const row = indexOf(trace.sites[0].query, query);
  return /** @type {Float32Array} */ (data).subarray(row * shape[1], (row + 1) * shape[1]);
}

/**
 * What one query sees at every site, in eight bits, as the server sends it.
 * @param {string} id
 * @param {import("../math/query.js").Query} query
 * @returns {Promise<import("./api.js").Heatmaps[]>}
 */
export async function getHeatmaps(id, query) {
  const mapped = trace.sites.filter((site) => site.key.kind === "patch");
  return Promise.all(mapped.map(async (site) => heatmaps(site, await rowsOf(id, site, query))));
}

/**
 * Weights (heads, keys) of one query of a photo.
 * @param {string} id
 * @param {import("../schema.js").Site} site
 * @param {import("../math/query.js").Query} query
 */
async function rowsOf(id, site, query) {
  const seen = "grid" in trace ? seenFrom(site.query, query, trace.grid) : query;
  return rowsAt(id, site, site.query.size === 1 ? 0 : indexOf(site.query, seen));
}

/**
 * Weights (heads, keys) of one query, whatever they were kept as.
 * @param {string} id
 * @param {import("../schema.js").Site} site
 * @param {number} row the query's number
 */
export async function rowsAt(id, site, row) {
  const { name, heads, key } = site;
  const found = new Float32Array(heads * key.size);
  if (elementOf(`qk ${name}`)) {
    allHeads(await getQK(id, name), row, site.scale ?? 1, found, key.size);
  } else if (elementOf(`inside ${name}`)) {
    spreadRow(array(`windows ${name}`), array(`inside ${name}`), row, found, key.size);
  } else {
    const { data } = await getWeights(id, name);
    for (let head = 0; head < heads; head++) {
      const start = (head * site.query.size + row) * key.size;
      found.set(/** @type {Float32Array} */ (data).subarray(start, start + key.size), head * key.size);
    }
  }
  return found;
}

/**
 * @param {import("../schema.js").Site} site
 * @param {Float32Array} rows (heads, keys)
 * @returns {import("./api.js").Heatmaps}
 */
function heatmaps({ name, heads, key }, rows) {
  const names = [...Array.from({ length: heads }, (_, head) => String(head)), "mean", "max"];
  const chosen = new Float32Array(key.size);
  const maps = names.map((head) => {
    chooseHead(rows, heads, head, chosen);
    return onPatches(key, chosen).slice();
  });
  const reaches = maps.map(range);
  const bytes = maps.flatMap((map, i) => levels(map, reaches[i]));
  return {
    site: name,
    heads: names,
    minimum: reaches.map(([low]) => low),
    maximum: reaches.map(([, high]) => high),
    data: btoa(bytes.map((byte) => String.fromCharCode(byte)).join("")),
  };
}

/**
 * @param {Float32Array} map
 * @param {[number, number]} reach
 * @returns {number[]}
 */
function levels(map, [low, high]) {
  const step = 255 / Math.max(high - low, 1e-12);
  return Array.from(map, (value) => Math.round((value - low) * step));
}
