import assert from "node:assert/strict";
import { test } from "node:test";
import { CLS } from "../../../static/js/math/query.js";
import { FIELDS } from "../../../static/js/pages/image/view.js";
import { entryAt } from "../../../static/js/parts/image/scene.js";
import { sceneOf } from "../../../static/js/parts/photo/photoscene.js";
import { PhotoTrace } from "../../../static/js/parts/photo/phototrace.js";

const GRID = { rows: 2, columns: 2, patch_size: 14 };
const AXIS = { kind: "patch", size: 5, prefix: 1, suffix: 0, frames: 1, grid: GRID, labels: ["cls"] };
const HELD = { attention: "query-key", normalised: true, scale: 1, causal: false };
const SITE = { name: "encoder.1.self", layer: 1, heads: 1, kind: "self", query: AXIS, key: AXIS, ...HELD };
const GATE = { ...SITE, name: "encoder.1.spatial", kind: "gate", attention: "gate", normalised: false };
const TRACE = {
  id: "ab",
  input: { width: 30, height: 28, crop: { left: 1, top: 0, width: 28, height: 28 }, notes: [] },
  grid: GRID,
  prefix: ["cls"],
  suffix: [],
  sites: [GATE, SITE],
  outputs: [],
  methods: ["weights", "rollout"],
  heatmaps: [],
};
const PHOTO = {};

/** A trace whose queries look at what their own key is: token i has 4 at place i. */
function traced() {
  const made = new PhotoTrace(TRACE, PHOTO, assert.fail);
  const own = Float32Array.from({ length: 40 }, (_, i) => (i % 8 === Math.floor(i / 8) ? 2 : 0));
  made.qk.set(SITE.name, { q: own, k: own, heads: 1, tokens: 5, width: 8 });
  return made;
}

const scene = (change, query = CLS) =>
  sceneOf(traced(), { ...FIELDS.defaults, ...change }, query, new Uint8Array());

test("a patch's map is heaviest on itself, and what CLS holds lies beside it", () => {
  const { map, reach, query } = scene({}, { row: 1, column: 0 });
  const share = Math.exp(4) / (Math.exp(4) + 4);
  assert.ok(Math.abs(map.values[2] - share) < 1e-6);
  assert.ok(Math.abs(map.beside - (1 - share) / 4) < 1e-6);
  assert.deepEqual([map.rows, map.columns, map.values.length], [2, 2, 4]);
  assert.equal(reach[1], map.values[2]);
  assert.deepEqual(query, { row: 1, column: 0 });
});

test("a scene has all that a picture needs, as shares and not as percent", () => {
  const { photo, size, crop, lens, opacity, floor, kept, smooth, lines } = scene({ opacity: 60, floor: 10 });
  assert.equal(photo, PHOTO);
  assert.deepEqual([size.width, crop.left], [30, 1]);
  assert.deepEqual([lens, opacity, floor, kept, smooth, lines], ["overlay", 0.6, 0.1, null, true, false]);
});

test("the filter keeps the fewest patches that hold their share", () => {
  const { kept } = scene({ lens: "filter", keep: 50 }, { row: 0, column: 1 });
  assert.deepEqual([...kept], [0, 1, 0, 0]);
});

test("an attenuated photo is as bright as its patches weigh, in full for the heaviest twentieth", () => {
  const { table, scale, reach, map } = scene({ lens: "attenuate", floor: 20 }, { row: 1, column: 0 });
  assert.deepEqual([table[0], table[767]], [51, 255]);
  assert.deepEqual([reach[0], reach[1], scale.high], [0, map.values[2], map.values[2]]);
});

test("a method that a model lacks says so, and gives way to the nearest that it has", () => {
  const windowed = new PhotoTrace({ ...TRACE, methods: ["weights", "window-rollout"] }, PHOTO, assert.fail);
  assert.equal(traced().lacking("rollout"), "");
  assert.match(traced().lacking("saliency"), /has no saliency decoder\./);
  assert.match(windowed.lacking("rollout"), /has no rollout: its layers are no chain/);
  assert.equal(windowed.map({ ...FIELDS.defaults, method: "rollout" }, CLS), null);
  assert.deepEqual(
    ["weights", "rollout", "saliency"].map((method) => windowed.offered(method)),
    ["weights", "window-rollout", "weights"],
  );
  assert.equal(traced().offered("window-rollout"), "rollout");
});

test("what another model has not, a layer, a head or CLS, gives way to what is shown in its place", () => {
  const made = new PhotoTrace({ ...TRACE, prefix: [] }, PHOTO, assert.fail);
  const { layer, head, query } = made.seen({ ...FIELDS.defaults, layer: 12, head: "7" });
  assert.deepEqual([layer, head, query], [1, "mean", { row: 1, column: 1 }]);
  assert.equal(traced().seen({ ...FIELDS.defaults, head: "max" }).head, "max");
});

test("window rollout is laid out on the photo's own grid, and what is lost to padding is not known", () => {
  const made = new PhotoTrace({ ...TRACE, methods: ["window-rollout"] }, PHOTO, assert.fail);
  const query = { row: 0, column: 1 };
  made.rollouts.set("window-rollout 0,1", Float32Array.of(0.1, 0.6, 0.1, 0.1));
  const map = made.map({ ...FIELDS.defaults, method: "window-rollout" }, query);
  assert.deepEqual([map.rows, map.columns, map.values.length, map.beside], [2, 2, 4, NaN]);
});

