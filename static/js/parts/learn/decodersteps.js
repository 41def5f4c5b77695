/** The decoder's steps: what is fed in, what it expects next, what it writes, until it writes the end. */

import { html } from "../../core/dom.js";
import { tokenLabel } from "../../math/words.js";
import { slider } from "../lesson/inputs.js";
import { candidateItem, leastSure, listed } from "../passage/candidates.js";

/**
 * @typedef {{model: string}} Options
 * @typedef {import("../reader/partreader.js").PartReader} PartReader
 * @typedef {import("../../schema.js").DecodingStep} Step
 */

const START = "<START>";

/**
 * @param {HTMLElement} root
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function show(root, options, reader) {
  const { steps, source } = await reader.translated(options.model);
  const count = steps.length;
  const line = html("p", { class: "line written-line", lang: "fr" });
  const fed = html("p", { class: "told", "aria-live": "polite" });
  const list = html("ol", { class: "live-candidates", lang: "fr" });
  const place = (/** @type {number} */ at) => {
    const step = steps[at - 1];
    line.replaceChildren(...tokens(steps, at));
    fed.textContent = reader.words("fed", saidOf(steps, at, reader));
    list.replaceChildren(...listed(step).map((one) => candidateItem(one, `, ${reader.words("written")}`)));
  };
  const range = { label: reader.words("slider"), min: 1, max: count, value: 1 };
  const step = slider({ ...range, said: (at) => `${at} / ${count}` }, place);
  const read = html("p", { class: "quiet", lang: "en" }, source.text);
  root.append(read, step.element, line, fed, list);
  place(1);
}

/**
 * The step at which the model was least sure, and what it wrote there.
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function answer({ model }, reader) {
  const { steps } = await reader.translated(model);
  const at = leastSure(steps);
  const { token, entropy } = steps[at];
  const said = { step: at + 1, token: tokenLabel(token.text), entropy: reader.number(entropy, 2) };
  return { value: (at + 1) / steps.length, words: reader.words("answer", { ...said, count: steps.length }) };
}

/**
 * @param {readonly Step[]} steps
 * @param {number} at from 1
 * @param {PartReader} reader
 */
function saidOf(steps, at, reader) {
  const { entropy, vocabulary } = steps[at - 1];
  const before = at > 1 ? tokenLabel(steps[at - 2].token.text) : START;
  const most = reader.number(Math.log2(vocabulary), 1);
  return { step: at, before, entropy: reader.number(entropy, 2), most };
}

/**
 * All tokens from the start on, the ones that are yet to come faint.
 * @param {readonly Step[]} steps
 * @param {number} at from 1
 */
function tokens(steps, at) {
  const all = [START, ...steps.map(({ token }) => tokenLabel(token.text))];
  return all.flatMap((text, i) => {
    const state = i === at ? "unit chosen" : i > at ? "unit later" : "unit";
    return [html("span", { class: state, translate: "no" }, text), " "];
  });
}
