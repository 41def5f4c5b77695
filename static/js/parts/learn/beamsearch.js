/** Greedy search beside a beam, on the reader's sentence: two translations, their probabilities, the tree. */

import { html } from "../../core/dom.js";
import { logProbability } from "../../math/passages.js";
import { drawBeams } from "../beams/beams.js";
import { changes } from "../lesson/changes.js";
import { segments } from "../lesson/inputs.js";

/**
 * @typedef {{model: string, beam: number, text: string}} Options `text`: "" for the reader's sentence
 * @typedef {import("../reader/partreader.js").PartReader} Reader
 */

const WIDTHS = [2, 4, 8];

/**
 * @param {HTMLElement} root
 * @param {Options} options
 * @param {Reader} reader
 */
export async function show(root, options, reader) {
  const found = html("table", { class: "told-table" });
  const named = {
    class: "scroll",
    tabindex: "0",
    role: "region",
    "aria-label": reader.words("translations"),
  };
  const tree = html("div", { lang: "en", class: "tree" });
  const later = changes(reader);
  const draw = async (/** @type {number} */ beam) => {
    const { greedy, wide } = await both({ ...options, beam }, reader);
    found.replaceChildren(...rows(greedy, wide, beam, reader));
    if (wide.beam) drawBeams(tree, { tree: wide.beam.nodes, path: wide.beam.path });
  };
  const widths = WIDTHS.map((width) => /** @type {const} */ ([String(width), String(width)]));
  const choice = segments(reader.words("width"), widths, String(options.beam), (value) => {
    later(() => draw(Number(value)));
  });
  if (options.text) root.append(html("p", { class: "line", lang: "en" }, options.text));
  root.append(choice, html("div", named, found), tree);
  await draw(options.beam);
}

/**
 * Whether the beam finds another translation, and how many times as likely it is to the model.
 * @param {Options} options
 * @param {Reader} reader
 */
export async function answer(options, reader) {
  const { greedy, wide } = await both(options, reader);
  const factor = Math.exp(logProbability(wide.steps) - logProbability(greedy.steps));
  const same = greedy.target.text === wide.target.text;
  const said = { greedy: greedy.target.text, beam: wide.target.text, factor: reader.number(factor, 1) };
  return { value: same ? "same" : "other", words: reader.words(same ? "same" : "other", said) };
}

/**
 * @param {Options} options
 * @param {Reader} reader
 */
async function both({ model, beam, text }, reader) {
  const own = text ? { text } : {};
  const asked = [reader.translated(model, own), reader.translated(model, { ...own, beam })];
  const [greedy, wide] = await Promise.all(asked);
  return { greedy, wide };
}

/**
 * @typedef {import("../../schema.js").TranslationTrace} TranslationTrace
 * @param {TranslationTrace} greedy
 * @param {TranslationTrace} wide
 * @param {number} beam
 * @param {Reader} reader
 */
function rows(greedy, wide, beam, reader) {
  const heads = ["search", "translation", "score", "mean"].map((key) =>
    html("th", { scope: "col" }, reader.words(key)),
  );
  const named = /** @type {const} */ ([
    [reader.words("greedy"), greedy],
    [reader.words("beam", { beam }), wide],
  ]);
  const body = named.map(([name, { target, steps }]) => {
    const score = logProbability(steps);
    return html(
      "tr",
      {},
      html("th", { scope: "row" }, name),
      html("td", { lang: "fr" }, target.text),
      html("td", { class: "number" }, reader.number(score, 2)),
      html("td", { class: "number" }, reader.number(score / steps.length, 2)),
    );
  });
  return [html("thead", {}, html("tr", {}, ...heads)), html("tbody", {}, ...body)];
}
