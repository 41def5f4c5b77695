/**
 * The one place that talks to the server.
 *
 * @typedef {import("../schema.js").ImageTrace} ImageTrace
 * @typedef {import("../schema.js").Statistics} Statistics entropy and distance of every head
 * @typedef {import("../schema.js").Heatmaps} Heatmaps
 * @typedef {import("../math/query.js").Query} Query
 * @typedef {{file: Blob} | {sample: string}} Source
 * @typedef {{model: string, resolution: number, intervention?: import("../math/intervention.js").Intervention | null}} Choice
 */

import { spellQuery } from "../math/query.js";
import { readNpy } from "./npy.js";

export const ROOT = "/api/v1";

/** What the server said was wrong, in its own sentence. */
export class ApiError extends Error {
  /**
   * @param {number} status
   * @param {string} detail
   */
  constructor(status, detail) {
    super(detail);
    this.status = status;
  }

  /** Whether what was asked for is not kept, or no longer. */
  get gone() {
    return this.status === 404 || this.status === 410;
  }
}

/**
 * What went wrong, as the page says it.
 * @param {unknown} error
 */
export function sentenceOf(error) {
  return error instanceof Error ? error.message : String(error);
}

/**
 * Whether somebody stopped it: nothing went wrong.
 * @param {unknown} error
 */
export function isStopped(error) {
  return error instanceof DOMException && error.name === "AbortError";
}

/**
 * @param {string} path
 * @param {RequestInit} [options]
 * @returns {Promise<Response>} whatever its status
 */
async function send(path, options = {}) {
  return fetch(ROOT + path, options).catch((error) => {
    if (error.name === "AbortError") throw error;
    throw unreachable();
  });
}

export function unreachable() {
  return new ApiError(0, "The server cannot be reached. Is it still running? Try again.");
}

/**
 * Asks a busy server (503) again after the time it names, until the signal stops it.
 * @param {string} path
 * @param {RequestInit} [options]
 * @param {(seconds: number) => void} [onWait]
 * @param {typeof send} [sending]
 * @returns {Promise<Response>}
 */
export async function request(path, options = {}, onWait = () => {}, sending = send) {
  for (;;) {
    const response = await sending(path, options);
    if (response.ok) return response;
    const seconds = Number(response.headers.get("Retry-After"));
    if (response.status !== 503 || !seconds || seconds > 30) {
      throw new ApiError(response.status, await detailOf(response));
    }
    onWait(seconds);
    await pause(seconds * 1000, options.signal);
  }
}

/** @param {Response} response */
async function detailOf(response) {
  try {
    return (await response.json()).detail ?? response.statusText;
  } catch {
    return `The server answered ${response.status} ${response.statusText}.`;
  }
}

/**
 * A file of the page's own, as JSON: its colours, what was measured.
 * @param {string} url
 * @param {string} what for the sentence that says it did not come
 */
export async function getPart(url, what) {
  const response = await fetch(url).catch(() => null);
  const found = response?.ok ? await response.json().catch(() => null) : null;
  if (found) return found;
  const why = response ? `: the server answered ${response.status}` : "";
  throw new ApiError(response?.status ?? 0, `${what} did not arrive${why}.`);
}

/** The colour tables, each a string of hexadecimal digits.
 * @returns {Promise<Record<string, string>>}
 */
export function getColours() {
  return getPart("/static/colormaps.json", "The colours of this page");
}

/**
 * Posts a form or JSON.
 * @param {string} path
 * @param {FormData | object} body
 * @param {AbortSignal} [signal]
 * @param {(seconds: number) => void} [onWait]
 * @returns {Promise<Response>}
 */
export async function post(path, body, signal, onWait = () => {}) {
  const form = body instanceof FormData;
  const headers = form ? undefined : { "Content-Type": "application/json" };
  const sent = form ? body : JSON.stringify(body);
  return request(path, { method: "POST", body: sent, headers, signal }, onWait);
}

/**
 * Runs the model on a photo.
 * @param {Source} source
 * @param {Choice} choice
 * @param {AbortSignal} [signal]
 * @param {(seconds: number) => void} [onWait]
 * @returns {Promise<ImageTrace>}
 */
export async function postTrace(source, choice, signal, onWait) {
  return (await post("/images/traces", formOf(source, choice), signal, onWait)).json();
}

/**
 * @param {Source} source
 * @param {Choice} choice
 */
function formOf(source, { model, resolution, intervention }) {
  const form = new FormData();
  if ("file" in source) form.set("file", source.file, "photo");
  else form.set("sample", source.sample);
  if (model) form.set("model", model);
  form.set("resolution", String(resolution));
  if (intervention) form.set("intervention", JSON.stringify(intervention));
  return form;
}

/**
 * One picture through several heads of the vision lab.
 * @param {Blob} file
 * @param {readonly string[]} models
 * @param {import("../schema.js").Intervention} intervention
 * @param {AbortSignal} signal
 * @param {(seconds: number) => void} onWait
 * @returns {Promise<import("../schema.js").LabPhoto>}
 */
export async function postHeads(file, models, intervention, signal, onWait) {
  const form = new FormData();
  form.set("file", file, "picture");
  form.set("models", models.join());
  if (Object.keys(intervention).length) form.set("intervention", JSON.stringify(intervention));
  return (await post("/lab/vision", form, signal, onWait)).json();
}

/**
 * @param {number} milliseconds
 * @param {AbortSignal | null} [signal]
 */
function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, milliseconds);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new DOMException("Stopped", "AbortError"));
    });
  });
}

/**
 * @param {string} id
 * @param {AbortSignal} [signal]
 * @returns {Promise<ImageTrace>}
 */
