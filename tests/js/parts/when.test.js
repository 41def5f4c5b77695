import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { TIME, whenCurves, whenFindings, whenTable } from "../../../static/js/parts/evidence/whenfigures.js";
import { saidOf, sharesOf } from "../../../static/js/parts/video/whenlane.js";

const evidence = JSON.parse(readFileSync("static/lab/when.json", "utf8"));
const titles = {
  "when-average": "The mean over time",
  "when-additive": "Additive attention over time (Bahdanau)",
};

test("every measured head is a curve over the share of the time; the mean has no map", () => {
  const right = whenCurves(evidence, "accuracy", titles);
  assert.deepEqual(right.map(({ name }) => name).slice(0, 2), [
    "The mean over time",
    "Additive attention over time",
  ]);
  assert.deepEqual(
    right[0].points.map(({ from }) => from),
    [1, 2, 4, 8, 16],
  );
  assert.equal(whenCurves(evidence, "weight", titles).length, right.length - 1);
  assert.equal(TIME.name({ from: 8, to: null }), "1/8 of the time");
});

test("findings and table say what is in the file, and call noise noise", () => {
  const said = whenFindings(evidence, titles);
  const additive = evidence.differences[0];
  assert.match(said[0], /an eighth of the time, The mean over time is right in \d/);
  assert.match(said[1], /^Additive attention over time against The mean over time: [+−]\d/);
  assert.equal(said[1].includes("within the noise"), additive.noise);
  assert.match(said.at(-1), /half is the most/);
  const { head, rows } = whenTable(evidence, titles);
  assert.ok(rows.every((row) => row.length === head.length));
  assert.deepEqual(whenFindings({ ...evidence, heads: {} }, titles), []);
});

test("a head without attention has the same of every frame; what is changed is said", () => {
  const head = {
    model: "",
    words: "",
    chooses: true,
    notes: ["Note."],
    verdict: [],
    when: [0.1, 0.7, 0.1, 0.1],
  };
  const untouched = { attention: "on", frame: null };
  assert.deepEqual([...sharesOf({ when: null }, 4)], [0.25, 0.25, 0.25, 0.25]);
  assert.match(saidOf({ ...head, intervention: untouched }, 4), /^Most weight: frame 2 \(70 %\).* Note\.$/);
  assert.match(saidOf({ ...head, intervention: { attention: "off" } }, 4), /Switched off/);
  assert.match(saidOf({ ...head, intervention: { ...untouched, frame: 2 } }, 4), /frame 3 alone/);
  assert.match(saidOf({ ...head, when: null, intervention: untouched }, 4), /counts the same/);
});