test("pins that lie off the grid are not marked, and CLS is no patch", () => {
  const pins = [
    { row: 1, column: 1 },
    { row: 7, column: 0 },
  ];
  const { marks, query } = scene({ pins });
  assert.deepEqual(marks, [pins[0]]);
  assert.equal(query, null);
});

test("an even spread is the middle of a diverging scale", () => {
  const { scale } = scene({ colormap: "vik" }, { row: 0, column: 0 });
  assert.ok(Math.abs((scale.low + scale.high) / 2 - 1 / 5) < 1e-6);
});

test("a map finer than the grid is read at the patch's middle", () => {
  const map = { values: new Float32Array(100), rows: 10, columns: 10 };
  assert.equal(entryAt(map, { row: 0, column: 0 }, GRID), 22);
  assert.equal(entryAt(map, { row: 1, column: 1 }, GRID), 77);
});

test("a gate beside a layer's attention is no layer of the photo's", () => {
  const made = traced();
  assert.deepEqual(made.sites(CLS), [SITE]);
  assert.equal(made.site({ layer: 1, query: CLS }), SITE);
});

test("a layer of another grid is asked at the same place and laid out on its own", () => {
  const fine = { ...AXIS, size: 16, prefix: 0, labels: [], grid: { rows: 4, columns: 4, patch_size: 7 } };
  const coarse = { ...AXIS, size: 4, prefix: 0, labels: [] };
  const pyramid = { ...SITE, query: fine, key: coarse };
  const windows = { ...SITE, name: "stage2.1.self", layer: 2, query: coarse, key: coarse, scale: null };
  const trace = { ...TRACE, grid: fine.grid, prefix: [], sites: [pyramid, windows] };
  const made = new PhotoTrace(trace, PHOTO, assert.fail);
  const q = Float32Array.from({ length: 64 }, (_, i) => (i % 4 === (i >> 2) % 4 ? 3 : 0));
  made.qk.set(pyramid.name, { q, k: q, heads: 1, tokens: 16, width: 4 }); // keys after the fourth are zeros
  const look = (layer) => made.map({ ...FIELDS.defaults, layer }, { row: 1, column: 2 });
  const exact = look(1);
  assert.deepEqual([exact.rows, exact.columns, exact.values.length], [2, 2, 4]);
  assert.ok(Math.abs(exact.values.reduce((sum, value) => sum + value, 0) - 1) < 1e-6);
  assert.equal(exact.values.indexOf(Math.max(...exact.values)), 6 % 4); // patch 1,2 is the seventh
  const data = btoa(String.fromCharCode(...[0, 1, 2, 255, 0, 1, 2, 255, 0, 1, 2, 255]));
  const maps = {
    site: windows.name,
    heads: ["0", "mean", "max"],
    minimum: [0, 0, 0],
    maximum: [1, 1, 1],
    data,
  };
  made.maps.set("1,2", new Map([[windows.name, maps]]));
  const eight = look(2);
  assert.deepEqual([eight.rows, eight.columns, eight.values[3]], [2, 2, 1]);
});

test("a model without a class token is looked at from the middle of the photo", () => {
  const made = new PhotoTrace({ ...TRACE, prefix: [], grid: { rows: 5, columns: 8 } }, PHOTO, assert.fail);
  assert.deepEqual(made.lookedFrom(CLS), { row: 2, column: 4 });
  assert.deepEqual(made.lookedFrom({ row: 1, column: 1 }), { row: 1, column: 1 });
  assert.equal(traced().lookedFrom(CLS), CLS);
});

test("a query that is no patch has the sites of cross-attention, and what it found is outlined", () => {
  const labels = ["no object 0.90", "cat 0.98"];
  const query = { kind: "token", size: 2, labels };
  const cross = { ...SITE, name: "decoder.6.cross", layer: 6, kind: "cross", query, heads: 1 };
  const data = btoa(String.fromCharCode(...Array(3).fill([0, 255, 0, 51]).flat()));
  const maps = {
    site: cross.name,
    heads: ["0", "mean", "max"],
    minimum: [0, 0, 0],
    maximum: [1, 1, 1],
    data,
  };
  const made = new PhotoTrace({ ...TRACE, sites: [SITE, cross] }, PHOTO, assert.fail);
  made.objects = [
    [0, 0, 1, 1],
    [2, 3, 12, 23],
  ];
  made.maps.set("1", new Map([[cross.name, maps]]));
  const view = { ...FIELDS.defaults, query: 1 };
  const { map, boxes } = sceneOf(made, view, 1, new Uint8Array());
  assert.deepEqual(
    [...map.values].map((value) => value.toFixed(1)),
    ["0.0", "1.0", "0.0", "0.2"],
  );
  assert.deepEqual(boxes, [{ left: 2, top: 3, width: 10, height: 20 }]);
  assert.equal(made.titled(view, 1), "Layer 6, mean of heads, query “cat 0.98”");
  assert.deepEqual(
    made.others().map((other) => other.query),
    [1, 0],
  );
  assert.equal(made.offered("rollout", 1), "weights");
  assert.equal(made.lookedFrom(2), CLS); // it is not there
});
