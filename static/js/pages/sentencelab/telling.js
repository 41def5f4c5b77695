/**
 * What the lab says of a model's work, in sentences and figures. No page.
 *
 * @typedef {import("../../schema.js").DecodingStep} Step
 * @typedef {import("../../schema.js").TranslationTrace} TranslationTrace
 */

import { press } from "../../core/finger.js";
import { formatShare } from "../../math/colour.js";

const WORKING = "Translating"; // what a session says while it does
const LEAST = 1e-4; // a share under this is not told more exactly

/**
 * What a decoder without attention gets of the source.
 * @param {{words: number, numbers: number, step: number, attention: "on" | "off" | "pinned"}} of
 */
export function gets({ words, numbers, step, attention }) {
  const source = words === 1 ? "the one word" : `the ${words} words`;
  const when = step ? `Step ${step}: ` : "";
  if (attention === "off")
    return `${when || "At every step "}zeros, in place of the one vector of ${numbers} numbers.`;
  const lead = `${when}${step ? "this, again, is" : "This is"} all the decoder gets of ${source}: `;
  const same = step
    ? `the same ${numbers} numbers as at every step.`
    : `${numbers} numbers, the same at every step.`;
  return lead + same + (attention === "pinned" ? " It does not look: there is nothing to pin." : "");
}

/**
 * What pins do, and what they do not: nothing else of the source is weighed, but what the encoder made
 * of it has come into the decoder by other ways.
 * @param {number} pins
 * @param {number} step that a new pin would hold at alone; 0 for every step
 * @param {boolean} finger
 */
export function pinHint(pins, step, finger) {
  if (!pins)
    return `${press(finger)} a word of the source: every decoder that looks may then look there alone${step ? ` at step ${step}` : ""}.`;
  return (
    "At the steps named, every decoder that looks weighs these words alone. Still, a recurrent one started from the " +
    "encoder's last state, and what it finds at a word has read the words around it. A model without attention has nothing to pin."
  );
}

/**
 * Words as the chart counts them: what spaces part.
 * @param {string} text
 */
export function wordsIn(text) {
  return text.split(/\s+/u).filter(Boolean).length;
}

/**
 * What is wrong, each thing once, and of which models where it is not all of them.
 * @param {Map<string, string>} problems by a model's title; that of "" is the page's own
 * @param {number} models
 */
export function troubles(problems, models) {
  const said = [...new Set(problems.values())].map((sentence) => {
    const names = [...problems].filter(([, other]) => other === sentence).map(([title]) => title);
    const all = names.includes("") || (names.length === models && models > 1);
    return all ? sentence : `${names.map((title) => title.split(":")[0]).join(", ")}: ${sentence}`;
  });
  return said.join(" ");
}

/**
 * What is waited for: that the server says it is busy comes before the work itself.
 * @param {string[]} waits of the lanes, "" of those that are done
 * @param {boolean} given whether the words are given
 */
export function waitingFor(waits, given) {
  const left = waits.filter(Boolean);
  if (!left.length) return "";
  return left.find((sentence) => sentence !== WORKING) ?? (given ? "Writing what is given" : WORKING);
}

/**
 * Whether the models wrote what something was said of, each of them, and no other is there.
 * @param {Record<string, string>} said by a model's name
 * @param {Map<string, string>} written by a model's name
 */
export function isAsWritten(said, written) {
  const names = Object.keys(said);
  return names.length === written.size && names.every((name) => written.get(name) === said[name]);
}

/**
 * How a decoder was allowed to look in a run, as it was asked for.
 * @param {{attention?: boolean, pins?: object[]} | undefined} more fields of the request
 * @returns {"on" | "off" | "pinned"}
 */
export function attentionOf(more) {
  if (more?.attention === false) return "off";
  return more?.pins?.length ? "pinned" : "on";
}

/**
 * A matrix of weights in one line. With attention off they are worked out all the same, and their sum is
 * thrown away.
 * @param {Pick<import("../../schema.js").Site, "heads" | "layer"> | null} site null while it is not known
 * @param {number} head
 * @param {"on" | "off" | "pinned"} attention
 */
export function alignmentTitle(site, head, attention) {
  const which =
    site && site.heads > 1 ? `Alignment: layer ${site.layer}, head ${head} of ${site.heads}` : "Alignment";
  return which + { on: "", off: ", not used: the decoder is given zeros", pinned: " (pinned)" }[attention];
}

/**
 * How likely each token or word of a target was to the model, given those before it; of a word the
 * product over its tokens.
 * @param {Pick<TranslationTrace, "steps" | "target">} trace
 * @param {"token" | "word"} level
 * @returns {string[]} percentages
 */
export function shares({ steps, target }, level) {
  const product = (/** @type {Step[]} */ of) => of.reduce((share, { token }) => share * token.probability, 1);
  const found =
    level === "token"
      ? steps.map((step) => step.token.probability)
      : target.words.map(({ first, last }) => product(steps.slice(first, last)));
  return found.map(shareSaid);
}

/** @param {number} share */
function shareSaid(share) {
  if (share === 0) return "0 %"; // never: not only seldom
  return share < LEAST ? `< ${formatShare(LEAST)}` : formatShare(share);
}

/**
 * What a given translation costs the model: its cross-entropy a token, which is infinite where it
 * would never write one of them (Shannon 1948: -log2 of a probability of 0).
 * @param {Step[]} steps
 */
export function bits(steps) {
  const never = steps.filter(({ token }) => token.probability === 0).length;
  if (never) {
    const which = never === 1 ? "one of them" : `${never} of them`;
    return `The given words cost it ∞ bits a token: it would never write ${which}.`;
  }
  const cost = steps.reduce((sum, { token }) => sum - Math.log2(token.probability), 0);
  return `The given words cost it ${(cost / Math.max(1, steps.length)).toFixed(2)} bits a token (0 would be sure of each).`;
}

/**
 * What an encoder has done by a token. One of both directions has read it from both ends: its second
 * half at a token has seen all that follow, however far the first has come.
 * @param {{read: number, tokens: string[], widths: {embedding: number, state: number}, bothWays: boolean}} of
 *   `read` from 1; 0 is all
 */
export function readSaid({ read, tokens, widths, bothWays }) {
  const count = tokens.length;
  const half = widths.state / 2;
  const ways = `the first ${half} read forwards from token 1, the last ${half} backwards from token ${count}.`;
  if (!read) return `All ${count} tokens read.${bothWays ? ` Of every hidden state, ${ways}` : ""}`;
  const lead = `Token ${read} of ${count}, “${tokens[read - 1]}”: ${widths.embedding} numbers of embedding go in, ${widths.state} numbers of hidden state come out`;
  return bothWays ? `${lead}; ${ways}` : `${lead}.`;
}
