import assert from "node:assert/strict";
import { test } from "node:test";
import { marksOf, visualOrder } from "../../../static/js/math/bidi.js";

/** A line of words, as it is seen: "_" parts words that touch. */
const seen = (line) => {
  let at = 0;
  const words = [...line.matchAll(/([ _]?)([^ _]+)/g)].map(([_, gap, text]) => {
    const start = at + (gap === " " ? 1 : 0);
    at = start + text.length;
    return { text, special: /^\[.*\]$/.test(text), start, end: at };
  });
  return visualOrder(words)
    .map((i) => words[i].text)
    .join(" ");
};

test("what runs from left to right is seen as it is read", () => {
  assert.equal(seen("[CLS] The year 1992 , ok . [SEP]"), "[CLS] The year 1992 , ok . [SEP]");
  assert.deepEqual(visualOrder([]), []);
});

test("a Hebrew line runs to the left, and its English words stay in order", () => {
  assert.equal(
    seen("[CLS] הוא אמר hello world ואז הלך . [SEP]"),
    "[SEP] . הלך ואז hello world אמר הוא [CLS]",
  );
});

test("an English line runs to the right, and its Hebrew words turn", () => {
  assert.equal(seen("He said שלום עולם , then left ."), "He said עולם שלום , then left .");
});

test("numbers in Hebrew stand whole, in Arabic too, and belong to the English word before them", () => {
  assert.equal(seen("בשנת 1992 , 3_._5 אחוז"), "אחוז 3 . 5 , 1992 בשנת");
  assert.equal(seen("عام 2024 في Paris 15 مساء"), "مساء Paris 15 في 2024 عام");
  assert.equal(seen("In שנת 1992 ok"), "In 1992 שנת ok");
});

test("what has no direction takes that of its neighbours, else the line's", () => {
  assert.equal(seen("שלום - עולם ! yes"), "yes ! עולם - שלום");
  assert.equal(seen("ok ! שלום ?"), "ok ! שלום ?");
  assert.equal(seen("... שלום"), "שלום ...");
});

test("a box gets the direction of its word's ends, and none where they are no letters", () => {
  assert.deepEqual(marksOf("שלום"), ["\u200f", "\u200f"]);
  assert.deepEqual(marksOf("سلام!"), ["\u061c", ""]);
  assert.deepEqual(marksOf("3D"), ["", "\u200e"]);
  assert.deepEqual(marksOf(""), ["", ""]);
});
