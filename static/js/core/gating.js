/** Calls of the API about gates: networks, what their gates were and are set to, what came out. */

import { post, request } from "./api.js";
import { readNpy } from "./npy.js";

/** @typedef {import("./api.js").ImageTrace} ImageTrace */

/**
 * @param {string} id
 * @param {AbortSignal} [signal]
 * @returns {Promise<import("../schema.js").NetworkView>} its parts, and how they are joined
 */
export async function getNetwork(id, signal) {
  return (await request(`/traces/${id}/network`, { signal })).json();
}

/**
 * @param {string} id
 * @param {AbortSignal} [signal]
 * @returns {Promise<import("../schema.js").GateValues[]>} in the order of the pass
 */
export async function getGates(id, signal) {
  return (await request(`/traces/${id}/gates`, { signal })).json();
}

/**
 * How strong the map of every part of a network is, as small pictures.
 * @param {string} id
 * @returns {Promise<import("../schema.js").PartPicture[]>}
 */
export async function getPictures(id) {
  return (await request(`/traces/${id}/pictures`)).json();
}

/**
 * @param {string} id
 * @returns {Promise<import("../schema.js").GateAverages>} of its model, over the sample photos
 */
export async function getGateAverages(id) {
  return (await request(`/traces/${id}/gates/average`)).json();
}

/**
 * What comes to a gate, by channel.
 * @param {string} id
 * @param {string} site
 * @param {number[]} channels
 * @returns {Promise<import("../parts/image/scene.js").HeatMap[]>}
 */
export async function getMaps(id, site, channels) {
  const asked = new URLSearchParams({ site, of: "x", format: "npy", channels: channels.join() });
  const { shape, data } = readNpy(await (await request(`/traces/${id}/maps?${asked}`)).arrayBuffer());
  const [, rows, columns] = shape;
  const values = /** @type {Float32Array} */ (data);
  const size = rows * columns;
  return channels.map((_, i) => ({ rows, columns, values: values.subarray(i * size, (i + 1) * size) }));
}

/**
 * The mask or the picture that a network gives.
 * @param {string} id
 * @param {AbortSignal} [signal]
 */
export async function getOutputPicture(id, signal) {
  return createImageBitmap(await (await request(`/traces/${id}/output.png`, { signal })).blob());
}

/**
 * @param {string} id
 * @param {string} other
 * @returns {Promise<import("../schema.js").Difference>} between the outputs of two traces
 */
export async function getDifference(id, other) {
  return (await request(`/traces/${id}/difference?other=${other}`)).json();
}

/**
 * Runs the photo of a trace again, with something changed.
 * @param {string} id
 * @param {import("../math/intervention.js").Intervention} intervention
 * @returns {Promise<ImageTrace>}
 */
export async function postIntervention(id, intervention) {
  return (await post(`/traces/${id}/interventions`, intervention)).json();
}
