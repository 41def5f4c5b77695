/** x to z to y: the maps of an encoder-decoder on the reader's photo, and how many numbers each has. */

import { html } from "../../core/dom.js";
import { getNetwork, getPictures } from "../../core/gating.js";
import { Film } from "../film.js";

/**
 * @typedef {import("../reader/partreader.js").PartReader} PartReader
 * @typedef {import("../../schema.js").NetworkNode} NetworkNode
 * @typedef {import("../../schema.js").PartPicture} PartPicture
 * @typedef {{model: string, resolution: number}} Options
 */

/**
 * The parts with the maps that they made, from the photo to what comes out.
 * @param {Options} options
 * @param {PartReader} reader
 */
async function partsOf({ model, resolution }, reader) {
  const { id } = await reader.traced(model, { resolution });
  const [{ nodes }, pictures] = await Promise.all([getNetwork(id, reader.signal), getPictures(id)]);
  return { nodes, pictures: new Map(pictures.map((each) => [each.name, each])) };
}

/** @param {Pick<NetworkNode, "channels" | "rows" | "columns">} node */
export function numbersIn({ channels, rows, columns }) {
  return channels * rows * columns;
}

/**
 * The part with the fewest places: z.
 * @param {readonly NetworkNode[]} nodes
 */
export function narrowest(nodes) {
  const inside = nodes.slice(1, -1);
  return inside.reduce((least, node) =>
    node.rows * node.columns <= least.rows * least.columns ? node : least,
  );
}

/**
 * @param {HTMLElement} root
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function show(root, options, reader) {
  const { nodes, pictures } = await partsOf(options, reader);
  const z = narrowest(nodes);
  const said = html("p", { class: "told", "aria-live": "polite" });
  const strip = html("div", { class: "film wide-film" });
  const shown = nodes.filter(({ name }) => pictures.has(name));
  const film = new Film(strip, (name) => choose(name));
  const choose = (/** @type {string} */ chosen) => {
    const table = /** @type {Uint8Array} */ (reader.tables.get("inferno"));
    film.draw(
      shown.map((node) => frameOf(node, pictures.get(node.name), reader)),
      { chosen, grid: { rows: 1, columns: 1 }, table, smooth: false },
    );
    const node = shown.find(({ name }) => name === chosen) ?? z;
    said.textContent = reader.words(node === z ? "bottleneck" : node.path, valuesOf(node, reader));
  };
  root.append(strip, said);
  choose(shown.includes(z) ? z.name : shown[0].name);
}

/**
 * How many of the photo's numbers there are for each place of z.
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function answer(options, reader) {
  const { nodes } = await partsOf(options, reader);
  const [x, z] = [nodes[0], narrowest(nodes)];
  const value = (x.rows * x.columns) / (z.rows * z.columns);
  const words = { rows: z.rows, columns: z.columns, pixels: reader.number(value) };
  return { value, words: reader.words("answer", words) };
}

/**
 * @param {NetworkNode} node
 * @param {PartPicture | undefined} picture
 * @param {PartReader} reader
 */
function frameOf(node, picture, reader) {
  const size = `${node.channels} × ${node.rows} × ${node.columns}`;
  const values = Float32Array.from(atob(picture?.data ?? ""), (letter) => letter.charCodeAt(0));
  const map = picture ? { rows: picture.rows, columns: picture.columns, values } : null;
  const note = `${size}\n= ${reader.number(numbersIn(node))}`;
  return { key: node.name, label: node.name, name: `${node.name}: ${size}`, note, map, scale: SCALE };
}
const SCALE = { low: 0, high: 255 };

/**
 * @param {NetworkNode} node
 * @param {PartReader} reader
 */
function valuesOf(node, reader) {
  const { name, channels, rows, columns } = node;
  return { name, channels, rows, columns, numbers: reader.number(numbersIn(node)) };
}
