/**
 * Whether a guess is what a model says. The answer is the model's own; a lesson says only which answers
 * each of its choices stands for.
 *
 * @typedef {string | number | [number, number]} Stands a value, or the lowest and the one it stays under
 */

/**
 * Which choice an answer is; -1 where it is none of them.
 * @param {readonly Stands[]} choices
 * @param {string | number} value the model's
 */
export function choiceOf(choices, value) {
  return choices.findIndex((stands) => {
    if (Array.isArray(stands)) return typeof value === "number" && stands[0] <= value && value < stands[1];
    return stands === value;
  });
}

/**
 * Whether a free guess is right: a number as near as the lesson asks, or the same words.
 * @param {string} guess
 * @param {string | number} value the model's
 * @param {number} near
 */
export function isNear(guess, value, near) {
  if (typeof value === "number") return Math.abs(Number(guess.replace(",", ".")) - value) <= near;
  return plain(guess) === plain(value);
}

/** @param {string} text */
function plain(text) {
  return text.normalize("NFKC").trim().toLocaleLowerCase();
}
