import assert from "node:assert/strict";
import { test } from "node:test";
import { alikeTo, cosine, sinusoids, wavelength } from "../../../static/js/math/sinusoids.js";

const near = (/** @type {number} */ one, /** @type {number} */ other) =>
  assert.ok(Math.abs(one - other) < 1e-6);

test("Sines and cosines stand in turn, each pair slower than the one before", () => {
  const found = sinusoids(3, 4);
  [0, 1, 0, 1].forEach((value, i) => near(found[i], value));
  near(found[4], Math.sin(1));
  near(found[5], Math.cos(1));
  near(found[10], Math.sin(2 / 100));
  near(wavelength(0, 256), 2 * Math.PI);
  near(wavelength(2, 4), 200 * Math.PI);
});

test("How alike two positions are depends on how far apart they are alone", () => {
  const found = sinusoids(64, 32);
  const [one, other] = [alikeTo(found, 32, 10), alikeTo(found, 32, 40)];
  near(one[10], 1);
  near(one[15], other[45]);
  near(one[5], one[15]);
  assert.ok(one[11] > one[13]);
  near(cosine([1, 0], [0, 2]), 0);
});
