import assert from "node:assert/strict";
import { test } from "node:test";
import {
  foreseen,
  keptIn,
  logProbability,
  saidTwice,
  shareLeft,
  thresholds,
  wordsOf,
} from "../../../static/js/math/passages.js";

test("words are letters and digits of any alphabet, in small letters", () => {
  assert.deepEqual(wordsOf("D'un T-shirt, à 3 €: ÉTÉ."), ["d", "un", "t", "shirt", "à", "3", "été"]);
  assert.deepEqual(wordsOf("…"), []);
});

test("a stem is kept in any of its forms, and not inside a word", () => {
  assert.deepEqual(keptIn(["parc", "enfant", "glace", "rout"], "Des enfants dans un parc, déroutés."), [
    "parc",
    "enfant",
  ]);
});

test("three words in a row count once they were said before", () => {
  assert.equal(saidTwice("un petit enfant qui mange un petit enfant qui mange"), 3);
  assert.equal(saidTwice("un petit enfant"), 0);
  assert.equal(saidTwice("homme homme homme homme homme"), 2);
});

const step = (id, probability, first = id) => ({
  token: { id, text: "", probability },
  candidates: [{ id: first, text: "", probability: 1 }],
});

test("a translation's score is the sum of its steps' logarithms", () => {
  assert.ok(Math.abs(logProbability([step(1, 0.5), step(2, 0.25)]) - Math.log(0.125)) < 1e-12);
  assert.equal(logProbability([step(1, 0)]), -Infinity);
});

test("a given token is foreseen where the model would have written it", () => {
  assert.deepEqual(foreseen([step(1, 0.5), step(2, 0.1, 7)]), [true, false]);
});

test("a word's threshold is the least level from which on it is always there", () => {
  const heard = [
    { level: 0, text: "homme homme rouge" },
    { level: 0.1, text: "homme lit" },
    { level: 1, text: "Un homme rouge lit." },
  ];
  assert.deepEqual(thresholds("Un homme rouge lit.", heard), [
    { word: "un", level: 1 },
    { word: "homme", level: 0 },
    { word: "rouge", level: 1 },
    { word: "lit", level: 0.1 },
  ]);
  assert.equal(thresholds("mot", heard)[0].level, null);
});

test("what is left of a translation is a share of its words, each once", () => {
  assert.equal(shareLeft("Un homme rouge lit un journal.", "homme homme un"), 2 / 5);
  assert.equal(shareLeft("", "x"), 1);
});
