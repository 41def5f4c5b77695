import assert from "node:assert/strict";
import { test } from "node:test";
import {
  CLS,
  isPatch,
  isSame,
  parsePatches,
  parseQuery,
  patchOn,
  spellPatches,
  spellQuery,
} from "../../../static/js/math/query.js";

const grid = { rows: 21, columns: 32 };

test("a query is spelled as the API spells it, and read again", () => {
  for (const text of ["cls", "0,0", "20,31", "7"]) assert.equal(spellQuery(parseQuery(text)), text);
  assert.equal(spellQuery(7), "7");
  for (const text of ["", "7000", "9,9,9", "-1,0", "1, 2", "CLS"]) assert.equal(parseQuery(text), null);
});

test("a query off the grid, or no patch at all, is none", () => {
  assert.deepEqual(patchOn(parseQuery("20,31"), grid), { row: 20, column: 31 });
  assert.equal(patchOn(parseQuery("21,0"), grid), null);
  assert.equal(patchOn(parseQuery("cls"), grid), null);
});

test("queries are the same by what they name", () => {
  assert.ok(isSame({ row: 1, column: 2 }, { row: 1, column: 2 }));
  assert.ok(isSame(CLS, { token: "cls" }));
  assert.ok(isSame(null, null));
  assert.ok(!isSame({ row: 1, column: 2 }, { row: 2, column: 1 }));
  assert.ok(!isSame(null, CLS));
  assert.deepEqual([CLS, 3, { row: 0, column: 0 }].map(isPatch), [false, false, true]);
});

test("at most eight patches stand in a list, and nothing else does", () => {
  const patches = [
    { row: 1, column: 2 },
    { row: 3, column: 4 },
  ];
  assert.equal(spellPatches(patches), "1,2;3,4");
  assert.deepEqual(parsePatches("1,2;3,4"), patches);
  assert.deepEqual(parsePatches(""), []);
  assert.equal(parsePatches("1,2;cls"), null);
  assert.equal(parsePatches("1,2;"), null);
  assert.equal(parsePatches(Array(9).fill("1,2").join(";")), null);
});
