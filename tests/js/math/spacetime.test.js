import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseHead, headWeights } from "../../../static/js/math/attention.js";
import {
  indexOfPatch,
  keptOf,
  mapAt,
  middleOf,
  onAxis,
  paces,
  parseClipPatch,
  spaceTime,
  spellClipPatch,
  whenOf,
} from "../../../static/js/math/spacetime.js";

const GRID = { rows: 2, columns: 3, patch_size: 14 };
const AXIS = { kind: "patch", size: 25, prefix: 1, suffix: 0, frames: 4, grid: GRID, labels: ["cls"] };

/** Queries and keys of a small model, the same at every run. */
function small(heads = 2, tokens = 25, width = 8) {
  let state = 7;
  const next = () => {
    state = (state * 16807) % 2147483647;
    return state / 2147483647 - 0.5;
  };
  const values = Float32Array.from({ length: 2 * heads * tokens * width }, () => 6 * next());
  const half = values.length / 2;
  return { q: values.subarray(0, half), k: values.subarray(half), heads, tokens, width };
}

/** The textbook's softmax of one head, in double precision. */
function plain({ q, k, tokens, width }, head, query, scale) {
  const dot = (t) => {
    let sum = 0;
    for (let i = 0; i < width; i++)
      sum += q[(head * tokens + query) * width + i] * k[(head * tokens + t) * width + i];
    return Math.exp(sum * scale);
  };
  const found = Array.from({ length: tokens }, (_, t) => dot(t));
  const total = found.reduce((sum, value) => sum + value, 0);
  return found.map((value) => value / total);
}

const close = (one, other, most = 1e-6) => {
  assert.equal(one.length, other.length);
  one.forEach((value, i) => assert.ok(Math.abs(value - other[i]) < most, `${i}: ${value}, not ${other[i]}`));
};

test("one softmax goes over the patches of all frames, head by head, their mean and maximum", () => {
  const qk = small();
  const query = indexOfPatch(AXIS, { step: 2, row: 1, column: 0 });
  assert.equal(query, 1 + 2 * 6 + 3);
  const out = new Float32Array(25);
  const room = new Float32Array(50);
  for (const head of ["0", "1"]) {
    spaceTime(qk, head, query, 0.35, out, room);
    close(out, plain(qk, Number(head), query, 0.35));
    const same = new Float32Array(25);
    headWeights(qk, Number(head), query, 0.35, same);
    assert.deepEqual(out, same);
  }
  const both = Float32Array.from([0, 1].flatMap((head) => plain(qk, head, query, 0.35)));
  for (const head of ["mean", "max"]) {
    spaceTime(qk, head, query, 0.35, out, room);
    const wanted = new Float32Array(25);
    chooseHead(both, 2, head, wanted);
    close(out, wanted);
  }
});

test("when is the sum of the maps by frame, and what is beside the patches is in none", () => {
  const qk = small();
  const weights = new Float32Array(25);
  spaceTime(qk, "mean", 5, 0.35, weights, new Float32Array(50));
  const when = whenOf(AXIS, weights);
  assert.equal(when.length, 4);
  const sums = [0, 1, 2, 3].map((step) => mapAt(AXIS, weights, step).values.reduce((a, b) => a + b, 0));
  close(when, sums);
  assert.ok(Math.abs(when.reduce((a, b) => a + b, 0) + weights[0] - 1) < 1e-6);
  assert.deepEqual([mapAt(AXIS, weights, 1).rows, mapAt(AXIS, weights, 1).columns], [2, 3]);
  assert.equal(mapAt(AXIS, weights, 1).values[0], weights[7]);
  assert.equal(keptOf(AXIS, weights, 1).length, 24);
});

test("a patch of a clip is spelled as the API spells it, and a link can name none that is not there", () => {
  const patch = { step: 12, row: 7, column: 3 };
  assert.equal(spellClipPatch(patch), "12,7,3");
  assert.deepEqual(parseClipPatch("12,7,3"), patch);
  for (const text of ["", "7,3", "1,2,3,4", "a,b,c", "-1,0,0", "123,0,0"])
    assert.equal(parseClipPatch(text), null);
  assert.equal(spellClipPatch(null), "");
  assert.deepEqual(onAxis({ step: 40, row: 7, column: 1 }, AXIS), { step: 3, row: 1, column: 1 });
});

test("the middle of a thing is one of its own patches, also of one that is bent", () => {
  const mask = [1, 1, 1, 1, 0, 0, 1, 1, 1]; // a C
  const middle = middleOf(mask, { rows: 3, columns: 3 }, 0.5);
  assert.ok(mask[middle.row * 3 + middle.column] === 1);
  assert.deepEqual(middleOf([0, 0, 0, 1], { rows: 2, columns: 2 }, 0.5), { row: 1, column: 1 });
  assert.equal(middleOf([0, 0, 0, 0], { rows: 2, columns: 2 }, 0.5), null);
});

test("a clip is played as it was taken, and none of its frames too briefly or too long", () => {
  close(paces([0, 0.1, 0.3, 0.301, 9]), [100, 200, 40, 1000, 1000], 1e-9);
  assert.deepEqual(paces([0]), [1000]);
});
