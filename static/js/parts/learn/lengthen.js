/** The bottleneck on the reader's sentence: clause by clause it grows, and two models say what they kept. */

import { html } from "../../core/dom.js";
import { keptIn, saidTwice, wordsOf } from "../../math/passages.js";
import { changes } from "../lesson/changes.js";
import { slider } from "../lesson/inputs.js";

/**
 * @typedef {object} Options
 * @property {string[]} models
 * @property {string[]} clauses each goes on where the one before it ended
 * @property {number} count of them that are there at first
 * @property {string[]} kept beginnings of the French words that say them, one a clause
 * @typedef {import("../reader/partreader.js").PartReader} Reader
 */

/**
 * @param {HTMLElement} root
 * @param {Options} options
 * @param {Reader} reader
 */
export async function show(root, options, reader) {
  const english = html("p", { class: "line", lang: "en" });
  const lanes = html("div", { class: "side-by-side" });
  const later = changes(reader);
  const draw = async (/** @type {number} */ count) => {
    const text = grown(reader.sentence(), options.clauses, count);
    const found = await Promise.all(options.models.map((model) => reader.translated(model, { text })));
    english.textContent = text;
    const stems = options.kept.slice(0, count);
    lanes.replaceChildren(...found.map(({ model, target }) => lane(model, target.text, stems, reader)));
  };
  const said = (/** @type {number} */ count) =>
    reader.words("words", { count: grown(reader.sentence(), options.clauses, count).split(" ").length });
  const range = { label: reader.words("slider"), min: 0, max: options.clauses.length, value: options.count };
  const size = slider({ ...range, said }, (count) => void later(() => draw(count)));
  root.append(size.element, english, lanes);
  await draw(options.count);
}

/**
 * How many of all clauses the first model keeps.
 * @param {Options} options
 * @param {Reader} reader
 */
export async function answer({ models, clauses, kept }, reader) {
  const text = grown(reader.sentence(), clauses, clauses.length);
  const [first, second] = await Promise.all(models.map((model) => reader.translated(model, { text })));
  const [own, other] = [first, second].map(({ target }) => keptIn(kept, target.text).length);
  return { value: own, words: reader.words("answer", { own, other, count: kept.length }) };
}

/**
 * A sentence with some clauses before its full stop.
 * @param {string} sentence
 * @param {readonly string[]} clauses
 * @param {number} count
 */
export function grown(sentence, clauses, count) {
  const [, bare, end] = /** @type {RegExpMatchArray} */ (sentence.trim().match(/^(.*?)([.!?…]*)$/su));
  return [bare, ...clauses.slice(0, count)].join(" ") + (end || ".");
}

/**
 * @param {string} model
 * @param {string} text
 * @param {string[]} stems
 * @param {Reader} reader
 */
function lane(model, text, stems, reader) {
  const kept = keptIn(stems, text);
  const twice = saidTwice(text);
  const said = [
    ...(stems.length ? [reader.words("kept", { kept: kept.length, count: stems.length })] : []),
    ...(twice ? [reader.words("twice", { twice })] : []),
  ];
  return html(
    "section",
    {},
    html("h3", {}, reader.words(model)),
    html("p", { class: "line", lang: "fr" }, ...marked(text, stems)),
    html("p", { class: "quiet", "aria-live": "polite" }, said.join(" ")),
  );
}

/**
 * A text whose words with one of the stems are marked.
 * @param {string} text
 * @param {string[]} stems
 */
function marked(text, stems) {
  return text.split(/([\p{L}\p{N}]+)/u).map((piece) => {
    const hit = wordsOf(piece).length > 0 && keptIn(stems, piece).length > 0;
    return hit ? html("mark", {}, piece) : piece;
  });
}
