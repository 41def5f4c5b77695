import assert from "node:assert/strict";
import { test } from "node:test";
import {
  byChannel,
  isUntouched,
  parseNames,
  parseSettings,
  settingOf,
  spellSettings,
  switchOf,
  toldOf,
  withSetting,
} from "../../../static/js/math/intervention.js";

test("a link spells what is set as it is read again", () => {
  for (const text of ["", "all~open", "a.1~flat;b~0.35;c~3_0.2,40_1", "b~0"])
    assert.equal(spellSettings(parseSettings(text)), text);
  assert.deepEqual(parseSettings("b~0.35;c~3_0.2"), { b: 0.35, c: { 3: 0.2 } });
});

test("what is no setting is not read, and nothing of it", () => {
  for (const text of [
    "a",
    "a~",
    "a~half",
    "a~1.5",
    "a~-1",
    "a~3_2",
    "a~x_1",
    "a~1_1_1",
    "a~1~1",
    "<b>~open",
    "a~open;",
  ])
    assert.equal(parseSettings(text), null, text);
  assert.equal(parseSettings(Array(65).fill("a~open").join(";")), null);
  assert.deepEqual(parseNames("skip1,skip2"), ["skip1", "skip2"]);
  assert.equal(parseNames("skip 1"), null);
});

test("a gate's own setting goes before that of all, and is given back", () => {
  const gates = withSetting({ all: "open" }, "a", 0.5);
  assert.equal(settingOf(gates, "a"), 0.5);
  assert.equal(settingOf(gates, "b"), "open");
  assert.equal(settingOf({}, "b"), null);
  assert.deepEqual(withSetting(gates, "a", null), { all: "open" });
  assert.deepEqual([null, "flat", 0, { 3: 1 }].map(switchOf), ["computed", "flat", "hand", "hand"]);
  assert.deepEqual([byChannel({ 3: 1 }), byChannel(0.5), byChannel(null)], [{ 3: 1 }, {}, {}]);
});

test("what is changed is told in words", () => {
  assert.equal(isUntouched({ gates: {}, cuts: [] }), true);
  assert.equal(isUntouched({ gates: {}, cuts: ["skip1"] }), false);
  assert.equal(
    toldOf({ gates: { all: "flat", a: 0.5, b: { 3: 0.25 } }, cuts: ["skip1"] }),
    "all gates flat; a at 0.50; b channel 3 at 0.25; skip1 cut",
  );
});
