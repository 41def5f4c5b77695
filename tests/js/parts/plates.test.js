import assert from "node:assert/strict";
import { test } from "node:test";
import { svgFigure } from "../../../static/js/parts/takeaway/plates.js";

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
  const svg = svgFigure([PLATE, { ...PLATE, width: 340, title: "Layer 2" }], "dinov2-small");
  assert.match(svg, /^<svg [^>]*width="1004"/);
  assert.match(svg, /<g transform="translate\(664\)">/);
  assert.match(svg, /url\(#bar0\)[\s\S]*url\(#bar1\)/);
});

test("a title that is too long for its picture is set smaller, and no picture is too narrow for one", () => {
  const title = "Layer 12, maximum of heads, query patch at row 31, column 31";
  const svg = svgFigure([{ ...PLATE, width: 50, title }], "dinov2-small");
  const size = Number(/font-size="([\d.]+)" font-weight="600"/.exec(svg)?.[1]);
  assert.ok(size < 10 && size > 8);
  assert.match(svg, /<image [^>]*width="50"/);
  assert.match(svg, /<rect y="432" width="320"/);
});
