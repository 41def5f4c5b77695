import assert from "node:assert/strict";
import { test } from "node:test";
import { askedOf, Carried, parseThing, spellThing } from "../../../static/js/parts/video/carried.js";

test("a thing is spelled in a link: a click, or the patches of a brush", () => {
  const click = { frame: 12, grown: true, patches: [{ row: 8, column: 4 }] };
  const brush = {
    frame: 3,
    grown: false,
    patches: [
      { row: 0, column: 1 },
      { row: 1, column: 1 },
    ],
  };
  assert.equal(spellThing(click), "12~8,4");
  assert.equal(spellThing(brush), "3_0,1;1,1");
  for (const thing of [click, brush]) assert.deepEqual(parseThing(spellThing(thing)), thing);
  for (const text of ["", "12", "12~", "x~1,1", "1_1,1;"]) assert.equal(parseThing(text), null);
  const grid = { rows: 2, columns: 3 };
  assert.deepEqual(askedOf(click, grid, 0.6), { frame: 12, click: { row: 8, column: 4, similarity: 0.6 } });
  assert.deepEqual(askedOf(brush, grid, 0.6), { frame: 3, mask: ["010", "010"] });
});

test("a carried mask is that of each frame, by tubelets too, and none where the thing is not there", () => {
  const bytes = Uint8Array.of(255, 0, 0, 0, 0, 0, 0, 255);
  const frame = (share) => ({ number: 0, time: 0, peak: 1, threshold: 0.5, share });
  const found = new Carried({
    ...{ frame: 0, by: "features", site: null, steps: 2, rows: 2, columns: 2 },
    frames: [frame(0.25), frame(0.25), frame(0), frame(0.25)],
    data: btoa(String.fromCharCode(...bytes)),
  });
  assert.deepEqual([...found.at(1).values], [1, 0, 0, 0]);
  assert.equal(found.at(2), null);
  assert.deepEqual(found.middle(3), { row: 1, column: 1 });
  assert.equal(found.middle(2), null);
  assert.equal(found.present, 3);
});
