import assert from "node:assert/strict";
import { test } from "node:test";
import { nameOf } from "../../../static/js/parts/learn/headspecialties.js";
import { reachOf, readFor } from "../../../static/js/parts/learn/overlaptiles.js";
import { narrowest, numbersIn } from "../../../static/js/parts/learn/waydown.js";

/** @param {number} channels @param {number} rows @param {number} columns */
function node(channels, rows, columns) {
  return /** @type {import("../../../static/js/schema.js").NetworkNode} */ (
    /** @type {unknown} */ ({ name: `${channels}`, channels, rows, columns })
  );
}

test("z is the last of the maps with the fewest places, whatever goes in or comes out", () => {
  const nodes = [node(3, 256, 256), node(16, 32, 32), node(32, 16, 16), node(128, 16, 16), node(1, 8, 8)];
  assert.equal(narrowest(nodes), nodes[3]);
  assert.equal(numbersIn(nodes[3]), 32768);
});

test("Tiles that overlap are read more than once, and reach out of the photo", () => {
  const edges = (/** @type {number} */ left, /** @type {number} */ size) => ({
    ...{ left, top: 0, right: left + size, bottom: size },
  });
  const tiles = [
    { core: edges(0, 10), whole: { left: -2, top: -2, right: 12, bottom: 12 } },
    { core: edges(10, 10), whole: { left: 8, top: -2, right: 22, bottom: 12 } },
  ];
  assert.equal(readFor(tiles), 196 / 100);
  assert.deepEqual(reachOf(tiles), { left: -2, top: -2, right: 22, bottom: 12 });
});

test("A head is named by how far it looks and by what it goes", () => {
  assert.equal(nameOf({ distance: 1, even: 6, share: 0.8 }), "local-placed");
  assert.equal(nameOf({ distance: 5, even: 6, share: 0.1 }), "global-content");
});
