/** What a segmentation of streets misses: how much of each class two decoders find, thin things and large. */

import { getPart } from "../../core/api.js";
import { html } from "../../core/dom.js";

/**
 * @typedef {import("../reader/partreader.js").PartReader} PartReader
 * @typedef {{score: number, low: number, high: number}} Figure of intersection over union, 0 to 1
 * @typedef {{iou: Record<string, Figure>, thin: Figure, large: Figure}} Decoder
 * @typedef {{data: string, classes: {label: string, group: string}[], models: Record<string, Decoder>}} Evidence
 * @typedef {{decoders: string[]}} Options
 */

const EVIDENCE = "/static/lab/streets.json";
const GROUPS = /** @type {const} */ (["thin", "large"]);

/**
 * @param {PartReader} reader
 * @returns {Promise<Evidence>}
 */
function measured(reader) {
  return getPart(EVIDENCE, reader.words("title"));
}

/**
 * @param {Figure} figure
 * @param {PartReader} reader
 */
function bar({ score, low, high }, reader) {
  const percent = (/** @type {number} */ share) => reader.number(100 * share);
  const said = html(
    "span",
    {},
    `${percent(score)} %`,
    html("small", {}, ` ${percent(low)}–${percent(high)}`),
  );
  const drawn = html("span", { class: "street-bar", "aria-hidden": "true" });
  drawn.style.setProperty("--share", `${100 * score}%`);
  return html("td", {}, drawn, said);
}

/**
 * Rows of a table by group, the thin things first.
 * @param {Evidence} evidence
 * @param {string[]} names of decoders
 * @param {PartReader} reader
 */
function rowsOf({ classes, models }, names, reader) {
  return [...GROUPS, ""].map((group) => {
    const own = classes.filter((each) => each.group === group);
    const head = html(
      "th",
      { scope: "rowgroup", colspan: String(names.length + 1) },
      reader.words(`group-${group}`),
    );
    const rows = own.map(({ label }) => {
      const figures = names.map((name) => bar(models[name].iou[label], reader));
      return html("tr", {}, html("th", { scope: "row", lang: "en" }, label), ...figures);
    });
    return html("tbody", {}, html("tr", { class: "street-group" }, head), ...rows);
  });
}

/**
 * @param {HTMLElement} root
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function show(root, { decoders }, reader) {
  const evidence = await measured(reader);
  const heads = decoders.map((name) => html("th", { scope: "col" }, reader.words(name)));
  const head = html(
    "thead",
    {},
    html("tr", {}, html("th", { scope: "col" }, reader.words("class")), ...heads),
  );
  const table = html("table", { class: "street-table" }, head, ...rowsOf(evidence, decoders, reader));
  root.append(
    table,
    html("p", { class: "quiet" }, reader.words("about"), " ", html("span", { lang: "en" }, evidence.data)),
  );
}

/**
 * The group in which the second decoder finds more than the first by most.
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function answer({ decoders: [first, second] }, reader) {
  const { models } = await measured(reader);
  const [thin, large] = GROUPS.map((group) => models[second][group].score - models[first][group].score);
  const said = { thin: reader.number(100 * thin, 1), large: reader.number(100 * large, 1) };
  return { value: thin > large ? "thin" : "large", words: reader.words("gains", said) };
}
