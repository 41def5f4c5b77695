import assert from "node:assert/strict";
import { test } from "node:test";
import { CLS } from "../../../static/js/math/query.js";
import { besideShare, caption, describe, hint } from "../../../static/js/parts/phrases.js";

test("a map is described by its heaviest patches and where they lie", () => {
  const values = new Float32Array(100).fill(0.001);
  values[3] = 0.5;
  const words = describe(values, { rows: 10, columns: 10 }, "Layer 1, head 0, query CLS");
  assert.match(words, /^Layer 1, head 0, query CLS\. 10 by 10 patches/);
  assert.match(words, /row 0, column 3 \(83 %\)/);
  assert.match(words, /at the top, on the left/);
});

test("the caption says what is shown", () => {
  const view = { method: "weights", layer: 12, head: "max", query: { row: 3, column: 4 } };
  assert.equal(caption(view), "Layer 12, maximum of heads, query patch at row 3, column 4");
  assert.equal(caption({ ...view, method: "saliency" }), "Saliency decoder");
});

test("weight outside the photo is named, where it is a share", () => {
  const view = { method: "weights", head: "mean" };
  assert.equal(
    besideShare(0.123, ["cls"], view),
    "12 % of all weight is on the token CLS, outside the photo.",
  );
  assert.equal(besideShare(0.123, ["CLS"], { ...view, head: "max" }), "");
  assert.equal(besideShare(NaN, ["CLS"], view), "");
});

test("the hint says what a click does now", () => {
  assert.match(hint("weights", CLS, false), /^Point at a patch.* Click to pin/);
  assert.match(hint("rollout", { row: 1, column: 2 }, false), /^Looking from the patch at row 1, column 2\./);
  assert.match(hint("saliency", CLS, false), /there is no query/);
  for (const query of [CLS, { row: 1, column: 2 }]) {
    for (const method of ["weights", "rollout"]) assert.match(hint(method, query, true), /Tap (a|another)/);
  }
});
