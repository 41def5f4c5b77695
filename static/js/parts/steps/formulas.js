/**
 * The eight query-key-value steps: name, what happens, the formula, and the formula with the present numbers.
 *
 * Symbols are those of Vaswani et al. 2017, section 3.2.
 *
 * @typedef {import("./mathml.js").Tree} Tree
 * @typedef {import("./numbers.js").KeyRow} KeyRow
 * @typedef {import("./numbers.js").QueryKeyValue} QueryKeyValue
 * @typedef {object} Present what the numbers of a formula are taken from
 * @property {QueryKeyValue} found
 * @property {KeyRow[]} rows
 * @property {KeyRow} row the key that is looked at
 * @property {(key: number) => string} label a key's name
 * @property {string} query the query's name
 * @property {number} heads of the site
 * @typedef {{name: string, says: string, symbols: Tree, numbers: Tree}} Explained
 */

import { formatWeight } from "../../math/colour.js";
import {
  around,
  both,
  digits,
  exponential,
  factor,
  letter,
  number,
  over,
  root,
  row,
  sign,
  sub,
  sup,
  tuple,
  under,
  vector,
  words,
} from "./mathml.js";
import { isRootOfWidth, leftOut, logDenominator } from "./numbers.js";

export const NAMES = ["Query", "Keys", "Scores", "Scale", "Softmax", "Values", "Sum", "Projection"];

const EQUALS = sign("=");
const DOT = sign("·");
const DOTS = sign("…");
const PLUS = sign("+");
const j = letter("j");
const share = (/** @type {number} */ weight) => number(weight, formatWeight);
const space = (/** @type {number} */ size) => row(sign("∈"), sup(letter("ℝ"), digits(String(size))));

/**
 * @param {Present} present
 * @returns {Explained[]} one a step
 */
export function explained(present) {
  const steps = [query, keys, scores, scale, softmax, values, weightedSum, projection];
  return steps.map((step, i) => ({ name: NAMES[i], ...step(present) }));
}

/** @param {Present} present */
function query({ found, query }) {
  return {
    says: `What “${query}” looks for: its state in this layer, projected to ${found.query.length} numbers.`,
    symbols: row(vector("q"), EQUALS, vector("x"), sup(vector("W"), letter("Q"))),
    numbers: row(vector("q"), EQUALS, tuple(found.query), space(found.query.length)),
  };
}

/** @param {Present} present */
function keys({ found, row: chosen, label }) {
  return {
    says: `What each of the ${found.key.size} keys offers to be found by: as many numbers again, from another projection.`,
    symbols: row(sub(vector("k"), j), EQUALS, sub(vector("x"), j), sup(vector("W"), letter("K"))),
    numbers: row(sub(vector("k"), words(label(chosen.number))), EQUALS, tuple(chosen.key)),
  };
}

/** @param {Present} present */
function scores({ found, row: chosen }) {
  const width = found.query.length;
  const sum = around(sign("∑"), row(letter("i"), EQUALS, digits("1")), digits(String(width)));
  const product = (/** @type {number} */ i) => row(factor(found.query[i]), DOT, factor(chosen.key[i]));
  const terms =
    width > 3
      ? [product(0), PLUS, product(1), PLUS, DOTS, PLUS, product(width - 1)]
      : Array.from(found.query, (_, i) => (i ? [PLUS, product(i)] : [product(i)])).flat();
  return {
    says: "How well query and key agree: number by number multiplied, and added up.",
    symbols: row(
      sub(letter("s"), j),
      EQUALS,
      vector("q"),
      DOT,
      sub(vector("k"), j),
      EQUALS,
      sum,
      sub(letter("q"), letter("i")),
      sub(letter("k"), row(j, letter("i"))),
    ),
    numbers: row(...terms, EQUALS, number(chosen.score)),
  };
}

