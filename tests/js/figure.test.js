import assert from "node:assert/strict";
import { test } from "node:test";

import { numbersPath, svgFigure } from "../../static/js/figure.js";
import { caption, describe } from "../../static/js/phrases.js";
import { DEFAULTS } from "../../static/js/state.js";

test("the figure has its words as text, and none of them as markup", () => {
  const svg = svgFigure({
    picture: "data:image/png;base64,AAAA",
    width: 640,
    height: 420,
    title: "Layer 12 <mean> & more",
    source: "dinov2-small",
    colours: ["#000000", "#ffffff"],
    low: "0.0001",
    high: "0.02",
  });
  assert.match(svg, /<text[^>]*>Layer 12 &lt;mean&gt; &amp; more<\/text>/);
  assert.match(svg, /<stop offset="100.0%" stop-color="#ffffff"\/>/);
});

test("the numbers' address names site, head and query only where they matter", () => {
  const path = (change) => numbersPath("ab", "encoder.12.self", { ...DEFAULTS, ...change }, "npy");
  assert.equal(
    path({ query: "3,4" }),
    "/api/v1/traces/ab/weights?site=encoder.12.self&head=mean&query=3,4&format=npy",
  );
  assert.equal(path({ method: "rollout" }), "/api/v1/traces/ab/rollout?query=cls&format=npy");
  assert.equal(path({ method: "saliency" }), "/api/v1/traces/ab/saliency?format=npy");
});

test("a map is described by its heaviest patches and where they lie", () => {
  const values = new Float32Array(100).fill(0.001);
  values[3] = 0.5;
  const words = describe(values, { rows: 10, columns: 10 }, "Layer 1, head 0, query CLS");
  assert.match(words, /^Layer 1, head 0, query CLS\. 10 by 10 patches/);
  assert.match(words, /row 0, column 3 \(83 %\)/);
  assert.match(words, /at the top, on the left/);
});

test("the caption says what is shown", () => {
  const view = { method: "weights", layer: 12, head: "max", query: "3,4" };
  assert.equal(caption(view), "Layer 12, maximum of heads, query patch at row 3, column 4");
  assert.equal(caption({ ...view, method: "saliency" }), "Saliency decoder");
});
