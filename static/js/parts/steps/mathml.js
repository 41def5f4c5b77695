/** MathML as a plain tree, so that a formula can be tested without a page. */

import { decimal, scientific } from "./numbers.js";

/**
 * @typedef {{tag: string, children: (Tree | string)[], vector?: boolean}} Tree
 */

const NAMESPACE = "http://www.w3.org/1998/Math/MathML";

/** @param {string} tag */
const make =
  (tag) =>
  (/** @type {(Tree | string)[]} */ ...children) => ({ tag, children });

export const row = make("mrow");
export const over = make("mfrac");
export const sub = make("msub");
export const sup = make("msup");
export const both = make("msubsup");
export const root = make("msqrt");
export const around = make("munderover");
export const under = make("munder");
export const sign = make("mo");
export const letter = make("mi");
export const digits = make("mn");
export const words = make("mtext");

/**
 * A vector or matrix: an upright bold letter.
 * @param {string} text
 * @returns {Tree}
 */
export const vector = (text) => ({ tag: "mi", children: [text], vector: true });

/**
 * @param {number} value
 * @param {(value: number) => string} [write]
 * @returns {Tree}
 */
export function number(value, write = decimal) {
  const text = write(value);
  const [mantissa, exponent] = text.replace("−", "").split("e");
  const size = exponent ? row(digits(mantissa), sign("×"), power10(Number(exponent))) : digits(mantissa);
  return text.startsWith("−") ? row(sign("−"), size) : size;
}

/**
 * A number as a factor: in brackets where it is negative.
 * @param {number} value
 */
export function factor(value) {
  return value < 0 ? row(sign("("), number(value), sign(")")) : number(value);
}

/**
 * e to a power, written as a number.
 * @param {number} power
 */
export function exponential(power) {
  const { mantissa, exponent } = scientific(power);
  if (Math.abs(exponent) < 4) return number(mantissa * 10 ** exponent);
  return row(digits(mantissa.toFixed(2)), sign("×"), power10(exponent));
}

/** @param {number} exponent */
function power10(exponent) {
  const size = digits(String(Math.abs(exponent)));
  return sup(digits("10"), exponent < 0 ? row(sign("−"), size) : size);
}

/**
 * A vector by its first two numbers and its last.
 * @param {ArrayLike<number>} values
 */
export function tuple(values) {
  const last = values.length - 1;
  const parts =
    last > 2
      ? [
          number(values[0]),
          sign(","),
          number(values[1]),
          sign(","),
          sign("…"),
          sign(","),
          number(values[last]),
        ]
      : Array.from(values).flatMap((value, i) => (i ? [sign(","), number(value)] : [number(value)]));
  return row(sign("("), ...parts, sign(")"));
}

/**
 * A formula on the page.
 * @param {Tree} tree
 */
export function formula(tree) {
  const math = document.createElementNS(NAMESPACE, "math");
  math.setAttribute("display", "block");
  math.append(element(tree));
  return math;
}

/**
 * @param {Tree | string} tree
 * @returns {Node}
 */
function element(tree) {
  if (typeof tree === "string") return document.createTextNode(tree);
  const made = document.createElementNS(NAMESPACE, tree.tag);
  if (tree.vector) {
    made.setAttribute("mathvariant", "normal");
    made.classList.add("vector");
  }
  made.append(...tree.children.map(element));
  return made;
}
