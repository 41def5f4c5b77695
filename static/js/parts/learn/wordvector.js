/** A word of the reader's sentence as a vector: its row of the model's table, and the rows nearest to it. */

import { html } from "../../core/dom.js";
import { tokenLabel } from "../../math/words.js";
import { embeddings, tokensOf } from "../lesson/asked.js";
import { changes } from "../lesson/changes.js";
import { bar } from "../lesson/inputs.js";
import { TextLine } from "../passage/line.js";
import { cells } from "../steps/cells.js";
import { reachOf } from "../steps/numbers.js";

/**
 * @typedef {import("../../schema.js").Text} Text
 * @typedef {import("../../schema.js").EmbeddedToken} EmbeddedToken
 * @typedef {import("../../schema.js").Embeddings} Embeddings
 * @typedef {import("../reader/partreader.js").PartReader} PartReader
 * @typedef {object} Options
 * @property {string} model
 * @property {string} word to begin with; "" for the longest of the sentence
 * @property {number} top neighbours
 */

const CELLS = 48; // numbers in a row of the strip

/**
 * @param {HTMLElement} root
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function show(root, options, reader) {
  const text = await tokensOf(reader.sentence(), options.model);
  const line = html("p", { class: "line", role: "group", "aria-label": reader.words("line"), lang: "en" });
  const said = html("p", { class: "told", "aria-live": "polite" });
  const strip = html("div", { class: "whole-strip" });
  const near = html("table", { class: "told-table" });
  const later = changes(reader);
  const units = new TextLine(line, { point: () => {}, choose: (token) => void later(() => choose(token)) });
  const choose = async (/** @type {number} */ token) => {
    units.light([], token);
    const { word, index } = placeOf(text, token);
    const found = await embeddings(options.model, word, options.top);
    const one = found.tokens[index] ?? found.tokens[0];
    said.textContent = reader.words("said", saidOf(one, found, reader));
    const table = /** @type {Uint8Array} */ (reader.tables.get("vik"));
    strip.replaceChildren(cells("", one.vector, reachOf(one.vector), table, CELLS).canvas);
    near.replaceChildren(...rows(one, reader));
  };
  root.append(line, said, strip, near);
  units.draw(text, "token");
  await choose(firstOf(text, options.word));
}

/**
 * What the model has nearest to the word.
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function answer({ model, word: wanted }, reader) {
  const text = await tokensOf(reader.sentence(), model);
  const word = wanted || placeOf(text, firstOf(text, "")).word;
  const [{ neighbours }] = (await embeddings(model, word, 1)).tokens;
  const [{ text: nearest, cosine }] = neighbours;
  const words = reader.words("answer", {
    word,
    other: tokenLabel(nearest),
    cosine: reader.number(cosine, 2),
  });
  return { value: nearest.replace("▁", ""), words };
}

/**
 * The word that holds a token, and which of its tokens that is: a piece alone would be read otherwise.
 * @param {Pick<Text, "words" | "tokens">} text
 * @param {number} token
 */
export function placeOf({ words, tokens }, token) {
  const found = words.find(({ first, last }) => token >= first && token < last);
  return found ? { word: found.text, index: token - found.first } : { word: tokens[token].surface, index: 0 };
}

/**
 * The token to begin with: of a word that is named, else of the longest.
 * @param {Pick<Text, "words">} text
 * @param {string} wanted
 */
export function firstOf({ words }, wanted) {
  const own = words.filter(({ special }) => !special);
  const named = own.find(({ text }) => text.toLowerCase() === wanted.toLowerCase());
  const longest = own.reduce((best, word) => (word.text.length > best.text.length ? word : best), own[0]);
  return (named ?? longest)?.first ?? 0;
}

/**
 * @param {EmbeddedToken} one
 * @param {Embeddings} table
 * @param {PartReader} reader
 */
function saidOf({ token, vector }, { vocabulary, width }, reader) {
  const [low, high] = [Math.min(...vector), Math.max(...vector)].map((value) => reader.number(value, 2));
  const size = reader.number(vocabulary);
  return { token: tokenLabel(token.text), id: reader.number(token.id), vocabulary: size, width, low, high };
}

/**
 * @param {EmbeddedToken} one
 * @param {PartReader} reader
 */
function rows({ token, neighbours }, reader) {
  const heads = [reader.words("neighbour", { token: tokenLabel(token.text) }), reader.words("cosine")];
  const body = neighbours.map(({ text, cosine }) =>
    html(
      "tr",
      {},
      html("th", { scope: "row", lang: "" }, tokenLabel(text)),
      html("td", {}, bar(cosine, reader.number(cosine, 2))),
    ),
  );
  return [
    html("thead", {}, html("tr", {}, ...heads.map((head) => html("th", { scope: "col" }, head)))),
    html("tbody", {}, ...body),
  ];
}
