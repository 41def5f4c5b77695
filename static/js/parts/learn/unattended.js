/**
 * Two channels in one sentence: a word that is attended, and the rest, which comes through at a level of the
 * reader's choice. What does the translator still say, and which word has which threshold?
 */

import { html } from "../../core/dom.js";
import { shareLeft, thresholds } from "../../math/passages.js";
import { changes } from "../lesson/changes.js";
import { bar, slider } from "../lesson/inputs.js";
import { TextLine } from "../passage/line.js";
import { moreOf, wordAt } from "./alignments.js";

/**
 * @typedef {object} Options
 * @property {string} model
 * @property {string} text "" for the reader's sentence
 * @property {string} word that is attended at first; "" for the second of the sentence
 * @property {number} level which of the levels is shown
 * @typedef {import("../reader/partreader.js").PartReader} PartReader
 * @typedef {import("../../math/passages.js").Heard} Heard
 */

const LEVELS = [0, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 1]; // what weights of the rest are multiplied by

/**
 * @param {HTMLElement} root
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function show(root, options, reader) {
  const { source, target } = await whole(options, reader);
  const line = html("p", {
    class: "line",
    role: "group",
    "aria-label": reader.words("attended"),
    lang: "en",
  });
  const written = html("p", { class: "line heard", lang: "fr" });
  const said = html("p", { class: "told", "aria-live": "polite" });
  const table = html("table", { class: "told-table" });
  const later = changes(reader);
  let [level, word] = [options.level, wordAt(source, options.word)];
  /** @type {Heard[]} */
  let heard = [];
  const tell = () => {
    const { text } = heard[level];
    const left = shareLeft(target.text, text);
    written.textContent = text;
    said.textContent = reader.words("said", {
      share: reader.number(100 * left),
      level: percent(level, reader),
    });
  };
  const listen = async () => {
    units.light([], word);
    heard = await heardOf(options, source, word, reader);
    table.replaceChildren(...rows(target.text, heard, reader));
    tell();
  };
  const units = new TextLine(line, {
    point: () => {},
    choose: (chosen) => {
      word = chosen;
      later(listen);
    },
  });
  units.draw(source, "word");
  const range = { label: reader.words("slider"), min: 0, max: LEVELS.length - 1, value: level };
  const field = slider({ ...range, said: (at) => percent(at, reader) }, (at) => {
    level = at;
    tell();
  });
  root.append(line, field.element, written, said, table);
  await listen();
}

/**
 * How little of the rest is enough for the whole translation: the highest threshold of its words.
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function answer(options, reader) {
  const { source, target } = await whole(options, reader);
  const heard = await heardOf(options, source, wordAt(source, options.word), reader);
  const levels = thresholds(target.text, heard).map(({ level }) => level ?? Infinity);
  const value = Math.max(...levels);
  const [filtered] = heard;
  const share = reader.number(100 * value, value < 0.01 ? 2 : 0);
  return { value, words: reader.words("answer", { text: filtered.text, share }) };
}

/**
 * What is written where all of the sentence is heard.
 * @param {Options} options
 * @param {PartReader} reader
 */
function whole({ model, text }, reader) {
  return reader.translated(model, text ? { text } : {});
}

/**
 * What the model writes at every level.
 * @param {Options} options
 * @param {import("../../schema.js").Text} source
 * @param {number} word
 * @param {PartReader} reader
 * @returns {Promise<Heard[]>}
 */
async function heardOf({ model, text }, source, word, reader) {
  const pinned = { ...moreOf("pinned", source, word), ...(text ? { text } : {}) };
  const traces = LEVELS.map((others) => reader.translated(model, { ...pinned, others }));
  return (await Promise.all(traces)).map(({ target }, i) => ({ level: LEVELS[i], text: target.text }));
}

/**
 * @param {number} at
 * @param {PartReader} reader
 */
function percent(at, reader) {
  return levelSaid(LEVELS[at], reader);
}

/**
 * @param {number} level
 * @param {PartReader} reader
 */
function levelSaid(level, reader) {
  const digits = level === 0 || level >= 0.01 ? 0 : level >= 0.001 ? 1 : 2;
  return `${reader.number(100 * level, digits)} %`;
}

/**
 * Words by their thresholds, the lowest first.
 * @param {string} whole
 * @param {Heard[]} heard
 * @param {PartReader} reader
 */
function rows(whole, heard, reader) {
  const heads = ["word", "threshold"].map((key) => html("th", { scope: "col" }, reader.words(key)));
  const steps = LEVELS.length - 1;
  const body = thresholds(whole, heard)
    .toSorted((a, b) => (a.level ?? 2) - (b.level ?? 2))
    .map(({ word, level }) => {
      const said = level === null ? reader.words("never") : levelSaid(level, reader);
      const share = level === null ? 1 : LEVELS.indexOf(level) / steps;
      return html("tr", {}, html("th", { scope: "row", lang: "fr" }, word), html("td", {}, bar(share, said)));
    });
  return [html("thead", {}, html("tr", {}, ...heads)), html("tbody", {}, ...body)];
}
