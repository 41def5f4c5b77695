/** Overlap-tile: what goes into one tile of the reader's photo, and what comes out of it. */

import { getPhoto } from "../../core/api.js";
import { html, svg } from "../../core/dom.js";
import { getNetwork } from "../../core/gating.js";
import { slider } from "../lesson/inputs.js";

/**
 * @typedef {import("../reader/partreader.js").PartReader} PartReader
 * @typedef {import("../../schema.js").NetworkTile} Tile
 * @typedef {Tile["core"]} Edges in pixels of the upright photo
 * @typedef {{model: string, resolution: number}} Options
 */

/**
 * @param {Options} options
 * @param {PartReader} reader
 */
async function tilesOf({ model, resolution }, reader) {
  const trace = await reader.traced(model, { resolution });
  const { tiles } = await getNetwork(trace.id, reader.signal);
  return { trace, tiles: tiles ?? [] };
}

/** @param {Edges} edges */
function areaOf({ left, top, right, bottom }) {
  return (right - left) * (bottom - top);
}

/**
 * How many pixels are read for each that is shown.
 * @param {readonly Pick<Tile, "core" | "whole">[]} tiles
 */
export function readFor(tiles) {
  const sum = (/** @type {"core" | "whole"} */ part) =>
    tiles.reduce((all, tile) => all + areaOf(tile[part]), 0);
  return sum("whole") / sum("core");
}

/**
 * What all tiles see, which reaches out of the photo.
 * @param {readonly Pick<Tile, "whole">[]} tiles
 */
export function reachOf(tiles) {
  const wholes = tiles.map(({ whole }) => whole);
  const [left, top] = [
    Math.min(...wholes.map((each) => each.left)),
    Math.min(...wholes.map((each) => each.top)),
  ];
  const right = Math.max(...wholes.map((each) => each.right));
  const bottom = Math.max(...wholes.map((each) => each.bottom));
  return { left, top, right, bottom };
}

/**
 * @param {Edges} edges
 * @param {string} name
 */
function rect({ left, top, right, bottom }, name) {
  return svg("rect", { x: left, y: top, width: right - left, height: bottom - top, class: name });
}

/**
 * @param {HTMLElement} root
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function show(root, options, reader) {
  const { trace, tiles } = await tilesOf(options, reader);
  const url = URL.createObjectURL(await getPhoto(trace.id, reader.signal));
  reader.signal.addEventListener("abort", () => URL.revokeObjectURL(url));
  const { left, top, right, bottom } = reachOf(tiles);
  const { width, height } = trace.input;
  const photo = svg("image", { href: url, width, height, preserveAspectRatio: "none" });
  const chosen = svg("g", {});
  const view = `${left} ${top} ${right - left} ${bottom - top}`;
  const picture = svg("svg", {
    viewBox: view,
    role: "img",
    "aria-label": reader.words("label"),
    class: "tiled",
  });
  picture.append(photo, ...tiles.map(({ core }) => rect(core, "tile-core")), chosen);
  const said = html("p", { class: "told", "aria-live": "polite" });
  const choose = (/** @type {number} */ at) => {
    const { core, whole, row, column } = tiles[at - 1];
    chosen.replaceChildren(rect(whole, "tile-whole"), rect(core, "tile-out"));
    const values = { row: row + 1, column: column + 1, core: sized(core), whole: sized(whole) };
    said.textContent = reader.words("said", values);
  };
  const first = Math.ceil(tiles.length / 2);
  const nameOf = (/** @type {number} */ at) =>
    reader.words("name", { row: tiles[at - 1].row + 1, column: tiles[at - 1].column + 1 });
  const range = { label: reader.words("tile"), min: 1, max: tiles.length, value: first, said: nameOf };
  root.append(html("div", { class: "one-photo" }, picture, slider(range, choose).element, said));
  choose(first);
}

/** @param {Edges} edges */
function sized({ left, top, right, bottom }) {
  return `${Math.round(right - left)} × ${Math.round(bottom - top)}`;
}

/**
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function answer(options, reader) {
  const value = readFor((await tilesOf(options, reader)).tiles);
  return { value, words: reader.words("answer", { times: reader.number(value, 2) }) };
}
