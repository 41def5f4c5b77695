import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import {
  coverOf,
  formatShare,
  formatWeight,
  paint,
  paintAttenuation,
  paintFilter,
  parseTable,
  scaleOf,
} from "../../../static/js/math/colour.js";

const tables = JSON.parse(readFileSync(new URL("../../../static/colormaps.json", import.meta.url)));

/** CIE lightness of an sRGB colour. */
function lightness([r, g, b]) {
  const linear = [r, g, b].map((v) => (v <= 10 ? v / 3294.6 : ((v / 255 + 0.055) / 1.055) ** 2.4));
  const y = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  return y > 0.008856 ? 116 * Math.cbrt(y) - 16 : 903.3 * y;
}

test("the sequential tables grow lighter at every step, so that they read in grey", () => {
  for (const name of ["viridis", "inferno", "grey"]) {
    const table = parseTable(tables[name]);
    const steps = Array.from({ length: 64 }, (_, i) => lightness(table.subarray(12 * i, 12 * i + 3)));
    steps.slice(1).forEach((value, i) => {
      assert.ok(value > steps[i] - 0.01, `${name} at ${i}`);
    });
  }
});

test("the lowest weight has the first colour and the highest the last", () => {
  const table = parseTable(tables.viridis);
  const pixels = new Uint8ClampedArray(12);
  paint([0.1, 0.3, 0.2], scaleOf([0.1, 0.3], null), table, pixels);
  assert.deepEqual([...pixels.slice(0, 4)], [...table.slice(0, 3), 255]);
  assert.deepEqual([...pixels.slice(4, 8)], [...table.slice(765), 255]);
});

test("a diverging scale has its middle at the middle and reaches as far on both sides", () => {
  assert.deepEqual(scaleOf([0.25, 2], 0.5), { low: -1, high: 2 });
});

test("a map of one value does not divide by zero", () => {
  const pixels = new Uint8ClampedArray(8);
  paint([0.5, 0.5], scaleOf([0.5, 0.5], null), parseTable(tables.grey), pixels);
  assert.deepEqual([...pixels], [0, 0, 0, 255, 0, 0, 0, 255]);
});

test("the filter hides what is not kept and attenuation leaves the floor", () => {
  const pixels = new Uint8ClampedArray(8);
  paintFilter(Uint8Array.of(1, 0), pixels);
  assert.deepEqual([pixels[3], pixels[7]], [0, 255]);
  paintAttenuation([1, 0], 1, 0.2, pixels);
  assert.deepEqual([pixels[3], pixels[7]], [0, 204]);
});

test("an overlay covers more where it says more, and leaves two thirds of the photo where it says least", () => {
  const [low, middle, high] = [0, 128, 255].map((i) => coverOf(1, false)[i]);
  assert.deepEqual([low, middle, high], [85, 170, 255]);
  assert.deepEqual([coverOf(0.6, true)[0], coverOf(0.6, true)[128], coverOf(0.6, true)[255]], [153, 51, 153]);
});

test("weights and shares are said in few digits", () => {
  assert.deepEqual([0, 0.03131, 0.0000213].map(formatWeight), ["0", "0.0313", "2.1e-5"]);
  assert.deepEqual([0.5, 0.0123].map(formatShare), ["50 %", "1.2 %"]);
});
