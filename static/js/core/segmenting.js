/** Calls of the API about street scenes. */

import { post, request } from "./api.js";

/**
 * One photo through several models of street scenes.
 * @param {import("./api.js").Source} source
 * @param {readonly string[]} models
 * @param {AbortSignal} signal
 * @param {(seconds: number) => void} onWait
 * @returns {Promise<import("../schema.js").StreetPhoto>}
 */
export async function postStreets(source, models, signal, onWait) {
  const form = new FormData();
  if ("file" in source) form.set("file", source.file, "photo");
  else form.set("sample", source.sample);
  form.set("models", models.join());
  return (await post("/lab/streets", form, signal, onWait)).json();
}

/**
 * @param {string} id
 * @param {AbortSignal} [signal]
 * @returns {Promise<import("../schema.js").Segmentation>}
 */
export async function getSegmentation(id, signal) {
  return (await request(`/traces/${id}/segmentation`, { signal })).json();
}
