/** Small pictures of a network's parts: the photo that goes in, how strong each map is, what comes out. */

import { html, pen } from "../../core/dom.js";
import { paint } from "../../math/colour.js";
import { clamp } from "../../math/geometry.js";

/**
 * @typedef {import("./gatepass.js").GatePass} GatePass
 * @typedef {{photo: ImageBitmap, network: import("../../schema.js").NetworkView}} Seen
 * @typedef {import("../../schema.js").ImageTrace["input"]} Input
 * @typedef {{of: unknown[], found: Map<string, string>}} Made
 */

const SIDE = 112;
/** @type {WeakMap<GatePass, Made>} pictures are made once, and not at every frame that is drawn */
const made = new WeakMap();
/** @type {WeakMap<ImageBitmap, string>} */
const photos = new WeakMap();

/**
 * Addresses of pictures by the parts' names.
 * @param {Seen} seen
 * @param {GatePass} pass
 * @param {Uint8Array} table of colours for how strong a map is
 * @returns {Map<string, string>}
 */
export function facesOf(seen, pass, table) {
  const of = [seen.network, pass.pictures, table];
  const known = made.get(pass);
  if (known?.of.every((each, i) => each === of[i])) return known.found;
  const found = facesNow(seen, pass, table);
  made.set(pass, { of, found });
  return found;
}

/**
 * @param {Seen} seen
 * @param {GatePass} pass
 * @param {Uint8Array} table
 */
function facesNow({ photo, network }, pass, table) {
  const { nodes, tiles } = network;
  const found = new Map((pass.pictures ?? []).map((part) => [part.name, strength(part, table)]));
  found.set(nodes[0].name, photoFace(photo, pass.trace.input, tiles));
  const { output } = pass;
  if (output)
    found.set(nodes[nodes.length - 1].name, reduced(output, outputBox(output, pass.trace.input, tiles)));
  return found;
}

/** @typedef {import("../../schema.js").NetworkView["tiles"]} Tiles */

/**
 * The photo that goes in, which is the same for every pass; of one that is computed in tiles, what the
 * first of them sees.
 * @param {ImageBitmap} photo
 * @param {Input} input
 * @param {Tiles} tiles
 */
function photoFace(photo, input, tiles) {
  const known = photos.get(photo);
  if (known) return known;
  const ratio = photo.width / input.width;
  const box = tiles ? scaled(tiles[0].whole, ratio, photo) : cropOn(photo, input);
  const face = reduced(photo, box);
  photos.set(photo, face);
  return face;
}

/**
 * Where the first tile's part of an output lies, or all of it.
 * @param {ImageBitmap} output
 * @param {Input} input
 * @param {Tiles} tiles
 */
function outputBox(output, { crop }, tiles) {
  const { width, height } = output;
  if (!tiles) return { left: 0, top: 0, width, height };
  const { left, top, right, bottom } = tiles[0].core;
  const core = {
    left: left - crop.left,
    top: top - crop.top,
    right: right - crop.left,
    bottom: bottom - crop.top,
  };
  return scaled(core, width / crop.width, output);
}

/**
 * A box in the pixels of an image of another size, and no larger than that.
 * @param {import("../../schema.js").Box} edges
 * @param {number} ratio
 * @param {{width: number, height: number}} image
 * @returns {import("../../math/geometry.js").Box}
 */
function scaled(edges, ratio, image) {
  const left = clamp(edges.left * ratio, 0, image.width);
  const top = clamp(edges.top * ratio, 0, image.height);
  const width = clamp(edges.right * ratio, 0, image.width) - left;
  return { left, top, width, height: clamp(edges.bottom * ratio, 0, image.height) - top };
}

/**
 * What the network saw of a photo, in the pixels of a reduced copy.
 * @param {{width: number}} photo
 * @param {Input} input
 * @returns {import("../../math/geometry.js").Box}
 */
export function cropOn(photo, { width, crop }) {
  const ratio = photo.width / width;
  const { left, top } = crop;
  return { left: left * ratio, top: top * ratio, width: crop.width * ratio, height: crop.height * ratio };
}

/**
 * @param {ImageBitmap} image
 * @param {import("../../math/geometry.js").Box} box
 */
function reduced(image, { left, top, width, height }) {
  const scale = SIDE / Math.max(width, height);
  const canvas = canvasOf(Math.round(width * scale), Math.round(height * scale));
  pen(canvas).drawImage(image, left, top, width, height, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/jpeg", 0.85);
}

/**
 * @param {import("../../schema.js").PartPicture} part
 * @param {Uint8Array} table
 */
function strength({ rows, columns, data }, table) {
  const canvas = canvasOf(columns, rows);
  const levels = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  const image = new ImageData(columns, rows);
  paint(levels, { low: 0, high: 255 }, table, image.data);
  pen(canvas).putImageData(image, 0, 0);
  return canvas.toDataURL();
}

/**
 * @param {number} width
 * @param {number} height
 */
function canvasOf(width, height) {
  return html("canvas", { width: String(width), height: String(height) });
}

/**
 * @param {CanvasImageSource} image
 * @param {number} width
 * @param {number} height
 */
export function pixelsOf(image, width, height) {
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("This browser gives no canvas to draw on.");
  context.drawImage(image, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}
