/** What the pages of texts ask of the server. */

import { ApiError, post, request } from "../../core/api.js";

/**
 * @typedef {import("../../schema.js").TranslationTrace} TranslationTrace
 * @typedef {import("../../schema.js").SentenceTrace} SentenceTrace
 * @typedef {import("../../schema.js").Alignment} Alignment
 * @typedef {import("../../schema.js").StreamStep} StreamStep
 * @typedef {import("../../schema.js").StreamSentence} StreamSentence
 * @typedef {{name: "sentence", data: StreamSentence} | {name: "step", data: StreamStep} |
 *   {name: "trace", data: TranslationTrace}} StreamEvent
 */

/**
 * A translation as it is written. Leaving the loop, or the signal, stops the server's work.
 * @param {object} body a TranslationRequest
 * @param {AbortSignal} signal
 * @param {(seconds: number) => void} [onWait]
 * @returns {AsyncGenerator<StreamEvent>}
 */
export async function* streamed(body, signal, onWait) {
  const response = await post("/translations/stream", body, signal, onWait);
  const stream = /** @type {ReadableStream<Uint8Array<ArrayBuffer>>} */ (response.body);
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) throw new ApiError(0, "The translation broke off: the server has gone. Try again.");
      const blocks = (rest + value).split("\n\n");
      rest = blocks.pop() ?? "";
      for (const block of blocks) {
        const { name, data } = parsed(block);
        if (name === "problem") throw new ApiError(data.status, data.detail);
        if (name === "done") return;
        yield/** @type {StreamEvent} */ ({ name, data });
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

/**
 * One server-sent event.
 * @param {string} block
 * @returns {{name: string, data: any}}
 */
export function parsed(block) {
  const [name, data] = block.split("\n");
  return { name: name.replace("event: ", ""), data: JSON.parse(data.replace("data: ", "")) };
}

/**
 * @template T
 * @param {string} path
 * @returns {(body: object, signal?: AbortSignal, onWait?: (seconds: number) => void) => Promise<T>}
 */
function asking(path) {
  return async (body, signal, onWait) => (await post(path, body, signal, onWait)).json();
}

/** @type {ReturnType<typeof asking<TranslationTrace>>} */
export const postTranslation = asking("/translations/traces");
/** @type {ReturnType<typeof asking<SentenceTrace>>} */
export const postSentence = asking("/sentences/traces");
/** @type {ReturnType<typeof asking<Alignment>>} */
export const postAlignment = asking("/alignment");
/** @type {ReturnType<typeof asking<import("../../schema.js").Tokens>>} */
export const postTokens = asking("/tokens");

/**
 * @param {string} id
 * @param {AbortSignal} [signal]
 * @returns {Promise<TranslationTrace>}
 */
export async function getTranslation(id, signal) {
  return (await request(`/traces/${id}`, { signal })).json();
}
