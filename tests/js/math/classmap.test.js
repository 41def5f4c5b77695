import assert from "node:assert/strict";
import { test } from "node:test";
import {
  apart,
  classAt,
  onGrid,
  parseColour,
  readClasses,
  sharesOf,
  veilOf,
} from "../../../static/js/math/classmap.js";

const COLOURS = [
  [10, 20, 30],
  [40, 50, 60],
  [70, 80, 90],
];
const map = (rows, columns, ...classes) => ({ rows, columns, classes: Uint8Array.from(classes) });
const alphas = (pixels) => [...pixels].filter((_, i) => i % 4 === 3);

test("a map is read from base64, a byte a place, and one that is cut short is told of", () => {
  const found = readClasses(btoa("\x00\x01\x02\x01"), 2, 2);
  assert.deepEqual([...found.classes], [0, 1, 2, 1]);
  assert.throws(() => readClasses(btoa("\x00"), 2, 2), /2 × 2 places came with 1/);
  assert.deepEqual(parseColour("#0a143c"), [10, 20, 60]);
});

test("a place is told in parts of the picture, its far edge too", () => {
  const two = map(1, 2, 0, 1);
  assert.deepEqual([classAt(two, 0.5, 0.49), classAt(two, 0.5, 0.5), classAt(two, 1, 1)], [0, 1, 1]);
  assert.deepEqual([...onGrid(two, { rows: 2, columns: 4 })], [0, 0, 1, 1, 0, 0, 1, 1]);
});

test("all classes are laid on the photo, or some alone and the rest darkened", () => {
  const three = map(1, 3, 0, 1, 2);
  const all = veilOf(three, { colours: COLOURS, lit: null, other: null });
  assert.deepEqual([...all.subarray(4, 7)], COLOURS[1]);
  assert.equal(new Set(alphas(all)).size, 1);
  const lit = veilOf(three, { colours: COLOURS, lit: new Set([2]), other: null });
  assert.deepEqual([...lit.subarray(0, 3)], [0, 0, 0]);
  assert.deepEqual([...lit.subarray(8, 11)], COLOURS[2]);
  assert.ok(alphas(lit)[2] > alphas(lit)[0]);
});

test("against another map only what differs is coloured, whatever the other's grid", () => {
  const veil = { colours: COLOURS, lit: null, other: map(1, 2, 0, 1) };
  const pixels = veilOf(map(1, 4, 0, 1, 1, 2), veil);
  assert.deepEqual(
    [0, 1, 2, 3].map((i) => pixels[4 * i]),
    [0, 40, 0, 70],
  );
});

test("shares sum to one, and a difference is told from both sides", () => {
  const [one, other] = [map(2, 2, 0, 1, 1, 2), map(2, 2, 0, 1, 2, 0)];
  assert.deepEqual(sharesOf(one, 3), [0.25, 0.5, 0.25]);
  assert.deepEqual(apart(one, other, 3), { share: 0.5, said: [0, 0.25, 0.25], instead: [0.25, 0, 0.25] });
  assert.equal(apart(one, one, 3).share, 0);
});
