import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { parseTable } from "../../../static/js/math/colour.js";
import { matrixFigure, ribbonFigure } from "../../../static/js/parts/takeaway/matrixfigure.js";

const tables = JSON.parse(readFileSync(new URL("../../../static/colormaps.json", import.meta.url)));
const LONG = "Donaudampfschifffahrtsgesellschaftskapitän";
const labels = (...words) => words.map((text) => ({ text, special: false }));
const FIGURE = {
  matrix: { rows: labels("a", LONG), columns: labels(LONG, "b"), data: Float32Array.from([0, 1, 0.5, 0.25]) },
  scale: { low: 0, high: 1, middle: null },
  table: parseTable(tables.viridis),
  title: "Alignment",
  source: "bergamot-en-pt. Foveate.",
  threshold: 0.3,
  places: { rows: [0, 1], columns: [0, 1] },
};
const wide = (text) => text.length * 12 * 0.55; // as lettering.js has it without a canvas

test("a figure has its words whole, and room for all of each", () => {
  const svg = matrixFigure(FIGURE);
  const [, top] = /<svg [^>]*viewBox="-8 (-?\d+)/.exec(svg);
  const row = new RegExp(`<text x="([\\d.]+)" y="[\\d.]+" text-anchor="end">${LONG}<`).exec(svg);
  assert.ok(Number(row[1]) - wide(LONG) >= -8);
  const column = new RegExp(`<text x="([\\d.]+)" y="([\\d.]+)" transform[^>]*>${LONG}<`).exec(svg);
  const [x, y] = [Number(column[1]), Number(column[2])];
  const turned = (55 * Math.PI) / 180;
  assert.ok(y - wide(LONG) * Math.sin(turned) >= Number(top));
  assert.ok(x + wide(LONG) * Math.cos(turned) <= Number(/width="(\d+)"/.exec(svg)[1]) - 8);
  assert.ok(!svg.includes("…"));
});

test("ribbons have their words whole too", () => {
  assert.equal(ribbonFigure(FIGURE).split(`>${LONG}<`).length, 3);
});
