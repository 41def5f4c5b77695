import assert from "node:assert/strict";
import { test } from "node:test";
import { moreOf, wordAt } from "../../../static/js/parts/learn/alignments.js";
import { cosine } from "../../../static/js/parts/learn/encoderstates.js";
import { queryOf } from "../../../static/js/parts/learn/fivesteps.js";
import { grown } from "../../../static/js/parts/learn/lengthen.js";
import { recognisedFrom } from "../../../static/js/parts/learn/photofilter.js";
import { firstOf, placeOf } from "../../../static/js/parts/learn/wordvector.js";
import { scoreOf } from "../../../static/js/parts/steps/scores.js";

const word = (text, first, last, special = false) => ({ text, first, last, special });
const TEXT = {
  words: [word("A", 0, 1), word("newspaper", 1, 3), word(".", 3, 4), word("</s>", 4, 5, true)],
  tokens: ["▁A", "▁newsp", "aper", ".", "</s>"].map((text) => ({ text, surface: text })),
};

test("a sentence grows before its full stop, and gets one where it has none", () => {
  const clauses = ["in the park", "next to a child"];
  assert.equal(grown("A man reads.", clauses, 0), "A man reads.");
  assert.equal(grown(" Who reads?! ", clauses, 2), "Who reads in the park next to a child?!");
  assert.equal(grown("A man reads", clauses, 1), "A man reads in the park.");
});

test("a piece is looked up as a part of its word", () => {
  assert.deepEqual(placeOf(TEXT, 2), { word: "newspaper", index: 1 });
  assert.equal(firstOf(TEXT, "A"), 0);
  assert.equal(firstOf(TEXT, "red"), 1);
});

test("attention is pinned to all tokens of a word", () => {
  assert.deepEqual(moreOf("pinned", TEXT, 1), { pins: [{ source: [1, 2] }] });
  assert.deepEqual(moreOf("off", TEXT, 1), { attention: false });
  assert.deepEqual(moreOf("on", TEXT, 1), {});
  assert.equal(wordAt(TEXT, "NEWSPAPER"), 1);
  assert.equal(wordAt({ words: [word("A", 0, 1)] }, "nobody"), 0);
});

test("the query is the step of a named word, else the middle one", () => {
  const trace = { target: TEXT, steps: Array(5).fill(null) };
  assert.equal(queryOf(trace, "newspaper"), 1);
  assert.equal(queryOf(trace, ""), 2);
});

test("what is recognised from: until the first level at which another class comes first", () => {
  const point = (at, number) => ({ at, probability: 0, first: { number, label: "", probability: 1 } });
  const classified = { number: 7, label: "daisy", probability: 1 };
  const points = [point(100, 7), point(60, 7), point(20, 3), point(5, 7)];
  assert.equal(recognisedFrom({ classified, points, lens: "filter" }), 60);
  const attenuated = [point(1, 7), point(0.3, 7), point(0, 7)];
  assert.equal(recognisedFrom({ classified, points: attenuated, lens: "attenuate" }), 0);
  assert.equal(recognisedFrom({ classified, points: [point(1, 3)], lens: "attenuate" }), null);
});

test("a cosine is of directions alone", () => {
  assert.ok(Math.abs(cosine([1, 2], [2, 4]) - 1) < 1e-9);
  assert.equal(cosine([1, 0], [0, 3]), 0);
  assert.equal(cosine([0, 0], [1, 1]), 0);
});

const textOf = ({ children }) =>
  children.map((one) => (typeof one === "string" ? one : textOf(one))).join("");

test("every attention of the lab has its own score", () => {
  const formulas = ["additive", "concat", "dot", "general", "transformer"].map((name) =>
    textOf(scoreOf(`${name}-en-fr`)),
  );
  assert.equal(new Set(formulas).size, 5);
  assert.match(formulas[0], /tanh/);
  assert.equal(textOf(scoreOf("dot-en-fr")), "ej=q⊤sj");
});
