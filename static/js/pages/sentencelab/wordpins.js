/**
 * Pins: source words that the decoders are made to look at, at one step or at every other. In a link
 * they are `word` or `word.step`, words counted from 0 and steps from 1: "3;5.7".
 *
 * @typedef {{word: number, step: number | null}} Pin `step` from 1; null is every step without its own
 * @typedef {import("../../schema.js").Word} Word
 */

/**
 * @param {string} text
 * @returns {Pin[]}
 */
export function readPins(text) {
  return text
    .split(";")
    .filter(Boolean)
    .map((each) => {
      const [word, step] = each.split(".").map(Number);
      return { word, step: step ?? null };
    });
}

/** @param {Pin[]} pins */
export function writePins(pins) {
  return pins.map(({ word, step }) => (step === null ? String(word) : `${word}.${step}`)).join(";");
}

/**
 * The pins with one more, or without it where it was there.
 * @param {Pin[]} pins
 * @param {Pin} pin
 */
export function toggled(pins, { word, step }) {
  const others = pins.filter((each) => each.word !== word || each.step !== step);
  return others.length < pins.length ? others : [...pins, { word, step }];
}

/**
 * Pins as the API takes them: the tokens of all words of a step together. Words that the text does
 * not have are left out.
 * @param {Pin[]} pins
 * @param {Word[]} words
 * @returns {{source: number[], step: number | null}[]}
 */
export function requested(pins, words) {
  /** @type {Map<number | null, number[]>} */
  const found = new Map();
  for (const { word, step } of pins) {
    const at = words[word];
    if (!at) continue;
    const tokens = Array.from({ length: at.last - at.first }, (_, i) => at.first + i);
    found.set(step, [...(found.get(step) ?? []), ...tokens]);
  }
  return [...found].map(([step, source]) => ({ source, step: step === null ? null : step - 1 }));
}

/**
 * Words that are pinned at a step: its own, else those of every step; of all steps for 0.
 * @param {Pin[]} pins
 * @param {number} step from 1; 0 is all of them
 * @returns {Set<number>}
 */
export function pinnedAt(pins, step) {
  const own = pins.filter((pin) => pin.step === step);
  const held = step === 0 ? pins : own.length ? own : pins.filter((pin) => pin.step === null);
  return new Set(held.map((pin) => pin.word));
}
