import assert from "node:assert/strict";
import { test } from "node:test";
import { layOut, networkOf, rounded } from "../../../static/js/math/network.js";

/** A part of a network, of the size that its stage has. */
function node(name, path, stage, channels, more = {}) {
  const side = 64 / 2 ** stage;
  return { name, kind: "block", path, stage, channels, rows: side, columns: side, site: null, ...more };
}

const NODES = [
  node("input", "encoder", 0, 3),
  node("down1", "encoder", 1, 16, { site: "down1.channel" }),
  node("down2", "encoder", 2, 32, { site: "down2.channel" }),
  node("bottom", "bottleneck", 3, 64),
  node("up2", "decoder", 2, 32),
  node("up1", "decoder", 1, 16, { site: "up1.skip", opens: "skip1" }),
  node("output", "decoder", 0, 1),
];
const EDGES = [
  ...NODES.slice(1).map((to, at) => ({ source: NODES[at].name, target: to.name, kind: "forward", name: "" })),
  { source: "down1", target: "up1", kind: "skip", name: "skip1" },
  { source: "down2", target: "up2", kind: "skip", name: "skip2" },
];
const { places, links, width, height } = layOut({ nodes: NODES, edges: EDGES });
const place = (name) => places.find((each) => each.node.name === name);
const bottom = ({ face }) => face.top + face.height;

test("parts stand in order of execution, and a halved map a row lower", () => {
  for (const [at, one] of places.entries()) {
    const before = places[at - 1];
    if (before) assert.ok(one.face.left > before.face.left);
    if (before?.node.stage === one.node.stage)
      assert.ok(one.face.left > before.face.left + before.face.width + before.depth);
  }
  assert.ok(place("down1").face.top > bottom(place("input")));
  assert.ok(place("bottom").face.top > bottom(place("down2")));
  assert.equal(place("up1").face.top, place("down1").face.top);
  assert.ok(places.every(({ face }) => face.left > 0 && face.left + face.width < width));
  assert.ok(places.every((one) => bottom(one) < height));
});

test("a face falls with its rows, is drawn out for its channels, and is as wide as its columns", () => {
  const heights = NODES.slice(0, 4).map(({ name }) => place(name).face.height);
  assert.deepEqual(
    heights.toSorted((a, b) => b - a),
    heights,
  );
  assert.ok(place("bottom").depth > place("down1").depth);
  const [wide] = layOut({ nodes: [{ ...NODES[0], rows: 36, columns: 64 }], edges: [] }).places;
  assert.ok(Math.abs(wide.face.width / wide.face.height - 64 / 36) < 1e-9);
});

test("gates stand under their part, and nothing stands on them", () => {
  const gates = places.filter(({ gate }) => gate);
  assert.equal(gates.length, 3);
  for (const one of gates) {
    assert.ok(one.gate.top > bottom(one));
    const row = places.filter(({ node }) => node.stage === one.node.stage && node !== one.node);
    assert.ok(
      row.every(({ face }) => face.left > one.gate.left + one.gate.width || face.left < one.face.left),
    );
    const verticals = links.flatMap(({ path }) => path.slice(1).map((end, i) => [path[i], end]));
    const onIt = ([[x0, y0], [x1, y1]]) =>
      x0 === x1 &&
      x0 > one.gate.left &&
      x0 < one.gate.left + one.gate.width &&
      Math.min(y0, y1) < one.gate.top &&
      Math.max(y0, y1) > one.gate.top;
    assert.ok(!verticals.some(onIt));
  }
});

test("links go on, down, up, and across over the roof of their row", () => {
  const link = (source, target) => links.find(({ edge }) => edge.source === source && edge.target === target);
  assert.equal(link("input", "down1").path.at(-1)[1] < place("down1").face.top, true);
  assert.equal(link("bottom", "up2").path.at(-1)[0], place("up2").face.left);
  const skip = link("down1", "up1");
  assert.ok(skip.middle[1] < place("down1").face.top && skip.middle[1] > bottom(place("input")));
  assert.ok(skip.middle[0] > place("down2").face.left && skip.middle[0] < place("up2").face.left);
  assert.equal(links.length, EDGES.length);
  assert.equal(layOut({ nodes: NODES, edges: [{ ...EDGES[0], target: "gone" }] }).links.length, 0);
});

test("a path has round corners that do not reach past half of a piece", () => {
  assert.equal(rounded([[0, 0], [10, 0], [10, 40]], 8), "M0 0L5 0Q10 0 10 8L10 40"); // biome-ignore format: a path
  assert.deepEqual(layOut({ nodes: [], edges: [] }), { width: 4, height: 4, places: [], links: [] });
});

test("maps that lose their edges keep their level, and a wider skip runs over a narrower one", () => {
  const sizes = [106, 102, 47, 92, 180, 176, 84, 38, 72, 142, 140];
  const nodes = sizes.map((rows, at) => ({ ...node(`n${at}`, "encoder", 0, 64), rows, columns: rows }));
  const skips = [["n5", "n9"], ["n4", "n10"], ["n6", "n8"]]; // biome-ignore format: pairs
  const edges = skips.map(([source, target]) => ({ source, target, kind: "skip", name: source }));
  const drawn = layOut({ nodes, edges });
  assert.deepEqual(
    drawn.places.map(({ level }) => level),
    [0, 0, 1, 0, -1, -1, 0, 1, 0, -1, -1],
  );
  const [inner, outer, lower] = drawn.links.map(({ middle }) => middle[1]);
  assert.ok(outer < inner - 12 && inner < lower);
  assert.ok(outer > 0);
});

test("a network of which only the gates are known is a row of its blocks", () => {
  const gate = (site, rows, of = "channel", values = [0, 1]) => ({
    ...{ site, of, values, opens: null },
    ...{ rows, columns: rows },
  });
  const { nodes, edges, tiles } = networkOf(
    [gate("stage1.1.channel", 8), gate("stage2.1.spatial", 4, "place", Array(16).fill(0))],
    "mine",
  );
  assert.deepEqual(
    nodes.map(({ name, site, channels, rows }) => [name, site, channels, rows]),
    [
      ["stage1.1.channel", "stage1.1.channel", 2, 8],
      ["stage2.1.spatial", "stage2.1.spatial", 2, 4],
    ],
  );
  assert.deepEqual([edges.length, tiles], [1, null]);
});
