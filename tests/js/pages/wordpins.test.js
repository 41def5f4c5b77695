import assert from "node:assert/strict";
import { test } from "node:test";
import {
  pinnedAt,
  readPins,
  requested,
  toggled,
  writePins,
} from "../../../static/js/pages/sentencelab/wordpins.js";

test("pins go into a link and come back", () => {
  const pins = [
    { word: 3, step: null },
    { word: 5, step: 7 },
  ];
  assert.equal(writePins(pins), "3;5.7");
  assert.deepEqual(readPins("3;5.7"), pins);
  assert.deepEqual(readPins(""), []);
});

test("a second click on a pinned word releases it, at that step alone", () => {
  const pins = readPins("3;3.7");
  assert.deepEqual(toggled(pins, { word: 3, step: 7 }), readPins("3"));
  assert.deepEqual(toggled(pins, { word: 4, step: null }), readPins("3;3.7;4"));
});

test("the tokens of all words pinned at a step are asked for together, steps from 0", () => {
  const words = [
    { first: 0, last: 2 },
    { first: 2, last: 3 },
    { first: 3, last: 6 },
  ];
  assert.deepEqual(requested(readPins("0;2;1.4;99"), words), [
    { source: [0, 1, 3, 4, 5], step: null },
    { source: [2], step: 3 },
  ]);
});

test("a step with pins of its own does not hold those of every step", () => {
  const pins = readPins("0;2;1.4");
  assert.deepEqual([...pinnedAt(pins, 4)], [1]);
  assert.deepEqual([...pinnedAt(pins, 5)], [0, 2]);
  assert.deepEqual([...pinnedAt(pins, 0)], [0, 2, 1]);
});
