import assert from "node:assert/strict";
import { test } from "node:test";

import { ends, hypothesis, layout, neighbour, textOf } from "../../../static/js/math/tree.js";

const node = (parent, step, text, score, state) => ({
  parent,
  step,
  token: { id: 0, text, probability: Math.exp(score) },
  score,
  normalised: score / (step + 1),
  state,
});

/** A beam of two over "O gato": the second hypothesis ends better than the first began. */
const TREE = [
  node(null, 0, "▁A", -0.4, "kept"),
  node(null, 0, "▁O", -1.2, "kept"),
  node(0, 1, "▁gata", -2.5, "pruned"),
  node(0, 1, "▁ga", -1.9, "kept"),
  node(1, 1, "▁gato", -1.3, "kept"),
  node(1, 1, "▁ca", -4, "pruned"),
  node(3, 2, "ta", -2.4, "kept"),
  node(3, 2, "to", -6, "pruned"),
  node(4, 2, "</s>", -1.35, "finished"),
  node(4, 2, "s", -7, "pruned"),
];
const PATH = [1, 4, 8];

test("every hypothesis stands in the column of its step, and no two in one place", () => {
  const { places, columns, rows } = layout(TREE, PATH);
  assert.equal(columns, 3);
  places.forEach((place, i) => {
    assert.equal(place.column, TREE[i].step);
  });
  assert.equal(new Set(places.map(({ column, row }) => `${column} ${row}`)).size, TREE.length);
  assert.ok(places.every(({ row }) => row < rows));
});

test("no two branches cross", () => {
  const { places } = layout(TREE, PATH);
  for (const a of places) {
    for (const b of places) {
      const [from, to] = [TREE[a.index].parent, TREE[b.index].parent];
      if (a.column !== b.column || from === null || to === null || from === to) continue;
      assert.equal(places[from].row < places[to].row, a.row < b.row);
    }
  }
});

test("the best path is marked, and runs along the top", () => {
  const { places } = layout(TREE, PATH);
  assert.deepEqual(
    places.filter((place) => place.best).map((place) => place.index),
    PATH,
  );
  assert.deepEqual(
    PATH.map((index) => places[index].row),
    [0, 0, 0],
  );
});

test("an empty tree has no places", () => {
  assert.deepEqual(layout([], []), { places: [], columns: 0, rows: 0 });
});

test("a hypothesis is read from its first token on, without the end token", () => {
  assert.deepEqual(hypothesis(TREE, 8), [1, 4, 8]);
  assert.equal(textOf(TREE, 8), "O gato");
  assert.equal(textOf(TREE, 6), "A gata");
});

test("ends are the finished and those cut off, by normalised score", () => {
  assert.deepEqual(ends(TREE), [8, 6]);
});

test("arrow keys go to the parent, the first child and the neighbours", () => {
  const { places } = layout(TREE, PATH);
  const go = (index, key) => neighbour(places, TREE, index, key);
  assert.equal(go(4, "ArrowLeft"), 1);
  assert.equal(go(1, "ArrowLeft"), undefined);
  assert.equal(go(4, "ArrowRight"), 8);
  assert.equal(go(1, "ArrowDown"), 0);
  assert.equal(go(0, "ArrowUp"), 1);
  assert.equal(go(8, "ArrowUp"), undefined);
  assert.equal(go(8, "Enter"), undefined);
});
