/** One decoding step: what was written, what else the model considered, how sure it was. */

import { formatShare } from "../../math/colour.js";
import { tokenLabel } from "../../math/words.js";

/**
 * @typedef {import("../../schema.js").Step} Step
 * @typedef {import("../../schema.js").Candidate} Candidate
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
 * How uncertain, in words: bits of what an even spread over the vocabulary would have.
 * @param {Step} step
 */
export function uncertainty({ entropy, vocabulary }) {
  const most = Math.log2(Math.max(2, vocabulary));
  return `Entropy ${entropy.toFixed(2)} bits of at most ${most.toFixed(1)} (${vocabulary.toLocaleString("en")} pieces allowed)`;
}

/**
 * @param {HTMLElement} root with parts title, list, entropy and fed
 * @param {Step | null} step
 * @param {{title: string, fed: string}} words
 */
export function drawCandidates(root, step, { title, fed }) {
  const part = (/** @type {string} */ name) =>
    /** @type {HTMLElement} */ (root.querySelector(`[data-part="${name}"]`));
  root.hidden = !step;
  if (!step) return;
  part("title").textContent = title;
  part("entropy").textContent = uncertainty(step);
  part("fed").textContent = fed;
  part("list").replaceChildren(...listed(step).map(({ candidate, written }) => row(candidate, written)));
}

/**
 * @param {Candidate} candidate
 * @param {boolean} written
 */
function row(candidate, written) {
  const item = document.createElement("li");
  item.classList.toggle("written", written);
  const token = document.createElement("span");
  token.className = "candidate-token";
  token.dir = "auto";
  token.textContent = tokenLabel(candidate.text);
  const bar = document.createElement("span");
  bar.className = "candidate-bar";
  bar.style.setProperty("--share", String(candidate.probability));
  const share = document.createElement("span");
  share.className = "candidate-share";
  share.textContent = formatShare(candidate.probability);
  if (written) {
    const said = document.createElement("span");
    said.className = "visually-hidden";
    said.textContent = ", written";
    share.append(said);
  }
  item.append(token, bar, share);
  return item;
}
