import assert from "node:assert/strict";
import { test } from "node:test";
import {
  apart,
  bucketName,
  bucketsOf,
  bucketTick,
  highestOf,
  ticks,
} from "../../../static/js/math/scales.js";

const bleu = (score) => ({ score, low: score - 1, high: score + 1 });
const length = (scores) =>
  scores.map((score, i) => ({
    from: i ? 10 * i : 1,
    to: i === scores.length - 1 ? null : 10 * i + 9,
    pairs: 40,
    ...bleu(score),
    repeated: 0.25,
  }));

test("ticks are whole steps of 1, 2 or 5 that reach over the highest", () => {
  assert.deepEqual(ticks(36.4), [0, 10, 20, 30, 40]);
  assert.deepEqual(ticks(57), [0, 10, 20, 30, 40, 50, 60]);
  assert.deepEqual(ticks(100), [0, 20, 40, 60, 80, 100]);
  assert.deepEqual(ticks(0.31), [0, 0.1, 0.2, 0.3, 0.4]);
  for (const highest of [0, 0.004, 1, 7.9, 23, 812]) {
    const levels = ticks(highest);
    assert.ok(levels.at(-1) >= highest && levels.length <= 8 && levels.length >= 2, `${highest}: ${levels}`);
  }
});

test("buckets are those of all series, in order, and the last has no end", () => {
  const series = [
    { name: "a", points: length([1, 2, 3]) },
    { name: "b", points: length([1, 2, 3]).slice(1) },
  ];
  assert.deepEqual(bucketsOf(series).map(bucketTick), ["1–9", "10–19", "20+"]);
  assert.deepEqual(bucketsOf(series).map(bucketName), ["1 to 9", "10 to 19", "20 and more"]);
  assert.deepEqual(
    bucketsOf(series).map(({ pairs }) => pairs),
    [40, 40, 40],
  );
});

test("an axis reaches over the intervals, not only over the scores", () => {
  assert.equal(highestOf([{ name: "a", points: length([30, 20, 6]) }]), 31);
  assert.equal(highestOf([]), 0);
});

test("labels that would touch are moved apart and none is moved past the lowest place", () => {
  assert.deepEqual(apart([10, 50, 90], 15), [10, 50, 90]);
  const places = apart([100, 98, 99], 15, 110);
  const sorted = [...places].sort((a, b) => a - b);
  assert.ok(sorted.every((place, i) => place <= 110 && (i === 0 || place - sorted[i - 1] >= 15 - 1e-9)));
  assert.ok(places[1] < places[2] && places[2] < places[0], "their order is kept");
});
