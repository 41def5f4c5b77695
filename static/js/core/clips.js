/**
 * What a page of clips asks the server for.
 *
 * @typedef {import("../schema.js").VideoTrace} VideoTrace
 * @typedef {import("../math/spacetime.js").ClipPatch} ClipPatch
 * @typedef {object} Sampled how a clip is taken of a video
 * @property {string} model
 * @property {number} resolution
 * @property {number} frames
 * @property {string} start in seconds; "" for the video's own
 * @property {string} end
 */

import { spellClipPatch } from "../math/spacetime.js";
import { request } from "./api.js";
import { readNpy } from "./npy.js";
import { watched } from "./uploading.js";

/**
 * Runs the model on frames of a video.
 * @param {import("./api.js").Source} source
 * @param {Sampled} asked
 * @param {AbortSignal} signal
 * @param {{sent: (share: number) => void, wait: (seconds: number) => void}} on
 * @returns {Promise<VideoTrace>}
 */
export async function postClip(source, asked, signal, on) {
  const body = new FormData();
  if ("file" in source) body.set("file", source.file, "video");
  else body.set("sample", source.sample);
  for (const [name, value] of Object.entries(asked)) if (value !== "") body.set(name, String(value));
  const options = { method: "POST", body, signal };
  return (await request("/videos/traces", options, on.wait, watched(on.sent))).json();
}

/**
 * @param {string} id
 * @param {AbortSignal} signal
 * @returns {Promise<VideoTrace>}
 */
export async function getClip(id, signal) {
  return (await request(`/traces/${id}`, { signal })).json();
}

/**
 * A frame as the model was given it.
 * @param {string} id
 * @param {number} number
 * @param {AbortSignal} [signal]
 */
export async function getFrame(id, number, signal) {
  return createImageBitmap(await (await request(`/traces/${id}/frames/${number}.jpg`, { signal })).blob());
}

/**
 * The path of what one patch sees in all frames, below the API's root.
 * @param {string} id
 * @param {{site: string, head: string, query: ClipPatch}} choice
 * @param {string} format
 */
export function spaceTimePath(id, { site, head, query }, format) {
  const asked = `site=${site}&head=${head}&query=${spellClipPatch(query)}`;
  return `/traces/${id}/spacetime?${asked}&format=${format}`;
}

/**
 * What one patch sees in all frames.
 * @param {string} id
 * @param {{site: string, head: string, query: ClipPatch}} choice
 * @returns {Promise<Float32Array>} (steps * rows * columns)
 */
export async function getSpaceTime(id, choice) {
  const response = await request(spaceTimePath(id, choice, "npy"));
  return /** @type {Float32Array} */ (readNpy(await response.arrayBuffer()).data);
}
