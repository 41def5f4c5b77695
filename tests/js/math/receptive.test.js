import assert from "node:assert/strict";
import { test } from "node:test";
import { cellOf, deviation, fieldOf, inPhoto } from "../../../static/js/math/receptive.js";

const axis = { size: 11, stride: 8, start: -3 };
const LAYER = { name: "stage2", grid: { rows: 4, columns: 6, patch_size: 8 }, rows: axis, columns: axis };

test("a unit stands for its square, and sees what its kernels reach around it", () => {
  assert.deepEqual(cellOf(LAYER, { row: 1, column: 2 }), { left: 16, top: 8, width: 8, height: 8 });
  assert.deepEqual(fieldOf(LAYER, { row: 0, column: 2 }), { left: 13, top: -3, width: 11, height: 11 });
});

test("a box of the input lies on the crop of the photo", () => {
  const crop = { left: 5, top: 7, width: 96, height: 64 };
  const box = inPhoto({ left: 16, top: 8, width: 8, height: 8 }, crop, 48);
  assert.deepEqual(box, { left: 37, top: 23, width: 16, height: 16 });
});

test("a share spreads by its standard deviation along each axis", () => {
  const values = [0, 0, 0, 1, 2, 1, 0, 0, 0];
  const [down, across] = deviation({ values, rows: 3, columns: 3 });
  assert.equal(down, 0);
  assert.ok(Math.abs(across - Math.SQRT1_2) < 1e-9);
  assert.deepEqual(deviation({ values: new Float32Array(9), rows: 3, columns: 3 }), [0, 0]);
});
