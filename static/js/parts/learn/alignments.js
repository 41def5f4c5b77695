/**
 * What decoders look at, side by side: a matrix a model, with the score that its weights come from. The
 * reader may switch attention off, or pin it to source words, and sees which words change.
 */

import { html } from "../../core/dom.js";
import { formatWeight } from "../../math/colour.js";
import { matrixOf, slice } from "../../math/words.js";
import { inkTable } from "../ink.js";
import { changes } from "../lesson/changes.js";
import { segments } from "../lesson/inputs.js";
import { quoted } from "../lettering.js";
import { MatrixView, NOWHERE } from "../matrix/matrix.js";
import { TextLine } from "../passage/line.js";
import { partners } from "../passage/readout.js";
import { formula } from "../steps/mathml.js";
import { scoreOf } from "../steps/scores.js";

/**
 * @typedef {"on" | "off" | "pinned"} Attention
 * @typedef {object} Options
 * @property {string[]} models
 * @property {boolean} steered whether attention can be pinned and switched off
 * @property {Attention} attention
 * @property {string} pin the source word it is pinned to at first
 * @typedef {import("../reader/partreader.js").PartReader} PartReader
 * @typedef {import("../../schema.js").TranslationTrace} TranslationTrace
 * @typedef {import("../../schema.js").Text} Text
 */

const THRESHOLD = 0.2; // partners that are named weigh this or more
const HEIGHT = 360; // pixels of a matrix

/**
 * @param {HTMLElement} root
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function show(root, options, reader) {
  const free = await Promise.all(options.models.map((model) => reader.translated(model)));
  const lanes = free.map((trace) => new AlignmentLane(trace, options.steered, reader));
  const later = changes(reader);
  let attention = options.attention;
  let pin = wordAt(free[0].source, options.pin);
  const line = html("p", { class: "line", role: "group", "aria-label": reader.words("pin"), lang: "en" });
  const draw = async () => {
    const more = moreOf(attention, free[0].source, pin);
    line.hidden = attention !== "pinned";
    units.light([], pin);
    const found = await Promise.all(options.models.map((model) => reader.translated(model, more)));
    found.forEach((trace, i) => void lanes[i].draw(trace, attention));
  };
  const units = new TextLine(line, {
    point: () => {},
    choose: (word) => {
      pin = word;
      later(draw);
    },
  });
  units.draw(free[0].source, "word");
  const ways = /** @type {const} */ (["on", "pinned", "off"]);
  const named = ways.map((way) => /** @type {const} */ ([way, reader.words(way)]));
  const choice = segments(reader.words("attention"), named, attention, (way) => {
    attention = /** @type {Attention} */ (way);
    later(draw);
  });
  if (options.steered) root.append(html("div", { class: "fields-row" }, choice), line);
  root.append(html("div", { class: "side-by-side" }, ...lanes.map(({ element }) => element)));
  await draw();
}

/**
 * How much of a model's translation stays when attention is as the options say: words that still stand.
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function answer({ models: [model], attention, pin }, reader) {
  const free = await reader.translated(model);
  const more = moreOf(attention, free.source, wordAt(free.source, pin));
  const found = await reader.translated(model, more);
  const [before, after] = [free.target.text, found.target.text];
  return { value: before === after ? "same" : "other", words: reader.words("answer", { before, after }) };
}

/**
 * The fields of a request.
 * @param {Attention} attention
 * @param {Text} source
 * @param {number} pin a word
 */
export function moreOf(attention, { words }, pin) {
  if (attention === "off") return { attention: false };
  const word = words[pin];
  if (attention === "on" || !word) return {};
  return { pins: [{ source: Array.from({ length: word.last - word.first }, (_, i) => word.first + i) }] };
}

/**
 * The word that is attended: the one that is named, else the second, which is seldom an article.
 * @param {Pick<Text, "words">} text
 * @param {string} wanted
 */
export function wordAt({ words }, wanted) {
  const found = words.findIndex(({ text }) => text.toLowerCase() === wanted.toLowerCase());
  return found < 0 ? Math.min(1, words.length - 1) : found;
}

class AlignmentLane {
  /**
   * @param {TranslationTrace} free what the model writes where it looks as it likes
   * @param {boolean} steered whether it may be made to look otherwise
   * @param {PartReader} reader
   */
  constructor(free, steered, reader) {
    this.hint = reader.words(steered ? "hint-steered" : "hint");
    this.free = free;
    this.reader = reader;
    this.written = html("p", { class: "line", lang: "fr" });
    this.told = html("p", { class: "quiet readout" });
    const named = { tabindex: "0", role: "application", "aria-roledescription": reader.words("matrix") };
    const grid = html("div", { class: "matrix", ...named, "aria-label": reader.words("matrix-keys") });
    this.view = new MatrixView(grid, { spot: (spot) => this.point(spot), choose: () => {} });
    this.element = html(
      "section",
      {},
      html("h3", {}, reader.words(free.model)),
      html("div", { class: "lane-formula" }, formula(scoreOf(free.model))),
      this.written,
      grid,
      this.told,
    );
  }

  /**
   * @param {TranslationTrace} trace
   * @param {Attention} attention
   */
  draw(trace, attention) {
    const { source, target, alignment } = trace;
    this.written.replaceChildren(...changed(this.free.target, target));
    const weights = Float32Array.from(alignment?.weights.flat() ?? []);
    this.matrix = matrixOf(weights, target, source, "word");
    const table = inkTable(this.reader.dark);
    const fit = /** @type {const} */ ("words");
    this.view.draw(this.matrix, { scale: { low: 0, high: 1 }, table, until: Infinity, fit, height: HEIGHT });
    this.view.element.classList.toggle("unused", attention === "off");
    this.point(NOWHERE);
  }

  /** @param {import("../matrix/matrix.js").Spot} spot */
  point(spot) {
    const { matrix, hint } = this;
    if (!matrix) return;
    this.view.light(spot);
    this.told.textContent = spot.row === null ? hint : rowSaid(matrix, spot.row);
  }
}

/**
 * A word of the translation and what it was written from.
 * @param {import("../../math/words.js").Matrix} matrix
 * @param {number} row
 */
function rowSaid(matrix, row) {
  const values = slice(matrix, { row });
  const said = partners(values, THRESHOLD).map(
    (i) => `${quoted(matrix.columns[i].text)} ${formatWeight(values[i])}`,
  );
  return `${quoted(matrix.rows[row].text)} ← ${said.join(", ")}`;
}

/**
 * A translation whose words that were not there before are marked.
 * @param {Text} before
 * @param {Text} after
 */
function changed(before, after) {
  const known = new Set(before.words.map(({ text }) => text.toLowerCase()));
  const points = [...after.text];
  let at = 0;
  const nodes = after.words.flatMap(({ text, start, end, special }) => {
    if (special) return [];
    const between = points.slice(at, start).join("");
    at = end;
    return [between, known.has(text.toLowerCase()) ? text : html("mark", {}, text)];
  });
  return [...nodes, points.slice(at).join("")];
}
