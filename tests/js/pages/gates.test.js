import assert from "node:assert/strict";
import { test } from "node:test";
import { fromSearch, toSearch } from "../../../static/js/core/store.js";
import { blend, changed, opaque } from "../../../static/js/math/pixels.js";
import { checkDrawn } from "../../../static/js/pages/gates/gateopening.js";
import { gateRows } from "../../../static/js/pages/gates/gatetakeaway.js";
import { whereTo } from "../../../static/js/pages/gates/livecamera.js";
import { FIELDS } from "../../../static/js/pages/gates/view.js";
import { GatePass } from "../../../static/js/parts/gates/gatepass.js";
import { curlOfPhoto } from "../../../static/js/parts/takeaway/calls.js";
import { onPaper } from "../../../static/js/parts/takeaway/gatefigures.js";

const SITES = ["a", "b", "c"];
const OFFERS = { gates: SITES, cuts: ["skip.1"], output: "mask" };
const gate = (site) => ({ site, of: "channel", labels: null, values: [0.25, 1], computed: null });
const pass = (intervention) => new GatePass({ offers: OFFERS, intervention }, SITES.map(gate), null);

test("a link says what is looked at and what is switched, and is read again", () => {
  const search = "?sample=cat&gate=b&channel=3&order=network&beside=average&set=all~flat;b~3_0.5&cut=skip.1";
  const view = fromSearch(search, FIELDS);
  assert.deepEqual(view.set, { all: "flat", b: { 3: 0.5 } });
  assert.deepEqual(view.cut, ["skip.1"]);
  assert.equal(toSearch(view, FIELDS), search);
  assert.equal(toSearch(fromSearch("?set=a~2&cut=a b&show=no&channel=-7", FIELDS), FIELDS), "");
});

test("what comes to a gate is as it was where nothing before it is changed", () => {
  assert.equal(pass({}).isUntouchedBefore("c"), true);
  const second = pass({ gates: { b: 0.5 }, cuts: [] });
  assert.deepEqual(SITES.map((site) => second.isUntouchedBefore(site)), [true, true, false]); // biome-ignore format: short
  assert.equal(pass({ gates: { all: "open" } }).isUntouchedBefore("a"), false);
  assert.equal(pass({ cuts: ["skip.1"] }).isUntouchedBefore("a"), false);
});

test("a network with neither gates nor skips is told in a sentence", () => {
  checkDrawn({ model: "mine", offers: OFFERS });
  checkDrawn({ model: "mine", offers: { gates: [], cuts: ["skip.1"] } });
  assert.throws(
    () => checkDrawn({ model: "mine", offers: { gates: [], cuts: [] } }),
    /^Error: mine has neither/,
  );
});

test("where a frame of the camera goes is said as it is", () => {
  assert.match(whereTo("127.0.0.1"), /on this machine and nowhere else/);
  assert.match(whereTo("localhost"), /on this machine/);
  assert.equal(
    whereTo("far.example"),
    "Frames go to far.example, which runs this service, and nowhere else.",
  );
});

test("a sheet has a value a line, with what the network had computed", () => {
  const set = { ...gate("b"), values: [1, 1], computed: [0.25, 0.75] };
  assert.deepEqual(gateRows([{ ...gate("a"), of: "branch", labels: ["3x3", "5x5"] }, set]), [
    ["gate", "of", "number", "value", "computed"],
    ["a", "branch", "3x3", 0.25, 0.25],
    ["a", "branch", "5x5", 1, 1],
    ["b", "channel", 0, 1, 0.25],
    ["b", "channel", 1, 1, 0.75],
  ]);
});

test("a call for a shell has what is switched in it", () => {
  const asked = { model: "mine", resolution: 448, intervention: '{"gates":{"all":"open"}}' };
  const call = {
    root: "http://x/api/v1",
    photo: { sample: "cat" },
    asked,
    path: (id) => `/traces/${id}/gates`,
  };
  assert.match(curlOfPhoto(call), /-F 'intervention=\{"gates":\{"all":"open"\}\}'/);
});

test("on paper a drawing has colours and no buttons", () => {
  const drawing = '<g class="a" role="button" tabindex="0" data-site="b"><path fill="var(--gate-open)"/></g>';
  assert.equal(onPaper(drawing), '<g><path fill="#2f4bd8"/></g>');
});

test("a mask becomes a stencil, and a change is gained or lost", () => {
  const pixels = (...greys) => ({
    width: greys.length,
    height: 1,
    data: Uint8ClampedArray.from(greys.flatMap((grey) => [grey, grey, grey, 255])),
  });
  assert.deepEqual([...opaque(pixels(0, 200)).data.filter((_, i) => i % 4 === 3)], [0, 200]);
  const change = changed(pixels(0, 255, 60), pixels(255, 0, 60));
  assert.deepEqual([...change], [1, -1, 0]);
  const drawn = blend(pixels(0, 0, 100), change, { gained: "#0000ff", lost: "#ff0000" });
  assert.deepEqual([...drawn.data.subarray(0, 8)], [0, 0, 255, 255, 255, 0, 0, 255]);
  assert.equal(drawn.data[8], 146); // grey, half as strong, on a pale ground
});
