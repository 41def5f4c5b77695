import assert from "node:assert/strict";
import { test } from "node:test";

import { fromSearch, Store, toSearch } from "../../../static/js/core/store.js";
import { FIELDS } from "../../../static/js/pages/image/view.js";

test("a view at its defaults has an empty link", () => {
  assert.equal(toSearch({ ...FIELDS.defaults }, FIELDS), "");
  assert.deepEqual(fromSearch("", FIELDS), { ...FIELDS.defaults });
});

test("every field survives the way through a link", () => {
  const view = {
    sample: "rocket",
    trace: "0123456789abcdef0123456789abcdef",
    model: "dinov2-small",
    resolution: 644,
    layer: 3,
    head: "5",
    class: "285",
    query: { row: 10, column: 4 },
    method: "rollout",
    lens: "filter",
    colormap: "vik",
    opacity: 20,
    keep: 35,
    floor: 5,
    scale: "trace",
    smooth: false,
    grid: true,
    pins: [
      { row: 1, column: 2 },
      { row: 3, column: 4 },
    ],
    compare: "sample=cat&layer=3",
    steps: "5",
  };
  assert.deepEqual(Object.keys(view), Object.keys(FIELDS.defaults));
  assert.deepEqual(fromSearch(toSearch(view, FIELDS), FIELDS), view);
  assert.match(toSearch(view, FIELDS), /&query=10,4&.*&pins=1,2;3,4&/);
});

test("what a link may not say is left at its default", () => {
  const hostile = "?layer=-1&head=<script>&query=9,9,9&lens=x&opacity=1e9&keep=&resolution=1&smooth=2";
  assert.deepEqual(fromSearch(hostile, FIELDS), { ...FIELDS.defaults });
});

test("listeners hear only of what changed", () => {
  const store = new Store({ ...FIELDS.defaults });
  const heard = [];
  store.listen((changed) => heard.push([...changed]));
  store.set({ head: "mean" });
  store.set({ head: "2", layer: 0, keep: 10 });
  store.set({ query: { token: "cls" }, pins: [] }); // the same, made anew
  assert.deepEqual(heard, [["head", "keep"]]);
});
