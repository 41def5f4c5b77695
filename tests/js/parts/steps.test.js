import assert from "node:assert/strict";
import { test } from "node:test";

import { explained } from "../../../static/js/parts/steps/formulas.js";
import { exponential, factor, tuple } from "../../../static/js/parts/steps/mathml.js";
import {
  decimal,
  heaviest,
  isRootOfWidth,
  leftOut,
  logDenominator,
  products,
  reachOf,
  rowsOf,
  scientific,
  topOf,
  trueMinus,
} from "../../../static/js/parts/steps/numbers.js";

const text = (tree) => (typeof tree === "string" ? tree : tree.children.map(text).join(""));

/** One query of width 4 over keys, worked out here as the API does it. */
function worked({ keys, bias = [], hidden = [], size = keys.length, scale = 0.5 }) {
  const query = [1, -2, 0.5, 3];
  const scores = keys.map((key) => key.reduce((sum, each, i) => sum + each * query[i], 0));
  const scaled = scores.map((score, i) => (hidden.includes(i) ? null : score * scale + (bias[i] ?? 0)));
  const powers = scaled.map((each) => (each === null ? 0 : Math.exp(each)));
  const total = powers.reduce((sum, each) => sum + each, 0) * (size > keys.length ? 2 : 1);
  const weights = powers.map((each) => each / total);
  const values = keys.map((key) => key.map((each) => -each));
  return {
    site: "decoder.1.self",
    head: 0,
    query_number: 1,
    query_label: "on",
    key: { kind: "token", size, labels: [] },
    shown: keys.map((_, i) => i),
    query,
    keys,
    scores,
    scale,
    scaled,
    weights,
    values,
    weighted_sum: values[0].map((_, i) => values.reduce((sum, value, k) => sum + weights[k] * value[i], 0)),
    output: [1, 2, 3, 4, 5],
    layer_output: [1, 2, 3, 4, 5],
  };
}

const KEYS = [
  [1, 0, 0, 0.2],
  [0, -1, 2, 0.5],
  [2, 1, 0, -1],
];
const lines = (found, number = 0, heads = 8) => {
  const rows = rowsOf(found);
  const row = rows.find((each) => each.number === number);
  return explained({ found, rows, row, label: (key) => `t${key}`, query: "on", heads });
};

test("the products of query and key add up to the score", () => {
  const found = worked({ keys: KEYS });
  for (const row of rowsOf(found)) {
    const sum = products(found.query, row.key).reduce((total, each) => total + each, 0);
    assert.ok(Math.abs(sum - row.score) < 1e-5);
  }
});

test("all of a sentence's keys stay in order; of many, the heaviest come first", () => {
  const whole = worked({ keys: KEYS });
  assert.deepEqual(
    rowsOf(whole).map((row) => row.number),
    [0, 1, 2],
  );
  assert.deepEqual(leftOut(whole), { count: 0, weight: 0 });
  const part = worked({ keys: KEYS, size: 500 });
  assert.equal(rowsOf(part)[0].number, heaviest(rowsOf(part)).number);
  assert.equal(leftOut(part).count, 497);
  assert.ok(Math.abs(leftOut(part).weight - 0.5) < 1e-6);
});

test("a sentence is asked for whole, an image by its heaviest dozen", () => {
  assert.equal(topOf(14), null);
  assert.equal(topOf(1025), 12);
  assert.equal(topOf(1025, 24), 24);
  assert.equal(topOf(22, 24), null);
});

test("the softmax's denominator follows from one weight, and does not overflow", () => {
  const found = worked({ keys: KEYS });
  const direct = Math.log(found.scaled.reduce((sum, each) => sum + Math.exp(each), 0));
  assert.ok(Math.abs(logDenominator(rowsOf(found)) - direct) < 1e-6);
  const { mantissa, exponent } = scientific(2000);
  assert.ok(mantissa >= 1 && mantissa < 10 && exponent === 868);
  assert.equal(text(exponential(Math.log(2.13e16))), "2.13×1016");
});

test("weights follow from the scaled scores that are shown", () => {
  const rows = rowsOf(worked({ keys: KEYS, bias: [0, 1.5, 0] }));
  for (const row of rows) {
    assert.ok(Math.abs(Math.exp(row.scaled - logDenominator(rows)) - row.weight) < 1e-6);
  }
});

test("a bias is told from rounding, and written into the formula", () => {
  const biased = worked({ keys: KEYS, bias: [0, 1.5, 0] });
  assert.deepEqual(
    rowsOf(biased).map((row) => row.bias),
    [0, 1.5, 0],
  );
  assert.match(text(lines(biased, 1)[3].symbols), /\+bj$/);
  assert.match(text(lines(biased, 1)[3].numbers), /\+1\.50=3\.75$/);
  assert.doesNotMatch(text(lines(worked({ keys: KEYS }))[3].symbols), /b/);
});

test("a masked key is minus infinity, weighs nothing, and is explained", () => {
  const causal = lines(worked({ keys: KEYS, hidden: [2] }), 2);
  assert.equal(text(causal[3].numbers), "zj=−∞");
  assert.match(causal[3].says, /masked/);
  assert.match(text(causal[4].numbers), /^e−∞.*=0$/);
});

test("the scale is a division by the root of the width where it is one", () => {
  assert.ok(isRootOfWidth(0.125, 64));
  assert.ok(!isRootOfWidth(1, 64));
  assert.match(lines(worked({ keys: KEYS }))[3].says, /√4/);
  assert.match(lines(worked({ keys: KEYS, scale: 1 }))[3].says, /constant/);
});

test("formulas have the present numbers put in", () => {
  const found = lines(worked({ keys: KEYS }));
  assert.equal(text(found[0].numbers), "q=(1.00,−2.00,…,3.00)∈ℝ4");
  assert.equal(text(found[2].numbers), "1.00·1.00+(−2.00)·0.00+…+3.00·0.20=1.60");
  assert.equal(text(found[3].numbers), "1.604=0.80");
  assert.match(text(found[6].numbers), /^0\.7949vt1\+/);
});

test("a site with one head says so", () => {
  assert.match(lines(worked({ keys: KEYS }), 0, 1)[7].says, /only head/);
  assert.match(lines(worked({ keys: KEYS }), 0, 8)[7].says, /8 heads/);
});

test("numbers are written to be read", () => {
  assert.equal(decimal(-0.5), "−0.50");
  assert.equal(decimal(0.0042), "0.0042");
  assert.equal(decimal(-0.00003), "−3.0e-5");
  assert.equal(trueMinus(-1.2345678), "−1.2345678");
  assert.equal(text(factor(-2)), "(−2.00)");
  assert.equal(text(factor(-0.00003)), "(−3.0×10−5)");
  assert.equal(text(tuple([1, 2])), "(1.00,2.00)");
  assert.deepEqual(reachOf([1, -3], [2]), { low: -3, high: 3 });
});
