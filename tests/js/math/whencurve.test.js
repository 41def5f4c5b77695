import assert from "node:assert/strict";
import { test } from "node:test";
import {
  frameAt,
  heightsOf,
  labelled,
  middleOfColumn,
  stepsPath,
  toldOfWhen,
} from "../../../static/js/math/whencurve.js";

test("a point of the strip is a frame, also at its edges and beyond", () => {
  assert.deepEqual(
    [-5, 0, 99, 100, 239, 240, 999].map((x) => frameAt(x, 240, 24)),
    [0, 0, 9, 10, 23, 23, 23],
  );
  for (let frame = 0; frame < 24; frame++)
    assert.equal(frameAt(middleOfColumn(frame, 240, 24), 240, 24), frame);
});

test("the curve is level over each frame, and over all frames of a tubelet", () => {
  const size = { width: 40, height: 10 };
  const when = Float32Array.of(0.25, 0.5);
  assert.equal(stepsPath(when, [0, 1], 0.5, size), "M0 5V5H20V0H40");
  assert.equal(stepsPath(when, [0, 0, 1, 1], 0.5, size, true), "M0 10V5H10V5H20V0H30V0H40V10Z");
});

test("ticks reach over the highest of both curves", () => {
  const { top, ticks } = heightsOf([Float32Array.of(0.02, 0.09), Float32Array.of(0.14)]);
  assert.ok(top >= 0.14 && ticks[0] === 0 && ticks.at(-1) === top && ticks.length <= 5);
  assert.ok(heightsOf([]).top > 0);
});

test("times stand as close as there is room for", () => {
  assert.deepEqual(labelled(4, 400, 40), [0, 1, 2, 3]);
  assert.deepEqual(labelled(8, 160, 40), [0, 2, 4, 6]);
  assert.deepEqual(labelled(48, 40, 40), [0]);
});

test("what the curve says is said, for those who cannot see it", () => {
  const told = toldOfWhen(Float32Array.of(0.1, 0.6, 0.3), (step) => `frame ${step + 1}`);
  assert.match(
    told,
    /^Most weight: frame 2 \(60 %\), frame 3 \(30 %\).* Half of it falls on 1 of 3 frames\.$/,
  );
});
