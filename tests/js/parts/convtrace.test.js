import assert from "node:assert/strict";
import { test } from "node:test";
import { CLS } from "../../../static/js/math/query.js";
import { FIELDS } from "../../../static/js/pages/image/view.js";
import { ConvTrace } from "../../../static/js/parts/photo/convtrace.js";
import { sceneOf } from "../../../static/js/parts/photo/photoscene.js";
import { pathOf } from "../../../static/js/parts/photo/selection.js";

const layer = (name, side, rows, columns, size) => {
  const field = { size, stride: side, start: (side - size) / 2 };
  return { name, grid: { rows, columns, patch_size: side }, rows: field, columns: field };
};
const STAGES = [layer("stem", 4, 16, 24, 6), layer("stage1", 8, 8, 12, 12), layer("stage2", 32, 2, 3, 96)];
const TRACE = {
  id: "ab",
  model: "tiny-cnn",
  input: { width: 192, height: 128, crop: { left: 0, top: 0, width: 192, height: 128 }, notes: [] },
  grid: { rows: 2, columns: 3, patch_size: 32 },
  prefix: [],
  suffix: [],
  sites: [],
  outputs: ["classes"],
  methods: [],
};
const VERDICT = [
  { number: 285, label: "Egyptian cat", probability: 0.6 },
  { number: 281, label: "tabby", probability: 0.2 },
];
const made = (stages = STAGES) => new ConvTrace(TRACE, {}, assert.fail, "cat", VERDICT, stages);
const view = (change) => ({ ...FIELDS.defaults, method: "receptive", ...change });

test("a method of attention gives way to a field of view from a patch, and to a class map from the whole", () => {
  const traced = made();
  assert.equal(traced.offered("weights", { row: 1, column: 1 }), "receptive");
  assert.equal(traced.offered("rollout", CLS), "grad-cam");
  assert.equal(traced.offered("layercam", CLS), "layercam");
  assert.deepEqual([traced.lookedFrom(CLS), traced.lookedFrom(3)], [CLS, CLS]); // the whole photo
  assert.match(made([]).lacking("grad-cam"), /here is its verdict/);
});

test("a place is pointed at on one grid, and each layer has its unit there", () => {
  const traced = made();
  assert.equal(traced.grid, STAGES[1].grid);
  const query = { row: 5, column: 10 };
  assert.deepEqual(traced.unit(view({ layer: 1 }), query), { row: 11, column: 21 });
  assert.deepEqual(traced.unit(view({}), query), { row: 1, column: 2 });
  assert.deepEqual(
    [1, 2, 3].map((number) => traced.step(view({ layer: number }))),
    [1, 1, 4],
  );
  const [cell, field] = traced.boxes(view({}), query);
  assert.deepEqual(cell, { left: 128, top: 64, width: 64, height: 64 });
  assert.deepEqual([field.left, field.width], [64, 192]);
  assert.deepEqual(traced.boxes(view({ method: "grad-cam" }), query), []);
});

test("the numbers of a view have an address, and so has what is said of what is left", () => {
  const traced = made();
  const query = { row: 5, column: 10 };
  assert.equal(
    traced.path(view({ layer: 1, query }), "ab", "npy"),
    "/traces/ab/receptive?layer=stem&row=11&column=21&square=4&format=npy",
  );
  const cam = view({ method: "layercam", class: "281", lens: "filter" });
  assert.equal(
    traced.path(cam, "ab", "csv"),
    "/traces/ab/cam?method=layercam&class=281&layer=stage2&format=csv",
  );
  assert.equal(
    pathOf(traced, cam),
    "/traces/ab/cam/selection?method=layercam&class=281&layer=stage2&lens=filter",
  );
  assert.equal(traced.titled(cam, CLS), "LayerCAM for “tabby”, layer stage2");
  assert.equal(traced.fileName(view({ query })), "receptive-stage2-1-2");
});

test("what speaks against a class is painted, and never kept by the filter", () => {
  const traced = made();
  const cam = view({ method: "hirescam", lens: "filter", keep: 100, colormap: "vik" });
  const values = Float32Array.from([-3, 2, 0, 1, -1, 0]);
  traced.found.set(traced.path(cam, "ab", "npy"), { values, rows: 2, columns: 3, beside: NaN });
  const scene = sceneOf(traced, cam, CLS, new Uint8Array());
  assert.deepEqual([...scene.kept], [0, 1, 0, 1, 0, 0]);
  assert.deepEqual([scene.scale.low, scene.scale.high], [-3, 3]);
  assert.equal(scene.query, null);
});
