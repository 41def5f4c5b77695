import assert from "node:assert/strict";
import { test } from "node:test";
import {
  axisTop,
  barsPath,
  extremes,
  formatGate,
  mostSpecial,
  orderOf,
  topsPath,
} from "../../../static/js/math/gate.js";

const VALUES = Float32Array.of(0.5, 0.125, 1, 0.25);

test("bars stand sorted, or as the network numbers its channels", () => {
  assert.deepEqual(orderOf(VALUES, "sorted"), [2, 0, 3, 1]);
  assert.deepEqual(orderOf(VALUES, "network"), [0, 1, 2, 3]);
});

test("the most open and the most closed channels have none in common", () => {
  assert.deepEqual(extremes(VALUES, 1), { opened: [2], closed: [1] });
  assert.deepEqual(extremes(VALUES, 4), { opened: [2, 0], closed: [1, 3] });
  assert.deepEqual(extremes(Float32Array.of(0.5), 4), { opened: [0], closed: [] });
});

test("the axis goes to 1, and less far where all is next to closed", () => {
  assert.deepEqual([[0, 1], [0.3], [0.05, 0.09], [0.01], []].map(axisTop), [1, 1, 0.1, 0.02, 0.02]);
});

test("what is special is told against the average of other passes", () => {
  const average = Float32Array.of(0.5, 0.125, 0.75, 0.375);
  assert.equal(mostSpecial(VALUES, average), 2);
  assert.equal(mostSpecial(VALUES, VALUES), null);
});

test("bars stand side by side, and are means of neighbours where there are more values than pixels", () => {
  const size = { width: 4, height: 10 };
  assert.equal(barsPath([1, 0.5], size), "M0 10V0H2V10ZM2 10V5H4V10Z");
  assert.equal(barsPath([1, 0.5], size, 0.5), "M0 10V0H1V10ZM2 10V5H3V10Z");
  assert.equal(topsPath([1, 0.5], size), "M0 0H2M2 5H4");
  assert.equal(barsPath([1, 0, 0.5, 0.5], { width: 2, height: 10 }), "M0 10V5H1V10ZM1 10V5H2V10Z");
  assert.equal(barsPath([], size), "");
});

test("a gate that is all but closed is not told as closed", () => {
  assert.deepEqual([0, 0.004, 0.567, 1].map(formatGate), ["0.00", "4e-3", "0.57", "1.00"]);
});
