/**
 * What live parts ask of the server beside traces, each thing once a page: two parts of a chapter show one.
 *
 * @typedef {import("../../schema.js").TranslationTrace} TranslationTrace
 * @typedef {import("../../schema.js").Text} Text
 * @typedef {import("../../schema.js").Embeddings} Embeddings
 */

import { getPart, request } from "../../core/api.js";
import { postTokens } from "../text/stream.js";

const KEPT = 60; // answers
/** @type {Map<string, Promise<any>>} */
const known = new Map();

/**
 * @template T
 * @param {string} key
 * @param {() => Promise<T>} asking
 * @returns {Promise<T>}
 */
function once(key, asking) {
  const found = known.get(key);
  if (found) return found;
  const answer = asking().catch((error) => {
    known.delete(key);
    throw error;
  });
  known.set(key, answer);
  if (known.size > KEPT) known.delete([...known.keys()][0]);
  return answer;
}

/**
 * A text as a model reads it: its first sentence.
 * @param {string} text
 * @param {string} model
 * @returns {Promise<Text>}
 */
export async function tokensOf(text, model) {
  const { sentences } = await once(`tokens ${model} ${text}`, () => postTokens({ text, model }));
  return sentences[0];
}

/**
 * A word in a model's table of embeddings.
 * @param {string} model
 * @param {string} text
 * @param {number} top
 * @returns {Promise<Embeddings>}
 */
export function embeddings(model, text, top) {
  const path = `/models/${model}/embeddings?${new URLSearchParams({ text, top: String(top) })}`;
  return once(path, async () => (await request(path)).json());
}

/**
 * What was measured: a file of static/lab.
 * @param {"evidence" | "vision"} name
 */
export function measurements(name) {
  return once(`measured ${name}`, () => getPart(`/static/lab/${name}.json`, "What was measured"));
}
