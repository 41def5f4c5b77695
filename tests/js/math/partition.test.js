import assert from "node:assert/strict";
import { test } from "node:test";
import { spreadRow } from "../../../static/js/math/partition.js";

test("a query's weights lie on the entries of its window, and are 0 elsewhere", () => {
  const windows = {
    shape: [2, 2],
    data: [0, 2, 1, 3],
  };
  const inside = {
    shape: [2, 2, 2, 2], // windows, heads, queries, keys
    data: [0.1, 0.9, 0.2, 0.8, 0.3, 0.7, 0.4, 0.6, 0.5, 0.5, 0.25, 0.75, 1, 0, 0, 1],
  };
  const out = new Float32Array(8).fill(9);
  spreadRow(windows, inside, 2, out, 4);
  assert.deepEqual([...out], [...Float32Array.of(0.2, 0, 0.8, 0, 0.4, 0, 0.6, 0)]);
  spreadRow(windows, inside, 1, out, 4);
  assert.deepEqual([...out], [0, 0.5, 0, 0.5, 0, 1, 0, 0]);
});
