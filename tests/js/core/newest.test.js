import assert from "node:assert/strict";
import { test } from "node:test";
import { Newest } from "../../../static/js/core/newest.js";

test("one runs at a time, and of those that wait the newest alone", async () => {
  const done = [];
  let end = () => {};
  const newest = new Newest();
  const first = newest.run(() => new Promise((resolve) => (end = () => resolve(done.push("first")))));
  for (const name of ["old", "older", "newest"]) newest.run(async () => done.push(name));
  assert.deepEqual(done, []);
  end();
  await first;
  assert.deepEqual(done, ["first", "newest"]);
  await newest.run(async () => done.push("later"));
  assert.deepEqual(done, ["first", "newest", "later"]);
});

test("work that fails does not keep the next from running, and what waits can be left out", async () => {
  const newest = new Newest();
  await assert.rejects(newest.run(() => Promise.reject(new Error("no"))));
  const done = [];
  const running = newest.run(async () => done.push("one"));
  newest.run(async () => done.push("two"));
  newest.clear();
  await running;
  assert.deepEqual(done, ["one"]);
});
