import assert from "node:assert/strict";
import { test } from "node:test";
import { kindOf, meanDistance, offsetShare, overPatches } from "../../../static/js/math/headkinds.js";

const GRID = { rows: 3, columns: 4 };
const COUNT = 12;

/** @param {(query: number, key: number) => number} weight */
function rows(weight) {
  const found = Float32Array.from({ length: COUNT ** 2 }, (_, i) => weight(Math.floor(i / COUNT), i % COUNT));
  for (let query = 0; query < COUNT; query++) {
    const row = found.subarray(query * COUNT, (query + 1) * COUNT);
    const sum = row.reduce((a, b) => a + b, 0);
    row.forEach((value, i) => {
      row[i] = value / sum;
    });
  }
  return found;
}

test("A head that looks at itself goes by position alone, and no way far", () => {
  const found = kindOf(
    rows((query, key) => Number(query === key)),
    GRID,
  );
  assert.equal(found.distance, 0);
  assert.ok(Math.abs(found.share - 1) < 1e-6);
  assert.ok(found.even > 1);
});

test("A head that always looks at one thing goes by content", () => {
  const found = rows((_, key) => Number(key === 5));
  assert.ok(offsetShare(found, GRID) < 0.2);
  assert.ok(meanDistance(found, GRID) > 1);
});

test("Weights that prefer nothing have no variance to explain", () => {
  const found = kindOf(
    rows(() => 1),
    GRID,
  );
  assert.equal(found.share, 0);
  assert.ok(Math.abs(found.distance - found.even) < 1e-6);
});

test("What is no patch is left out, and the rest sums to 1", () => {
  const found = overPatches((query, out) => out.fill(1).fill(query, 0, 1), {
    tokens: 3,
    prefix: 1,
    patches: 2,
  });
  assert.deepEqual([...found], [0.5, 0.5, 0.5, 0.5]);
});
