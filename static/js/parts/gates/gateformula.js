/** y = f(g(x), x) with the names of a real gate: which of its entries multiplies which of a map's. */

import { formula, letter, row, sign, sub, under, vector } from "../steps/mathml.js";

/**
 * @typedef {import("../steps/mathml.js").Tree} Tree
 * @typedef {"channel" | "place" | "branch"} Of
 */

/** Entries that a gate's value is of, as an index. */
const INDEX = /** @type {Record<Of, Tree>} */ ({
  channel: letter("c"),
  place: row(letter("i"), letter("j")),
  branch: row(letter("b"), letter("c")),
});

/**
 * The lecture's formula, and what f is here.
 * @param {Of} of
 */
export function gateFormula(of) {
  const [x, y, g] = [vector("x"), vector("y"), letter("g")];
  const called = row(letter("f"), sign("("), g, sign("("), x, sign(")"), sign(","), x, sign(")"));
  return formula(row(y, sign("="), called, sign(":"), entries(of)));
}

/**
 * One entry of y.
 * @param {Of} of
 */
function entries(of) {
  const index = INDEX[of];
  const gate = row(sub(letter("g"), index), sign("("), vector("x"), sign(")"));
  if (of === "channel")
    return row(sub(letter("y"), letter("c")), sign("="), gate, sign("·"), sub(letter("x"), letter("c")));
  const place = row(letter("c"), letter("i"), letter("j"));
  if (of === "place")
    return row(sub(letter("y"), place), sign("="), gate, sign("·"), sub(letter("x"), place));
  const sum = under(sign("∑"), letter("b"));
  return row(sub(letter("y"), letter("c")), sign("="), sum, gate, sign("·"), sub(letter("x"), index));
}
