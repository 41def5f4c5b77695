/** What the sentence page asks of the server. */

import { ApiError, ROOT } from "../api.js";
import { readNpy } from "../npy.js";

/**
 * @typedef {import("../schema.js").TranslationTrace} TranslationTrace
 * @typedef {import("../schema.js").SentenceTrace} SentenceTrace
 * @typedef {import("../schema.js").Alignment} Alignment
 * @typedef {import("../schema.js").StreamStep} StreamStep
 * @typedef {import("../schema.js").StreamSentence} StreamSentence
 * @typedef {{name: "sentence", data: StreamSentence} | {name: "step", data: StreamStep} |
 *   {name: "trace", data: TranslationTrace}} StreamEvent
 */

/**
 * @param {string} path
 * @param {object} body
 * @param {AbortSignal} signal
 */
async function post(path, body, signal) {
  const options = {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    signal,
  };
  const response = await fetch(ROOT + path, options).catch((error) => {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, "The server cannot be reached. Is it still running? Try again.");
  });
  if (response.ok) return response;
  const problem = await response.json().catch(() => ({ detail: response.statusText }));
  throw new ApiError(response.status, problem.detail);
}

/**
 * A translation as it is written. Leaving the loop, or the signal, stops the server's work.
 * @param {object} body
 * @param {AbortSignal} signal
 * @returns {AsyncGenerator<StreamEvent>}
 */
export async function* streamed(body, signal) {
  const response = await post("/translations/stream", body, signal);
  const stream = /** @type {ReadableStream<Uint8Array<ArrayBuffer>>} */ (response.body);
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + value).split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const event = parsed(block);
      if (event.name === "problem") throw new ApiError(event.data.status, event.data.detail);
      if (event.name !== "done") yield event;
    }
  }
}

/**
 * One server-sent event.
 * @param {string} block
 */
export function parsed(block) {
  const [name, data] = block.split("\n");
  return { name: name.replace("event: ", ""), data: JSON.parse(data.replace("data: ", "")) };
}

/**
 * @param {object} body
 * @param {AbortSignal} signal
 * @returns {Promise<TranslationTrace>}
 */
export async function translated(body, signal) {
  return (await post("/translations/traces", body, signal)).json();
}

/**
 * @param {object} body
 * @param {AbortSignal} signal
 * @returns {Promise<SentenceTrace>}
 */
export async function read(body, signal) {
  return (await post("/sentences/traces", body, signal)).json();
}

/**
 * @param {object} body
 * @param {AbortSignal} signal
 * @returns {Promise<Alignment>}
 */
export async function aligned(body, signal) {
  return (await post("/alignment", body, signal)).json();
}

/**
 * Weights of a site: of one head (rows, columns), or of all (heads, rows, columns).
 * @param {string} trace
 * @param {string} site
 * @param {string | null} head
 * @param {AbortSignal} [signal]
 */
export async function weights(trace, site, head, signal) {
  const query = new URLSearchParams({ site, format: "npy", ...(head === null ? {} : { head }) });
  const response = await fetch(`${ROOT}/traces/${trace}/weights?${query}`, { signal });
  if (!response.ok) {
    const problem = await response.json().catch(() => ({ detail: response.statusText }));
    throw new ApiError(response.status, problem.detail);
  }
  return readNpy(await response.arrayBuffer());
}
