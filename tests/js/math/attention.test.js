import assert from "node:assert/strict";
import { test } from "node:test";

import {
  allHeads,
  chooseHead,
  entropy,
  headWeights,
  kept,
  nearlyUniform,
  rank,
  ranking,
} from "../../../static/js/math/attention.js";

/** Two heads, three tokens, width four; the numbers are small enough to check by hand. */
const qk = {
  q: Float32Array.from([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 2, 0, 1, 1, 1, 1]),
  k: Float32Array.from([2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1, 0, 0, 1, 0, 1, 1, 1, 1]),
  heads: 2,
  tokens: 3,
  width: 4,
};
const near = (actual, expected) =>
  actual.forEach((value, i) => {
    assert.ok(Math.abs(value - expected[i]) < 1e-6, `${value} at ${i}`);
  });

function softmax(scores) {
  const exps = scores.map(Math.exp);
  const sum = exps.reduce((a, b) => a + b, 0);
  return exps.map((value) => value / sum);
}

test("the weights of one query are the softmax of its scaled scores", () => {
  const out = new Float32Array(3);
  headWeights(qk, 0, 0, 0.5, out);
  near([...out], softmax([1, 0, 0]));
  headWeights(qk, 1, 2, 0.5, out);
  near([...out], softmax([0.5, 0.5, 2]));
});

test("large scores do not overflow", () => {
  const out = new Float32Array(3);
  headWeights(qk, 0, 0, 1000, out);
  near([...out], [1, 0, 0]);
});

test("the mean of heads sums to one and the maximum is no smaller than any head", () => {
  const all = new Float32Array(6);
  const mean = new Float32Array(3);
  const max = new Float32Array(3);
  allHeads(qk, 1, 0.5, all);
  chooseHead(all, 2, "mean", mean);
  chooseHead(all, 2, "max", max);
  near([mean.reduce((a, b) => a + b)], [1]);
  for (let i = 0; i < 3; i++) assert.equal(max[i], Math.max(all[i], all[3 + i]));
  chooseHead(all, 2, "1", mean);
  near([...mean], [...all.subarray(3)]);
});

test("the kept patches are the fewest that hold the share, the earlier one first in a tie", () => {
  const values = Float32Array.from([0.1, 0.4, 0.1, 0.4]);
  assert.deepEqual([...kept(values, 0.4)], [0, 1, 0, 0]);
  assert.deepEqual([...kept(values, 0.41)], [0, 1, 0, 1]);
  assert.deepEqual([...kept(values, 0.9)], [1, 1, 0, 1]);
  assert.deepEqual([...kept(values, 1)], [1, 1, 1, 1]);
});

test("rank counts from one and agrees with the ranking", () => {
  const values = Float32Array.from([0.2, 0.5, 0.2, 0.1]);
  assert.deepEqual([...ranking(values)], [1, 0, 2, 3]);
  assert.deepEqual(
    [...values].map((_, i) => rank(values, i)),
    [2, 1, 3, 4],
  );
});

test("entropy is in bits, and only an even map is called uniform", () => {
  assert.equal(entropy(new Float32Array(8).fill(0.01)), 3);
  assert.equal(nearlyUniform(new Float32Array(8).fill(0.01)), true);
  assert.equal(nearlyUniform(Float32Array.from([0.9, 0.05, 0.05])), false);
});
