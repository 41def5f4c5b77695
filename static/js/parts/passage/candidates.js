/** One decoding step: what was written, what else the model considered, how sure it was. */

import { html, part } from "../../core/dom.js";
import { formatShare } from "../../math/colour.js";
import { tokenLabel } from "../../math/words.js";
import { quoted } from "../lettering.js";

/**
 * @typedef {import("../../schema.js").DecodingStep} Step
 * @typedef {import("../../schema.js").Text} Text
 * @typedef {import("../../schema.js").Candidate} Candidate
 * @typedef {object} Told where a decoding step stands
 * @property {number} index of the step
 * @property {Text} text
 * @property {boolean} written whether the text is what the steps wrote
 * @property {boolean} forced whether it was given and not found
 * @property {boolean} unasked whether nobody pointed at the step
 */

/**
 * The candidates to list: the likeliest, and what was written where it is not among them.
 * @param {Step} step
 * @returns {{candidate: Candidate, written: boolean}[]}
 */
export function listed({ token, candidates }) {
  const rows = candidates.map((candidate) => ({ candidate, written: candidate.id === token.id }));
  return rows.some((row) => row.written) ? rows : [...rows, { candidate: token, written: true }];
}

/**
 * The step at which the model was least sure; -1 where there is none.
 * @param {Step[]} steps
 */
export function leastSure(steps) {
  return steps.reduce((best, { entropy }, i) => (best < 0 || entropy > steps[best].entropy ? i : best), -1);
}

/**
 * How uncertain: bits of what an even spread over the vocabulary would have.
 * @param {Step} step
 */
function uncertainty({ entropy, vocabulary }) {
  const most = Math.log2(Math.max(2, vocabulary));
  return `${entropy.toFixed(2)} bits of at most ${most.toFixed(1)}`;
}

/**
 * @param {HTMLElement} root with parts title, list, entropy, allowed and fed
 * @param {Step | null} step
 * @param {Told} told
 */
export function drawCandidates(root, step, told) {
  root.hidden = !step;
  if (!step) return;
  part(root, "title").textContent = stepTitle(step, told);
  part(root, "entropy").textContent = uncertainty(step);
  part(root, "allowed").textContent = step.vocabulary.toLocaleString("en");
  part(root, "fed").textContent = fedBack(told);
  part(root, "list").replaceChildren(...listed(step).map((one) => candidateItem(one)));
}

/** A candidate as an item of a list.
 * @param {{candidate: Candidate, written: boolean}} listed
 * @param {string} [says] of what was written, for those who do not see it
 */
export function candidateItem({ candidate: { text, probability }, written }, says = ", written") {
  const bar = html("span", { class: "candidate-bar" });
  bar.style.setProperty("--share", String(probability));
  const said = written ? [html("span", { class: "visually-hidden" }, says)] : [];
  return html(
    "li",
    written ? { class: "written" } : {},
    html("span", { class: "candidate-token", dir: "auto" }, tokenLabel(text)),
    bar,
    html("span", { class: "candidate-share" }, formatShare(probability), ...said),
  );
}

/**
 * @param {Step} step
 * @param {Told} told
 */
function stepTitle({ token }, { index, text, written, unasked }) {
  const piece = quoted(tokenLabel(token.text));
  const lead = unasked ? "Least sure: " : "";
  if (written) return `${lead}Step ${index + 1} of ${text.tokens.length} wrote ${piece}`;
  const after = quoted(tokenLabel(text.tokens[index]?.text ?? ""));
  const last = index === text.tokens.length - 1;
  return `${lead}After ${after}, ${last ? "the likeliest next" : "next came"} ${piece}`;
}

/** @param {Told} told */
function fedBack({ index, text, written, forced }) {
  if (!written) return "It had seen this token and those before it.";
  if (index === 0) return "Fed in: the start token, <START>";
  const before = `“${tokenLabel(text.tokens[index - 1]?.text ?? "")}”`;
  return forced ? `Fed in: ${before}, as it was given` : `Fed back in: ${before}, written before`;
}
