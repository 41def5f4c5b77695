/**
 * The order in which the words of a line are seen, where some are written from right to left: the
 * Unicode bidirectional algorithm (UAX #9), for whole words instead of characters. Lines of running
 * text are the browser's own; this is for words that stand each for themselves, as labels do.
 *
 * @typedef {{text: string, special: boolean, start: number, end: number}} Unit a word or a token, and where
 *   it lies in its text; a special one is no text
 * @typedef {"left" | "right" | "number" | "neutral"} Kind
 */

const LETTER = /\p{L}/u;
const RIGHT = /(?=\p{L})[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const ARABIC = /(?=\p{L})[\u0600-\u07bf\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufeff\u{1ee00}-\u{1eeff}]/u;
const NUMBER = /\p{Nd}/u;
const SEPARATOR = /^[.,:/+-]$/; // between two numbers it is part of one (rule W4)
const MARKS = { left: "\u200e", right: "\u200f", arabic: "\u061c" };

/**
 * Whether a text holds letters that run from right to left.
 * @param {string} text
 */
export function runsRight(text) {
  return RIGHT.test(text);
}

/**
 * Invisible letters to stand before and after a word that a line holds as a box: a box has no
 * direction, and they lend it that of the word's own first and last letter. Around a word that is no
 * box they change nothing.
 * @param {string} text
 * @returns {[before: string, after: string]} "" at an end that is no letter
 */
export function marksOf(text) {
  const letters = [...text];
  return [markOf(letters[0] ?? ""), markOf(letters.at(-1) ?? "")];
}

/** @param {string} letter */
function markOf(letter) {
  if (!LETTER.test(letter)) return "";
  return ARABIC.test(letter) ? MARKS.arabic : runsRight(letter) ? MARKS.right : MARKS.left;
}

/**
 * Which unit stands at each place of the line, from the left. Where nothing runs from right to left,
 * that is the order in which they are read.
 * @param {Unit[]} units
 * @returns {number[]}
 */
export function visualOrder(units) {
  const order = units.map((_, i) => i);
  if (!units.some(({ text, special }) => !special && runsRight(text))) return order;
  const kinds = units.map(kindOf);
  const base = kinds.find((kind) => kind === "left" || kind === "right") ?? "left";
  const levels = levelsOf(joined(units, kinds), base);
  for (let level = Math.max(...levels); level > 0; level--) turn(order, levels, level);
  return order;
}

/**
 * @param {Unit} unit
 * @returns {Kind}
 */
function kindOf({ text, special }) {
  const letter = special ? null : LETTER.exec(text);
  if (letter) return RIGHT.test(letter[0]) ? "right" : "left";
  return !special && NUMBER.test(text) ? "number" : "neutral";
}

/**
 * A separator that touches a number on either side is of one number with them.
 * @param {Unit[]} units
 * @param {Kind[]} kinds
 * @returns {Kind[]}
 */
function joined(units, kinds) {
  return kinds.map((kind, i) => {
    if (kinds[i - 1] !== "number" || kinds[i + 1] !== "number" || !SEPARATOR.test(units[i].text)) return kind;
    const touches = units[i - 1].end === units[i].start && units[i].end === units[i + 1].start;
    return touches ? "number" : kind;
  });
}

/**
 * The depth of each unit: even ones run to the right, odd ones to the left (rules W7, N1, N2, I1, I2).
 * @param {Kind[]} kinds
 * @param {"left" | "right"} base the way of the line
 */
function levelsOf(kinds, base) {
  let strong = base;
  const found = kinds.map((kind) => {
    if (kind === "left" || kind === "right") strong = kind;
    return kind === "number" && strong === "left" ? "left" : kind;
  });
  const side = (/** @type {Kind | undefined} */ kind) => (kind === "number" ? "right" : (kind ?? base));
  return found.map((kind, i) => {
    if (kind === "number") return 2;
    const before = side(found.slice(0, i + 1).findLast((each) => each !== "neutral"));
    const after = side(found.slice(i).find((each) => each !== "neutral"));
    const way = before === after ? before : base;
    return way === "right" ? 1 : base === "right" ? 2 : 0;
  });
}

/**
 * Turns every run at a level or deeper (rule L2).
 * @param {number[]} order
 * @param {number[]} levels by unit
 * @param {number} level
 */
function turn(order, levels, level) {
  for (let first = 0; first < order.length; first++) {
    let end = first;
    while (end < order.length && levels[order[end]] >= level) end++;
    if (end > first) order.splice(first, end - first, ...order.slice(first, end).reverse());
    first = Math.max(first, end);
  }
}