export async function getTrace(id, signal) {
  return (await request(`/traces/${id}`, { signal })).json();
}

/**
 * The photo of a trace as the model saw it, upright and reduced: a JPEG that any browser shows alike.
 * @param {string} id
 * @param {AbortSignal} [signal]
 */
export async function getPhoto(id, signal) {
  return (await request(`/traces/${id}/photo`, { signal })).blob();
}

/**
 * Queries and keys of a site.
 * @param {string} id
 * @param {string} site
 * @param {AbortSignal} [signal]
 * @returns {Promise<import("../math/attention.js").QK>}
 */
export async function getQK(id, site, signal) {
  const response = await request(`/traces/${id}/qk?site=${site}`, { signal });
  const { shape, data } = readNpy(await response.arrayBuffer());
  const [, heads, tokens, width] = shape;
  const half = heads * tokens * width;
  const values = /** @type {Float32Array} */ (data);
  return { q: values.subarray(0, half), k: values.subarray(half), heads, tokens, width };
}

/**
 * @param {string} id
 * @param {import("../math/query.js").AnyQuery} query
 * @param {"rollout" | "window-rollout"} method
 * @returns {Promise<Float32Array>} over all keys; through windows, over the patches
 */
export async function getRollout(id, query, method) {
  const path = `/traces/${id}/rollout?method=${method}&format=npy&query=${spellQuery(query)}`;
  const response = await request(path);
  return /** @type {Float32Array} */ (readNpy(await response.arrayBuffer()).data);
}

/**
 * @param {string} id
 * @returns {Promise<import("./npy.js").NpyArray>}
 */
export async function getSaliency(id) {
  const response = await request(`/traces/${id}/saliency?format=npy`);
  return readNpy(await response.arrayBuffer());
}

/**
 * @param {string} id
 * @returns {Promise<Statistics>}
 */
export async function getStatistics(id) {
  return (await request(`/traces/${id}/statistics`)).json();
}

/**
 * The path of one query's numbers step by step; `top` lists only the keys with the most weight.
 * @param {string} id
 * @param {{site: string, head: number, query: import("../math/query.js").AnyQuery, top: number | null}} choice
 */
export function stepsPath(id, { site, head, query, top }) {
  const asked = new URLSearchParams({ site, head: String(head), query: spellQuery(query) });
  if (top !== null) asked.set("top", String(top));
  return `/traces/${id}/steps?${asked}`;
}

/**
 * Query, key and value step by step.
 * @param {string} path
 * @param {AbortSignal} [signal]
 * @returns {Promise<import("../schema.js").QueryKeyValue>}
 */
export async function getSteps(path, signal) {
  return (await request(path, { signal })).json();
}

/**
 * Numbers at an address, as NPY.
 * @param {string} path with format=npy
 */
export async function getArray(path) {
  return readNpy(await (await request(path)).arrayBuffer());
}

/**
 * The class maps of all layers of a convolutional classifier, in eight bits.
 * @param {string} path
 * @returns {Promise<Heatmaps[]>}
 */
export async function getLayerMaps(path) {
  return (await request(path)).json();
}

/**
 * A classifier's most probable classes.
 * @param {string} id
 * @param {number} top
 * @param {AbortSignal} [signal]
 * @returns {Promise<import("../schema.js").ClassProbability[]>}
 */
export async function getVerdict(id, top, signal) {
  return (await (await request(`/traces/${id}/verdict?top=${top}`, { signal })).json()).classes;
}

/**
 * The layers of a convolutional classifier; none of a network that is no plain chain of convolutions.
 * @param {string} id
 * @param {AbortSignal} [signal]
 * @returns {Promise<import("../schema.js").Layer[]>}
 */
export async function getLayers(id, signal) {
  try {
    return (await (await request(`/traces/${id}/layers`, { signal })).json()).layers;
  } catch (error) {
    if (error instanceof ApiError && error.status === 422) return [];
    throw error;
  }
}

/**
 * What a classifier says of what a lens leaves of a photo.
 * @param {string} path
 * @returns {Promise<import("../schema.js").Selection>}
 */
export async function getSelection(path) {
  return (await request(path)).json();
}

/**
 * What one query sees at every site.
 * @param {string} id
 * @param {import("../math/query.js").AnyQuery} query
 * @param {AbortSignal} [signal]
 * @returns {Promise<Heatmaps[]>}
 */
export async function getHeatmaps(id, query, signal) {
  return (await request(`/traces/${id}/heatmaps?query=${spellQuery(query)}`, { signal })).json();
}

/**
 * Weights of a site: of one head (queries, keys), or of all (heads, queries, keys); exact float32.
 * @param {string} id
 * @param {string} site
 * @param {string} [head] a number, "mean" or "max"
 * @param {AbortSignal} [signal]
 * @returns {Promise<import("./npy.js").NpyArray>}
 */
export async function getWeights(id, site, head, signal) {
  const query = new URLSearchParams({ site, format: "npy", ...(head ? { head } : {}) });
  const response = await request(`/traces/${id}/weights?${query}`, { signal });
  return readNpy(await response.arrayBuffer());
}

/**
 * What else a model shows of itself: the encoder's embeddings or states a token, its last state.
 * @param {string} id
 * @param {string} name of the trace's outputs
 * @returns {Promise<{shape: number[], data: Float32Array}>}
 */
export async function getOutput(id, name) {
  const response = await request(`/traces/${id}/outputs/${name}?format=npy`);
  const { shape, data } = readNpy(await response.arrayBuffer());
  return { shape, data: /** @type {Float32Array} */ (data) };
}

/**
 * The bytes of an address below the API's root.
 * @param {string} path
 */
export async function getFile(path) {
  return (await request(path)).blob();
}
