import assert from "node:assert/strict";
import { test } from "node:test";

import { beside, patchAt, patchBox, place, samePlace, sameSpot } from "../../../static/js/math/geometry.js";

const grid = { rows: 21, columns: 32 };

test("the crop lies on the canvas where it lies in the photo", () => {
  const crop = { left: 0, top: 3, width: 600, height: 394 };
  const box = place(crop, { width: 600, height: 400 }, { width: 300, height: 200 });
  assert.deepEqual(box, { left: 0, top: 1.5, width: 300, height: 197 });
});

test("every patch is found again under its own middle", () => {
  const box = { left: 4, top: 7, width: 640, height: 420 };
  for (const patch of [
    { row: 0, column: 0 },
    { row: 20, column: 31 },
    { row: 9, column: 17 },
  ]) {
    const { left, top, width, height } = patchBox(patch, box, grid);
    assert.deepEqual(patchAt(left + width / 2, top + height / 2, box, grid), patch);
  }
});

test("a point beside the grid belongs to the nearest patch", () => {
  const box = { left: 10, top: 10, width: 320, height: 210 };
  assert.deepEqual(patchAt(0, 0, box, grid), { row: 0, column: 0 });
  assert.deepEqual(patchAt(999, 100, box, grid), { row: 9, column: 31 });
});

test("the same place of another photo is at the same share of its sides", () => {
  assert.deepEqual(samePlace({ row: 20, column: 31 }, grid, { rows: 46, columns: 46 }), {
    row: 44,
    column: 45,
  });
});

test("the same spot of a photo is found where grids cover other parts of it", () => {
  const covered = (rows, columns, left, width) => ({
    grid: { rows, columns },
    trace: { input: { width: 200, height: 100, crop: { left, top: 0, width, height: 100 } } },
  });
  const [whole, middle] = [covered(10, 20, 0, 200), covered(5, 5, 50, 100)];
  assert.deepEqual(sameSpot({ row: 3, column: 10 }, whole, middle), { row: 1, column: 2 });
  assert.deepEqual(sameSpot({ row: 1, column: 2 }, middle, whole), { row: 3, column: 10 });
  assert.deepEqual(sameSpot({ row: 0, column: 0 }, whole, middle), { row: 0, column: 0 }); // the nearest
});

test("a note stands under its word, over it where there is no room, and inside the window", () => {
  const [note, window] = [
    { width: 300, height: 90 },
    { width: 360, height: 640 },
  ];
  const word = (left, top) => ({ left, top, bottom: top + 20 });
  assert.deepEqual(beside(word(20, 100), note, window), { left: 20, top: 126 });
  assert.deepEqual(beside(word(300, 600), note, window), { left: 52, top: 504 });
  assert.deepEqual(beside(word(-5, 20), note, { width: 360, height: 120 }), { left: 8, top: 46 }); // no room at all
});
