import assert from "node:assert/strict";
import { test } from "node:test";
import { differing, isStep } from "../../../static/js/core/trail.js";
import { CLS } from "../../../static/js/math/query.js";
import { checkSeen, onGrid } from "../../../static/js/pages/image/opening.js";
import { pathOf } from "../../../static/js/pages/image/phototakeaway.js";
import { FIELDS, MANNERS } from "../../../static/js/pages/image/view.js";
import { PhotoTrace } from "../../../static/js/parts/photo/phototrace.js";

const SITE = { kind: "self", query: { kind: "patch" }, key: { kind: "patch" } };
const GATE = { ...SITE, kind: "gate" };
const TOKENS = { ...SITE, key: { kind: "token" } };

test("a trace without attention from patches to patches is told in a sentence", () => {
  checkSeen({ model: "mine", sites: [GATE, SITE] });
  const sentence = /^Error: mine has no attention from patches to patches, .* choose another model\.$/;
  assert.throws(() => checkSeen({ model: "mine", sites: [GATE, TOKENS] }), sentence);
  assert.throws(() => checkSeen({ model: "mine", sites: [] }), sentence);
});

test("patches keep their place on another grid of their photo, and beside another's grid are none", () => {
  const pins = [
    { row: 20, column: 30 },
    { row: 20, column: 31 },
    { row: 2, column: 3 },
  ];
  const view = { query: pins[0], pins };
  const [fine, coarse] = [
    { rows: 21, columns: 32 },
    { rows: 11, columns: 16 },
  ];
  const there = { row: 10, column: 15 };
  assert.deepEqual(onGrid(view, fine, coarse), { query: there, pins: [there, { row: 1, column: 1 }] });
  assert.deepEqual(onGrid(view, null, coarse), { query: CLS, pins: [pins[2]] });
  assert.deepEqual(onGrid({ query: CLS, pins: [] }, fine, coarse), { query: CLS, pins: [] });
});

test("the numbers of a layer on another grid are asked for at its own place, as the picture is", () => {
  const grid = (rows, columns) => ({ rows, columns, patch_size: 4 });
  const axis = (of) => ({ kind: "patch", size: 0, prefix: 0, suffix: 0, frames: 1, grid: of, labels: [] });
  const site = (name, layer, of) => ({ ...SITE, name, layer, heads: 2, query: axis(of), key: axis(of) });
  const sites = [site("fine", 1, grid(8, 8)), site("coarse", 2, grid(4, 4))];
  const trace = { grid: grid(8, 8), prefix: [], sites, methods: ["weights", "window-rollout"], heatmaps: [] };
  const traced = new PhotoTrace(trace, null, assert.fail);
  const path = (change) => pathOf(traced, { ...FIELDS.defaults, ...change }, "ab", "json");
  const query = { row: 6, column: 3 };
  assert.equal(path({ query, head: "1" }), "/traces/ab/weights?site=coarse&head=1&query=3,1&format=json");
  assert.equal(path({ layer: 1 }), "/traces/ab/weights?site=fine&head=mean&query=4,4&format=json");
  assert.equal(
    path({ method: "window-rollout", query }),
    "/traces/ab/rollout?method=window-rollout&query=6,3&format=json",
  );
});

test("a choice is a step of the history, and what slides or is held is not", () => {
  const view = { ...FIELDS.defaults };
  const pinned = { ...view, query: { row: 1, column: 2 }, pins: [{ row: 1, column: 2 }] };
  assert.deepEqual(differing(view, { ...pinned }, FIELDS), ["query", "pins"]);
  assert.deepEqual(differing(pinned, { ...pinned, query: { row: 1, column: 2 } }, FIELDS), []);
  assert.equal(isStep(["query", "pins"], MANNERS, "query,pins", 300), true); // one more pin
  assert.equal(isStep(["lens"], MANNERS, "lens", 300), true);
  assert.equal(isStep(["opacity"], MANNERS, "", 60_000), false);
  assert.equal(isStep(["query"], MANNERS, "query", 300), false); // an arrow key
  assert.equal(isStep(["query"], MANNERS, "query", 3000), true);
});
