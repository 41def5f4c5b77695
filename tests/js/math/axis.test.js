import assert from "node:assert/strict";
import { test } from "node:test";
import {
  besidePatches,
  entryName,
  indexOf,
  onPatches,
  placeOf,
  plain,
  queryAt,
  seenFrom,
} from "../../../static/js/math/axis.js";
import { CLS, spellQuery } from "../../../static/js/math/query.js";

const GRID = { rows: 2, columns: 3, patch_size: 14 };

test("an entry is called by its token, numbered where it comes twice, or by its patch", () => {
  const tokens = { kind: "token", size: 4, labels: ["▁the", "▁cat", "▁the", "s"] };
  assert.deepEqual(
    [0, 1, 2, 3].map((i) => entryName(tokens, i)),
    ["the₀", "cat", "the₂", "s"],
  );
  assert.equal(queryAt(tokens, 2), 2);
  const patches = {
    kind: "patch",
    size: 7,
    prefix: 1,
    suffix: 0,
    frames: 1,
    grid: { rows: 2, columns: 3, patch_size: 14 },
    labels: ["cls"],
  };
  assert.deepEqual(
    [0, 1, 6].map((i) => entryName(patches, i)),
    ["CLS", "0,0", "1,2"],
  );
  assert.deepEqual(
    [0, 6].map((i) => spellQuery(queryAt(patches, i))),
    ["cls", "1,2"],
  );
});

test("a query is found again at its index; what an axis has not is its first entry", () => {
  const patches = {
    kind: "patch",
    size: 8,
    prefix: 2,
    suffix: 0,
    frames: 1,
    grid: GRID,
    labels: ["cls", "reg"],
  };
  for (let i = 0; i < 8; i++) assert.equal(indexOf(patches, queryAt(patches, i)), i);
  assert.deepEqual(
    [CLS, { row: 2, column: 0 }, { token: "none" }].map((q) => indexOf(patches, q)),
    [0, 0, 0],
  );
  const tokens = { kind: "token", size: 3, labels: ["a", "b", "c"] };
  assert.equal(indexOf(tokens, 2), 2);
  assert.equal(indexOf(tokens, { row: 1, column: 1 }), 0);
});

test("tokens beside the patches have no place, whether they come before or after", () => {
  const axis = {
    kind: "patch",
    size: 9,
    prefix: 1,
    suffix: 2,
    frames: 1,
    grid: GRID,
    labels: ["cls", "det1", "det2"],
  };
  assert.deepEqual(
    [0, 1, 6, 7].map((i) => placeOf(axis, i)),
    [null, { row: 0, column: 0 }, { row: 1, column: 2 }, null],
  );
  const weights = Float32Array.from([0.25, 0, 0.125, 0, 0, 0, 0.125, 0.25, 0.25]);
  assert.deepEqual([...onPatches(axis, weights)], [0, 0.125, 0, 0, 0, 0.125]);
  assert.equal(besidePatches(axis, weights), 0.75);
  assert.equal(entryName(axis, 8), "DET2");
  for (let i = 0; i < 9; i++) assert.equal(indexOf(axis, queryAt(axis, i)), i);
});

test("a token is read without the mark that a word begins", () => {
  assert.equal(plain("▁on"), "on");
});

test("channels and branches are entries by number and by name", () => {
  const channels = { kind: "channel", size: 12 };
  const branches = { kind: "branch", size: 2, labels: ["3 x 3", "5 x 5"] };
  assert.deepEqual([entryName(channels, 7), queryAt(channels, 7), placeOf(channels, 7)], ["7", 7, null]);
  assert.equal(entryName(branches, 1), "5 x 5");
});

test("a patch of one grid is that at the same place of another, and a token is itself", () => {
  const axis = { kind: "patch", size: 6, prefix: 0, suffix: 0, frames: 1, grid: GRID, labels: [] };
  const fine = { rows: 8, columns: 12, patch_size: 4 };
  assert.deepEqual(seenFrom(axis, { row: 7, column: 4 }, fine), { row: 1, column: 1 });
  assert.deepEqual(seenFrom(axis, { row: 1, column: 2 }, GRID), { row: 1, column: 2 });
  assert.equal(seenFrom(axis, CLS, fine), CLS);
});