/** @param {Present} present */
function scale({ found, rows, row: chosen }) {
  const width = found.query.length;
  const byRoot = isRootOfWidth(found.scale, width);
  const biased = rows.some((each) => each.bias !== 0);
  const masked = rows.some((each) => each.scaled === null);
  const scaled = (/** @type {Tree} */ score, /** @type {Tree} */ size) =>
    byRoot ? over(score, root(size)) : row(score, DOT, letter("c"));
  const bias = biased ? [PLUS, sub(letter("b"), j)] : [];
  return {
    says: scaleWords(byRoot, biased, masked, width),
    symbols: row(sub(letter("z"), j), EQUALS, scaled(sub(letter("s"), j), letter("d")), ...bias),
    numbers:
      chosen.scaled === null
        ? row(sub(letter("z"), j), EQUALS, sign("−"), letter("∞"))
        : row(
            byRoot
              ? over(number(chosen.score), root(digits(String(width))))
              : row(factor(chosen.score), DOT, number(found.scale)),
            ...(chosen.bias ? [PLUS, factor(chosen.bias)] : []),
            EQUALS,
            number(chosen.scaled),
          ),
  };
}

/**
 * @param {boolean} byRoot
 * @param {boolean} biased
 * @param {boolean} masked
 * @param {number} width
 */
function scaleWords(byRoot, biased, masked, width) {
  const by = byRoot
    ? `Divided by the square root of the width, √${width}, so that long vectors do not make the softmax all or nothing.`
    : "Multiplied by the constant that this model was trained with.";
  const bias = biased ? " The model adds a bias of its own for every key." : "";
  const mask = masked ? " A key that the query may not see, as it comes later, is masked: −∞." : "";
  return by + bias + mask;
}

/** @param {Present} present */
function softmax({ found, rows, row: chosen }) {
  const size = digits(String(found.key.size));
  const sum = around(sign("∑"), row(letter("i"), EQUALS, digits("1")), size);
  const e = (/** @type {Tree} */ power) => sup(letter("e"), power);
  const z = (/** @type {Tree} */ index) => sub(letter("z"), index);
  const top = chosen.scaled === null ? row(sign("−"), letter("∞")) : number(chosen.scaled);
  return {
    says: `Scores become weights: none negative, and all ${found.key.size} together 1.`,
    symbols: row(sub(letter("w"), j), EQUALS, over(e(z(j)), row(sum, e(z(letter("i")))))),
    numbers: row(over(e(top), exponential(logDenominator(rows))), EQUALS, share(chosen.weight)),
  };
}

/** @param {Present} present */
function values({ row: chosen, label }) {
  return {
    says: "What each key has to say, its value, is turned down to its weight.",
    symbols: row(
      sub(letter("w"), j),
      sub(vector("v"), j),
      words("\u2003with\u2003"),
      sub(vector("v"), j),
      EQUALS,
      sub(vector("x"), j),
      sup(vector("W"), letter("V")),
    ),
    numbers: row(
      share(chosen.weight),
      DOT,
      sub(vector("v"), words(label(chosen.number))),
      EQUALS,
      tuple(chosen.weighted),
    ),
  };
}

/** @param {Present} present */
function weightedSum({ found, rows, label }) {
  const order = [...rows].sort((a, b) => b.weight - a.weight);
  const term = (/** @type {KeyRow} */ each) =>
    row(share(each.weight), sub(vector("v"), words(label(each.number))));
  const terms = order.slice(0, 3).flatMap((each, i) => (i ? [PLUS, term(each)] : [term(each)]));
  const more = rows.length > 3 || leftOut(found).count ? [PLUS, DOTS] : [];
  return {
    says: "The answer of this head: the values, mixed by their weights.",
    symbols: row(vector("o"), EQUALS, under(sign("∑"), j), sub(letter("w"), j), sub(vector("v"), j)),
    numbers: row(...terms, ...more, EQUALS, tuple(found.weighted_sum)),
  };
}

/** @param {Present} present */
function projection({ found, heads }) {
  const all =
    heads === 1
      ? "It is the only head."
      : `The ${heads} heads' answers are added up, with the bias where there is one.`;
  const h = letter("h");
  return {
    says: `Back to the model's width of ${found.output.length}, to be added to the state of the query. ${all}`,
    symbols: row(
      vector("y"),
      EQUALS,
      under(sign("∑"), h),
      sub(vector("o"), h),
      both(vector("W"), h, letter("O")),
      PLUS,
      vector("b"),
    ),
    numbers: row(
      vector("o"),
      both(vector("W"), digits(String(found.head)), letter("O")),
      EQUALS,
      tuple(found.output),
    ),
  };
}
