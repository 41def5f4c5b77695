import assert from "node:assert/strict";
import { test } from "node:test";
import { fromSearch, toSearch } from "../../../static/js/core/store.js";
import { FIELDS } from "../../../static/js/pages/video/view.js";
import { hintOf } from "../../../static/js/parts/video/cliphints.js";

test("a link is a view: what is chosen comes back, and what cannot be is left as usual", () => {
  const view = {
    ...FIELDS.defaults,
    ...{ frames: 12, start: "0.5", end: "2.25", site: "encoder.6.self", head: "3", frame: 7 },
    ...{ query: { step: 4, row: 5, column: 6 }, follow: "thing", by: "attention", compare: "head=2" },
    thing: {
      frame: 4,
      grown: false,
      patches: [
        { row: 1, column: 2 },
        { row: 1, column: 3 },
      ],
    },
  };
  const search = toSearch(view, FIELDS);
  assert.match(search, /query=4,5,6/);
  assert.deepEqual(fromSearch(search, FIELDS), view);
  assert.equal(toSearch(FIELDS.defaults, FIELDS), "");
  const wrong = "?frames=100&start=-1&query=1,2&thing=1~&frame=99&follow=me&resolution=300&top=0";
  assert.deepEqual(fromSearch(wrong, FIELDS), FIELDS.defaults);
});

test("what the pointer does is said, by pointer and by finger", () => {
  const view = FIELDS.defaults;
  assert.match(hintOf(view, false, null, 0), /^Point at a patch/);
  assert.match(hintOf(view, true, null, 0), /^Tap a patch/);
  assert.match(hintOf({ ...view, tool: "mark" }, false, null, 0), /^Click a thing, or brush/);
  const pinned = { ...view, query: { row: 1, column: 2 } };
  assert.match(hintOf(pinned, false, null, 0), /Click another patch, or Escape/);
  assert.match(hintOf(pinned, true, null, 0), /Tap another patch\.$/);
  const gone = { at: () => null };
  assert.match(hintOf({ ...view, follow: "thing" }, false, gone, 3), /not in this frame/);
});
