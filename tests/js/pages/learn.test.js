import assert from "node:assert/strict";
import { test } from "node:test";
import { choiceOf, isNear } from "../../../static/js/math/judging.js";
import { shareOutside } from "../../../static/js/math/outside.js";
import { parsed, shareOf } from "../../../static/js/pages/learn/progress.js";
import { phrase } from "../../../static/js/parts/reader/phrase.js";

test("a guess is right where the model's answer is in it, and nothing else makes it so", () => {
  const choices = [[0, 0.1], [0.1, 0.5], "none"];
  assert.equal(choiceOf(choices, 0.05), 0);
  assert.equal(choiceOf(choices, 0.1), 1);
  assert.equal(choiceOf(choices, "none"), 2);
  assert.equal(choiceOf(choices, 0.5), -1);
  assert.equal(choiceOf([0.1], "0.1"), -1);
});

test("a free guess is as near as the lesson asks, whatever its comma, or the same words", () => {
  assert.ok(isNear("12,5", 12, 1));
  assert.ok(!isNear("14", 12, 1));
  assert.ok(!isNear("many", 12, 1));
  assert.ok(isNear(" Gato ", "gato", 0));
});

test("what lies outside a box is a share of a map's sum", () => {
  const map = { rows: 2, columns: 2, values: Float32Array.of(1, 2, 3, 4) };
  const crop = { left: 10, top: 10, width: 20, height: 20 };
  assert.equal(shareOutside(map, crop, crop), 0);
  assert.ok(Math.abs(shareOutside(map, crop, { left: 10, top: 10, width: 10, height: 10 }) - 0.9) < 1e-6);
  assert.equal(shareOutside({ ...map, values: new Float32Array(4) }, crop, crop), 0);
});

test("progress that was meddled with is none, and never more than all", () => {
  assert.deepEqual(parsed("no JSON"), {});
  assert.deepEqual(parsed("null"), {});
  assert.deepEqual(parsed('{"a": {"seen": [0, "x"], "answered": 3}, "b": 1}'), {
    a: { seen: [0], answered: [] },
    b: { seen: [], answered: [] },
  });
  const chapter = { sections: 3, questions: 1 };
  assert.equal(shareOf(undefined, chapter), 0);
  assert.equal(shareOf({ seen: [0, 1], answered: [0] }, chapter), 0.75);
  assert.equal(shareOf({ seen: [0, 1, 2, 3, 4], answered: [] }, chapter), 1);
});

test("a text has its values put in, and one that is not there is told", () => {
  assert.equal(phrase({ told: "{one} of {two}, {three}" }, "told", { one: 1, two: "b" }), "1 of b, {three}");
  assert.throws(() => phrase({}, "gone"), /no text gone/);
});
