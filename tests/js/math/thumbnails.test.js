import assert from "node:assert/strict";
import { test } from "node:test";

import {
  MOST,
  moved,
  orderOf,
  pooled,
  pooledPlaces,
  sampled,
  thumb,
  thumbsFromQK,
  thumbsFromWeights,
} from "../../../static/js/math/thumbnails.js";

const site = (name, heads) => ({ name, heads });

/** Queries and keys of two heads, made of a fixed sequence. */
function qkOf(tokens, width = 4, heads = 2) {
  let seed = 7;
  const next = () => {
    seed = (seed * 16807) % 2147483647;
    return (seed / 2147483647) * 4 - 2;
  };
  const make = () => Float32Array.from({ length: heads * tokens * width }, next);
  return { q: make(), k: make(), heads, tokens, width };
}

/** The softmax over the keys a query sees, one by one. */
function weightsOf({ q, k, tokens, width }, head, query, scale, causal) {
  const at = (array, token) =>
    array.slice((head * tokens + token) * width, (head * tokens + token + 1) * width);
  const powers = Array.from({ length: tokens }, (_, key) => {
    const [a, b] = [at(q, query), at(k, key)];
    return causal && key > query ? 0 : Math.exp(scale * a.reduce((sum, each, i) => sum + each * b[i], 0));
  });
  const total = powers.reduce((sum, each) => sum + each, 0);
  return powers.map((power) => power / total);
}

test("the guided head comes first, and the others keep their order", () => {
  const sites = [site("decoder.1.cross", 3), site("decoder.2.cross", 3)];
  const found = orderOf(sites, { site: "decoder.2.cross", head: 2 });
  assert.deepEqual(
    found.map((line) => [line.site.name, line.heads]),
    [
      ["decoder.2.cross", [2, 0, 1]],
      ["decoder.1.cross", [0, 1, 2]],
    ],
  );
  assert.deepEqual(
    orderOf(sites, null).map((line) => line.heads),
    [
      [0, 1, 2],
      [0, 1, 2],
    ],
  );
});

for (const causal of [false, true]) {
  test(`thumbnails of ${causal ? "causal " : ""}queries and keys are their softmax`, () => {
    const qk = qkOf(6);
    const found = [...thumbsFromQK(qk, { scale: 0.5, causal })];
    assert.equal(found.length, 2);
    for (const { head, rows, columns, values, entropy } of found) {
      const expected = Array.from({ length: 6 }, (_, query) => weightsOf(qk, head, query, 0.5, causal));
      assert.deepEqual([rows, columns], [6, 6]);
      expected.flat().forEach((weight, i) => {
        assert.ok(Math.abs(values[i] - weight) < 1e-6);
      });
      const bits = expected.flat().reduce((sum, w) => sum - (w ? w * Math.log2(w) : 0), 0) / 6;
      assert.ok(Math.abs(entropy - bits) < 1e-5);
    }
  });
}

test("a site without queries and keys gives its weights", () => {
  const data = Float32Array.from([0.5, 0.5, 0, 1, 1, 0, 0.25, 0.75]);
  const [first, second] = thumbsFromWeights({ shape: [2, 2, 2], data });
  assert.deepEqual([...first.values], [0.5, 0.5, 0, 1]);
  assert.equal(first.entropy, 0.5);
  assert.deepEqual([...second.values], [1, 0, 0.25, 0.75]);
});

test("a long text is thinned out, and no peak of a looked-at query is lost", () => {
  const row = new Float32Array(512);
  row[301] = 0.9;
  const { rows, columns, values, entropy } = thumb(0, 512, 512, () => row);
  assert.deepEqual([rows, columns], [MOST, MOST]);
  assert.equal(entropy, null);
  assert.equal(values[Math.floor((301 * MOST) / 512)], row[301]);
  const out = new Float32Array(3);
  pooled(Float32Array.from([1, 5, 2, 4, 0, 3]), out);
  assert.deepEqual([...out], [5, 4, 3]);
});

test("samples are spread over the whole axis", () => {
  assert.deepEqual(sampled(4), [0, 1, 2, 3]);
  const found = sampled(1000, 10);
  assert.deepEqual([found.length, found[0], found[9]], [10, 50, 950]);
  assert.deepEqual(sampled(0), []);
});

test("arrow keys move in the grid and stop at its edges", () => {
  const lengths = [8, 3];
  assert.deepEqual(moved(lengths, { row: 0, column: 7 }, "ArrowRight"), { row: 0, column: 7 });
  assert.deepEqual(moved(lengths, { row: 0, column: 7 }, "ArrowDown"), { row: 1, column: 2 });
  assert.deepEqual(moved(lengths, { row: 1, column: 2 }, "Home"), { row: 1, column: 0 });
  assert.deepEqual(moved(lengths, { row: 0, column: 0 }, "End"), { row: 0, column: 7 });
  assert.deepEqual(moved(lengths, { row: 0, column: 0 }, "ArrowUp"), { row: 0, column: 0 });
  assert.equal(moved(lengths, { row: 0, column: 0 }, "Enter"), null);
});

test("columns of a thumbnail stand as those of its matrix", () => {
  assert.deepEqual(pooledPlaces([0, 1, 2], 3), [0, 1, 2]);
  assert.deepEqual(pooledPlaces([2, 0, 1], 3), [2, 0, 1]);
  const turned = Array.from({ length: 128 }, (_, i) => 127 - i);
  assert.deepEqual(
    pooledPlaces(turned, 64),
    Array.from({ length: 64 }, (_, i) => 63 - i),
  );
});
