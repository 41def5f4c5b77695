/** Query, key and value with the real numbers of the reader's sentence: the panel of the studios. */

import { html } from "../../core/dom.js";
import { openSteps } from "../steps/steps.js";

/**
 * @typedef {object} Options
 * @property {string} model
 * @property {string} word of the translation whose query is looked at; "" for the middle one
 * @property {string} step that is open, 1 to 8, or all
 * @typedef {import("../reader/partreader.js").PartReader} Reader
 * @typedef {import("../../schema.js").TranslationTrace} TranslationTrace
 */

/**
 * @param {HTMLElement} root
 * @param {Options} options
 * @param {Reader} reader
 */
export async function show(root, options, reader) {
  const trace = await reader.translated(options.model);
  const { alignment, sites, source, target } = trace;
  if (!alignment) throw new Error(reader.words("none"));
  const said = html("p", { class: "told" }, html("span", { lang: "en" }, source.text), " → ");
  said.append(html("span", { lang: "fr" }, target.text));
  const element = html("div", { lang: "en" }); // the panel is the studios', in their language
  root.append(said, element);
  openSteps({
    element,
    trace: trace.id,
    sites: sites.filter(({ kind }) => kind === "cross"),
    choice: { site: alignment.site, head: alignment.head, query: queryOf(trace, options.word) },
    table: /** @type {Uint8Array} */ (reader.tables.get("vik")),
    step: options.step,
    fixed: true,
    onProblem: reader.failed,
  });
}

/**
 * Which source token the query weighs most.
 * @param {Options} options
 * @param {Reader} reader
 */
export async function answer(options, reader) {
  const trace = await reader.translated(options.model);
  const query = queryOf(trace, options.word);
  const row = trace.alignment?.word_weights[wordAt(trace, query)] ?? [];
  const best = row.indexOf(Math.max(...row));
  const [asking, asked] = [trace.target.words[wordAt(trace, query)].text, trace.source.words[best].text];
  return {
    value: asked,
    words: reader.words("answer", { asking, asked, weight: reader.number(row[best], 2) }),
  };
}

/**
 * The decoding step that wrote a word: that word's first token, else the middle one.
 * @param {Pick<TranslationTrace, "target" | "steps">} trace
 * @param {string} word
 */
export function queryOf({ target, steps }, word) {
  const found = target.words.find(({ text }) => text.toLowerCase() === word.toLowerCase());
  return found ? found.first : Math.floor((steps.length - 1) / 2);
}

/**
 * @param {TranslationTrace} trace
 * @param {number} query
 */
function wordAt({ target }, query) {
  return target.words.findIndex(({ first, last }) => query >= first && query < last);
}
