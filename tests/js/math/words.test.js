import assert from "node:assert/strict";
import { test } from "node:test";

import { readNpy, writeNpy } from "../../../static/js/core/npy.js";
import { csvOf } from "../../../static/js/math/csv.js";
import {
  arranged,
  byWord,
  linksOf,
  matrixOf,
  matrixSheet,
  pharaoh,
  shortest,
  slice,
  spread,
  tokenLabel,
  tokenOf,
  unitOf,
} from "../../../static/js/math/words.js";

const word = (text, first, last, special = false) => ({ text, start: 0, end: 0, first, last, special });
const token = (text, special = false) => ({
  id: 0,
  text,
  surface: text,
  start: 0,
  end: 0,
  special,
  unknown: false,
});
const SOURCE = {
  text: "unlike cats",
  tokens: [token("▁un"), token("like"), token("▁cats"), token("</s>", true)],
  words: [word("unlike", 0, 2), word("cats", 2, 3), word("</s>", 3, 4, true)],
};
const TARGET = {
  text: "gatos",
  tokens: [token("▁ga"), token("tos"), token("</s>", true)],
  words: [word("gatos", 0, 2), word("</s>", 2, 3, true)],
};
const WEIGHTS = Float32Array.from([0.125, 0.25, 0.5, 0.125, 0, 0, 1, 0, 0.25, 0.25, 0.25, 0.25]);

test("a column word has the sum of its tokens' weights, a row word the mean of its tokens'", () => {
  assert.deepEqual(
    [...byWord(WEIGHTS, TARGET.words, SOURCE.words, 4)],
    [0.1875, 0.75, 0.0625, 0.5, 0.25, 0.25],
  );
  const { rows, columns } = matrixOf(WEIGHTS, TARGET, SOURCE, "word");
  assert.deepEqual([rows.length, columns.length], [2, 3]);
  assert.equal(matrixOf(WEIGHTS, TARGET, SOURCE, "token").data, WEIGHTS);
});

test("a token belongs to a word and a word begins with a token", () => {
  assert.deepEqual(
    [0, 1, 2, 3].map((i) => unitOf(SOURCE, "word", i)),
    [0, 0, 1, 2],
  );
  assert.equal(unitOf(SOURCE, "word", 9), null);
  assert.equal(unitOf(SOURCE, "token", 2), 2);
  assert.equal(tokenOf(SOURCE, "word", 1), 2);
  assert.equal(tokenOf(SOURCE, "token", 1), 1);
});

test("links are those at the threshold, without special words, as Pharaoh writes them", () => {
  const matrix = matrixOf(WEIGHTS, TARGET, SOURCE, "word");
  assert.deepEqual(linksOf(matrix, 0.5), [{ row: 0, column: 1, strength: 0.75 }]);
  assert.equal(pharaoh(matrix, 0.5), "1-0");
  assert.equal(pharaoh(matrix, 0.1), "0-0 1-0");
  assert.equal(pharaoh(matrix, 0.9), "");
});

test("a word that stands before the real ones does not shift Pharaoh's numbers", () => {
  const rows = [
    { text: "[CLS]", special: true },
    { text: "a", special: false },
  ];
  assert.equal(pharaoh({ rows, columns: rows, data: Float32Array.from([1, 0, 0, 1]) }, 0.5), "0-0");
});

test("strengths between real words are spread over all words", () => {
  const found = spread([[0.25, 0.75]], TARGET, SOURCE);
  assert.deepEqual([...found.data], [0.25, 0.75, 0, 0, 0, 0]);
});

test("a label that begins like a formula is text in a spreadsheet, and numbers stay numbers", () => {
  for (const label of ["=1+1", "+1", "-", "@SUM(A1)", "\t=1", "＝1"]) {
    const rows = [{ text: label, special: false }];
    const csv = csvOf(matrixSheet({ rows, columns: rows, data: Float32Array.of(-0.5) }));
    assert.equal(csv, `query,'${label}\r\n'${label},-0.5\r\n`);
  }
  assert.equal(csvOf([['=HYPERLINK("a")', "a=b", null, -1]]), `"'=HYPERLINK(""a"")",a=b,,-1\r\n`);
});

test("CSV quotes what it must and gives every float32 back", () => {
  const values = Float32Array.from([0.1, 1 / 3, 8.8e-8, 1]);
  const rows = [
    { text: 'say "a", b', special: false },
    { text: "c", special: false },
  ];
  const lines = csvOf(matrixSheet({ rows, columns: rows, data: values })).split("\r\n");
  assert.equal(lines[0], 'query,"say ""a"", b",c');
  const numbers = lines.slice(1, 3).flatMap((line) => line.split(",").slice(-2).map(Number));
  assert.deepEqual(Float32Array.from(numbers), values);
  assert.equal(shortest(Math.fround(0.1)), "0.1");
  for (let i = 1; i < 2000; i++) {
    const value = Math.fround(i / 1999 / 7);
    assert.equal(Math.fround(Number(shortest(value))), value);
    assert.ok(shortest(value).length <= 13);
  }
  assert.equal(shortest(Math.fround(0.0117697595154047)), "0.0117697595");
});

test("NPY that is written is read again, and its numbers begin on a multiple of 64", () => {
  const data = Float32Array.from([1.5, -2, 3, 0.25, 5, 6]);
  for (const shape of [[2, 3], [6], [1, 2, 3]]) {
    const bytes = writeNpy(shape, data);
    assert.deepEqual(readNpy(bytes.buffer), { shape, data });
    assert.equal((bytes.length - data.byteLength) % 64, 0);
  }
});

test("a row and a column are cut from a matrix", () => {
  const matrix = matrixOf(WEIGHTS, TARGET, SOURCE, "token");
  assert.deepEqual([...slice(matrix, { row: 1, column: null })], [0, 0, 1, 0]);
  assert.deepEqual([...slice(matrix, { row: null, column: 2 })], [0.5, 1, 0.25]);
});

test("pieces of byte-level vocabularies show their space as others do", () => {
  assert.deepEqual(["Ġthe", " the", "▁the", "##ing"].map(tokenLabel), ["▁the", "▁the", "▁the", "##ing"]);
});

test("columns in another order take their labels along, and the same order makes no copy", () => {
  const label = (text) => ({ text, special: false });
  const matrix = {
    rows: [label("r"), label("s")],
    columns: [label("a"), label("b"), label("c")],
    data: Float32Array.from([1, 2, 3, 4, 5, 6]),
  };
  assert.equal(arranged(matrix, [0, 1, 2]), matrix);
  const { columns, data } = arranged(matrix, [2, 0, 1]);
  assert.deepEqual(
    columns.map(({ text }) => text),
    ["c", "a", "b"],
  );
  assert.deepEqual([...data], [3, 1, 2, 6, 4, 5]);
});
