import assert from "node:assert/strict";
import { test } from "node:test";

import { finer } from "../../../static/js/math/smooth.js";

test("a flat map stays flat", () => {
  const fine = finer(new Float32Array(12).fill(0.25), 3, 4, 5);
  assert.equal(fine.length, 12 * 25);
  for (const value of fine) assert.ok(Math.abs(value - 0.25) < 1e-6);
});

test("an odd factor keeps every patch's own weight at its middle", () => {
  const values = Float32Array.from({ length: 6 }, (_, i) => i * i);
  const fine = finer(values, 2, 3, 3);
  for (let row = 0; row < 2; row++) {
    for (let column = 0; column < 3; column++) {
      const middle = fine[(row * 3 + 1) * 9 + column * 3 + 1];
      assert.ok(Math.abs(middle - values[row * 3 + column]) < 1e-5);
    }
  }
});

test("between patches that rise evenly the weight rises evenly", () => {
  const ramp = Float32Array.from({ length: 8 }, (_, i) => i);
  const fine = finer(ramp, 1, 8, 2);
  const across = [...fine.subarray(0, 16)];
  for (let i = 3; i < 12; i++) assert.ok(Math.abs(across[i] - (i - 0.5) / 2) < 1e-5);
});
