/** Small pictures of a network's parts: the photo that goes in, what is inside, what comes out. */

import { html, pen } from "../../core/dom.js";

/**
 * @typedef {import("./gatepass.js").GatePass} GatePass
 * @typedef {{photo: ImageBitmap, network: import("../../schema.js").NetworkView}} Seen
 */

const SIDE = 128;

/**
 * Addresses of pictures by the parts' names.
 * @param {Seen} seen
 * @param {GatePass} pass
 * @returns {Map<string, string>}
 */
export function facesOf({ photo, network }, pass) {
  const { nodes } = network;
  const crop = cropOn(photo, pass.trace.input);
  const found = new Map([[nodes[0].name, picture(photo, crop)]]);
  const { output } = pass;
  if (output)
    found.set(
      nodes[nodes.length - 1].name,
      picture(output, { left: 0, top: 0, width: output.width, height: output.height }),
    );
  return found;
}

/**
 * What the network saw of a photo, in the pixels of a reduced copy.
 * @param {{width: number}} photo
 * @param {import("../../schema.js").ImageTrace["input"]} input
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
function picture(image, { left, top, width, height }) {
  const scale = SIDE / Math.max(width, height);
  const size = { width: String(Math.round(width * scale)), height: String(Math.round(height * scale)) };
  const canvas = html("canvas", size);
  pen(canvas).drawImage(image, left, top, width, height, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/jpeg", 0.85);
}
