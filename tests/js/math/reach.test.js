import assert from "node:assert/strict";
import { test } from "node:test";
import { mixed, moves } from "../../../static/js/math/jigsaw.js";
import { multiplications, reached, windowEdges } from "../../../static/js/math/reach.js";

const HOW = { window: 7, reduction: 2 };

test("Shifted windows leave smaller ones at the edges", () => {
  assert.deepEqual(windowEdges(14, 7, 0), [0, 7, 14]);
  assert.deepEqual(windowEdges(14, 7, 3), [0, 3, 10, 14]);
  assert.equal(reached([0.5, 0.5, 0, Math.exp(-100)]), 2);
});

test("Looking at all grows with the square of the places, looking into windows with the places", () => {
  const pairs = (/** @type {"vit" | "swin" | "pvt"} */ kind, /** @type {number} */ places) =>
    multiplications(kind, places, 1e-9, HOW) / 1e-9; // without the projections
  assert.ok(Math.abs(pairs("vit", 392) / pairs("vit", 196) - 4) < 1e-3);
  assert.ok(Math.abs(pairs("swin", 392) / pairs("swin", 196) - 2) < 1e-3);
  assert.ok(Math.abs(pairs("pvt", 196) / pairs("vit", 196) - 1 / 4) < 1e-3);
  assert.equal(multiplications("vit", 196, 112, HOW), 4 * 196 * 112 ** 2 + 2 * 196 ** 2 * 112);
  assert.equal(multiplications("swin", 49, 112, HOW), multiplications("vit", 49, 112, HOW));
});

test("A jigsaw has every patch once, and almost none where it was", () => {
  const order = mixed(196);
  assert.deepEqual(
    order.toSorted((a, b) => a - b),
    Array.from({ length: 196 }, (_, i) => i),
  );
  assert.ok(order.filter((from, to) => from === to).length < 10);
  assert.deepEqual(mixed(196), order);
  assert.deepEqual(moves([3, 0], { rows: 2, columns: 2 }, 14), [
    { from: { left: 14, top: 14 }, to: { left: 0, top: 0 } },
    { from: { left: 0, top: 0 }, to: { left: 14, top: 0 } },
  ]);
});
