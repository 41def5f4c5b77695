/**
 * Teacher forcing on the reader's sentence: a translation is given, and at every step the true words before
 * it are fed in. What would the model have written itself?
 */

import { html } from "../../core/dom.js";
import { formatShare } from "../../math/colour.js";
import { foreseen } from "../../math/passages.js";
import { tokenLabel } from "../../math/words.js";
import { changes } from "../lesson/changes.js";

/**
 * @typedef {{model: string, teacher: string, text: string}} Options `text`: "" for the reader's sentence
 * @typedef {import("../reader/partreader.js").PartReader} Reader
 * @typedef {import("../../schema.js").TranslationTrace} TranslationTrace
 */

const REST = 500; // milliseconds that a text rests before it is given

/**
 * @param {HTMLElement} root
 * @param {Options} options
 * @param {Reader} reader
 */
export async function show(root, options, reader) {
  const field = html("textarea", { rows: "2", lang: "fr", maxlength: "1000", spellcheck: "false" });
  const said = html("p", { class: "told", "aria-live": "polite" });
  const table = html("table", { class: "told-table forced-table" });
  const named = { class: "scroll", tabindex: "0", role: "region", "aria-label": reader.words("steps") };
  const later = changes(reader);
  const give = async (/** @type {string} */ target) => {
    const trace = await forced(options, target, reader);
    said.textContent = reader.words("said", saidOf(trace, reader));
    table.replaceChildren(...rows(trace, reader));
  };
  let timer = 0;
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = window.setTimeout(() => later(async () => field.value.trim() && give(field.value)), REST);
  });
  field.value = await taught(options, reader);
  if (options.text) root.append(html("p", { class: "line", lang: "en" }, options.text));
  root.append(html("label", { class: "forced-label" }, reader.words("given"), field), said);
  root.append(html("div", named, table));
  await give(field.value);
}

/**
 * How many percent of the teacher's tokens the model would have written itself.
 * @param {Options} options
 * @param {Reader} reader
 */
export async function answer(options, reader) {
  const target = await taught(options, reader);
  const said = saidOf(await forced(options, target, reader), reader);
  return { value: said.right / said.count, words: reader.words("said", said) };
}

/**
 * The translation that is given: that of the model that teaches.
 * @param {Options} options
 * @param {Reader} reader
 */
async function taught({ teacher, text }, reader) {
  return (await reader.translated(teacher, text ? { text } : {})).target.text;
}

/**
 * @param {Options} options
 * @param {string} target
 * @param {Reader} reader
 */
function forced({ model, text }, target, reader) {
  return reader.translated(model, { ...(text ? { text } : {}), target });
}

/**
 * @param {Pick<TranslationTrace, "steps">} trace
 * @param {Reader} reader
 */
function saidOf({ steps }, reader) {
  const right = foreseen(steps).filter(Boolean).length;
  return { right, count: steps.length, share: reader.number((100 * right) / Math.max(1, steps.length)) };
}

/**
 * @param {TranslationTrace} trace
 * @param {Reader} reader
 */
function rows({ steps }, reader) {
  const heads = ["fed", "due", "probability", "own"].map((key) =>
    html("th", { scope: "col" }, reader.words(key)),
  );
  const own = foreseen(steps);
  const body = steps.map(({ token, candidates }, i) => {
    const before = i ? tokenLabel(steps[i - 1].token.text) : "<START>";
    const [first] = candidates;
    const wrote = own[i] ? "=" : `${tokenLabel(first.text)} ${formatShare(first.probability)}`;
    return html(
      "tr",
      own[i] ? {} : { class: "missed" },
      html("th", { scope: "row", lang: "fr" }, before),
      html("td", { lang: "fr" }, tokenLabel(token.text)),
      html("td", { class: "number" }, formatShare(token.probability)),
      html("td", { lang: "fr" }, wrote),
    );
  });
  return [html("thead", {}, html("tr", {}, ...heads)), html("tbody", {}, ...body)];
}
