/**
 * How a model scores a source state s by the decoder's state q, as a formula: additive (Bahdanau et al.
 * 2015, appendix A.1.2), dot, general and concat (Luong et al. 2015, section 3.1), scaled (Vaswani et al.
 * 2017, equation 1).
 */

import { letter, over, root, row, sign, sub, sup, vector, words } from "./mathml.js";

/** @typedef {import("./mathml.js").Tree} Tree */

const score = row(sub(letter("e"), letter("j")), sign("="));
const q = vector("q");
const s = sub(vector("s"), letter("j"));
const transposed = (/** @type {Tree} */ tree) => sup(tree, letter("⊤"));
const tanh = (/** @type {Tree[]} */ ...inside) => row(words("tanh"), sign("("), ...inside, sign(")"));

/** @type {Record<string, Tree>} by the first part of a model's name */
const SCORES = {
  additive: row(score, transposed(vector("v")), tanh(vector("W"), q, sign("+"), vector("U"), s)),
  concat: row(score, transposed(vector("v")), tanh(vector("W"), sign("["), q, sign(";"), s, sign("]"))),
  dot: row(score, transposed(q), s),
  general: row(score, transposed(q), vector("W"), s),
  transformer: row(score, over(row(transposed(q), sub(vector("k"), letter("j"))), root(letter("d")))),
};

/**
 * @param {string} model by its name: additive-en-fr
 * @returns {Tree}
 */
export function scoreOf(model) {
  return SCORES[model.split("-")[0]] ?? SCORES.transformer;
}
