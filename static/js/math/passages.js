/**
 * What can be counted in what a translator wrote. No page.
 *
 * @typedef {import("../schema.js").DecodingStep} Step
 * @typedef {{level: number, text: string}} Heard what was written where the rest of the source came through
 *   at that level, 0 to 1
 */

/**
 * The words of a text in small letters, without marks; an elided article is a word of its own.
 * @param {string} text
 */
export function wordsOf(text) {
  return /** @type {string[]} */ (text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
}

/**
 * Which of some beginnings of words a text has.
 * @param {readonly string[]} stems
 * @param {string} text
 */
export function keptIn(stems, text) {
  const words = wordsOf(text);
  return stems.filter((stem) => words.some((word) => word.startsWith(stem.toLowerCase())));
}

/**
 * How many words end three in a row that the text had already, as `foveate evaluate` counts them.
 * @param {string} text
 */
export function saidTwice(text) {
  const words = wordsOf(text);
  const threes = words.slice(2).map((_, i) => words.slice(i, i + 3).join(" "));
  return threes.length - new Set(threes).size;
}

/**
 * The logarithm of the probability of all steps together, base e, as a beam's score has it.
 * @param {readonly Pick<Step, "token">[]} steps
 */
export function logProbability(steps) {
  return steps.reduce((sum, { token }) => sum + Math.log(token.probability), 0);
}

/**
 * Steps at which the token that was given is what the model itself would have written.
 * @param {readonly Pick<Step, "token" | "candidates">[]} steps
 */
export function foreseen(steps) {
  return steps.map(({ token, candidates }) => candidates[0]?.id === token.id);
}

/**
 * The threshold of each word of a translation: the least level from which on it is always there; null
 * where it never is. Treisman's dictionary units, measured.
 * @param {string} whole the translation of all that was said
 * @param {readonly Heard[]} heard
 * @returns {{word: string, level: number | null}[]} each word once, in its order
 */
export function thresholds(whole, heard) {
  const falling = heard.toSorted((a, b) => b.level - a.level);
  return [...new Set(wordsOf(whole))].map((word) => {
    let level = null;
    for (const each of falling) {
      if (!wordsOf(each.text).includes(word)) break;
      level = each.level;
    }
    return { word, level };
  });
}

/**
 * What share of a translation's words is left in what was written.
 * @param {string} whole
 * @param {string} text
 */
export function shareLeft(whole, text) {
  const words = [...new Set(wordsOf(whole))];
  const found = new Set(wordsOf(text));
  return words.length ? words.filter((word) => found.has(word)).length / words.length : 1;
}
