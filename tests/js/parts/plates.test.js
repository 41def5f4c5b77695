import assert from "node:assert/strict";
import { test } from "node:test";
import { FIELDS } from "../../../static/js/pages/image/view.js";
import { caption, describe, prefixShare } from "../../../static/js/parts/phrases.js";
import { numbersPath, svgFigure } from "../../../static/js/parts/takeaway/plates.js";

const PLATE = {
  picture: "data:image/png;base64,AAAA",
  width: 640,
  height: 420,
  title: "Layer 12 <mean> & more",
  colours: ["#000000", "#ffffff"],
  low: "0.0001",
  high: "0.02",
};

test("the figure has its words as text, and none of them as markup", () => {
  const svg = svgFigure([PLATE], "dinov2-small");
  assert.match(svg, /<text[^>]*>Layer 12 &lt;mean&gt; &amp; more<\/text>/);
  assert.match(svg, /<stop offset="100.0%" stop-color="#ffffff"\/>/);
  assert.match(svg, /^<svg [^>]*width="640"/);
});

test("pictures that are compared stand side by side, each with its own colour bar", () => {
  const svg = svgFigure([PLATE, { ...PLATE, width: 300, title: "Layer 2" }], "dinov2-small");
  assert.match(svg, /^<svg [^>]*width="964"/);
  assert.match(svg, /<g transform="translate\(664\)">/);
  assert.match(svg, /url\(#bar0\)[^]*url\(#bar1\)/);
});

test("a title that is too long for its picture is set smaller", () => {
  const title = "Layer 12, maximum of heads, query patch at row 31, column 31";
  const svg = svgFigure([{ ...PLATE, width: 200, title }], "dinov2-small");
  const size = Number(/font-size="([\d.]+)" font-weight="600"/.exec(svg)?.[1]);
  assert.ok(size < 6.5 && size > 4);
});

test("the numbers' address names site, head and query only where they matter", () => {
  const path = (change) => numbersPath("ab", "encoder.12.self", { ...FIELDS.defaults, ...change }, "npy");
  assert.equal(
    path({ query: "3,4" }),
    "/traces/ab/weights?site=encoder.12.self&head=mean&query=3,4&format=npy",
  );
  assert.equal(path({ method: "rollout" }), "/traces/ab/rollout?query=cls&format=npy");
  assert.equal(path({ method: "saliency" }), "/traces/ab/saliency?format=npy");
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

test("weight outside the photo is named, where it is a share", () => {
  const view = { method: "weights", head: "mean" };
  assert.equal(
    prefixShare(0.123, ["cls"], view),
    "12 % of all weight is on the token CLS, outside the photo.",
  );
  assert.equal(prefixShare(0.123, ["CLS"], { ...view, head: "max" }), "");
  assert.equal(prefixShare(NaN, ["CLS"], view), "");
});
