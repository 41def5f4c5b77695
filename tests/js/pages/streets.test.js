import assert from "node:assert/strict";
import { test } from "node:test";
import { fromSearch, toSearch } from "../../../static/js/core/store.js";
import { streetCurve } from "../../../static/js/pages/lab/curves.js";
import { StreetPass } from "../../../static/js/pages/streets/streetpass.js";
import { shareRows } from "../../../static/js/pages/streets/streettakeaway.js";
import {
  apartSaid,
  foundSaid,
  groupShare,
  litOf,
  siteSaid,
  skipTitle,
  streetSummary,
} from "../../../static/js/pages/streets/streettelling.js";
import { FIELDS } from "../../../static/js/pages/streets/view.js";
import {
  iouTable,
  streetFindings,
  streetSheet,
  switchedTable,
  worthTable,
} from "../../../static/js/parts/evidence/streetfigures.js";
import { streetFigure } from "../../../static/js/parts/takeaway/streetfigure.js";

const CLASSES = [
  { number: 0, label: "road", colour: "#804080", group: "large" },
  { number: 1, label: "pole", colour: "#c0c080", group: "thin" },
  { number: 2, label: "car", colour: "#400080", group: "" },
];
const figure = (score) => ({ score, low: score - 0.02, high: score + 0.02 });
const apartBy = (score, noise = false) => ({ score, low: score - 0.01, high: score + 0.01, noise });
const measured = (model, thin, switched = []) => ({
  ...{ model, parameters: 1234, miou: figure(0.5), thin: figure(thin), large: figure(0.9) },
  iou: { road: figure(0.9), pole: figure(thin), car: figure(0.6) },
  switched,
});
const worth = {
  ...{ miou: apartBy(0.1), thin: apartBy(0.2), large: apartBy(0.004, true) },
  iou: { road: apartBy(0.004, true), pole: apartBy(0.2), car: apartBy(-0.03) },
};
const EVIDENCE = {
  ...{ data: "CamVid", pictures: 233, seeds: [0, 1, 2], classes: CLASSES, frequencies: [0.3, 0.01, 0.05] },
  models: {
    bottleneck: measured("streets-bottleneck", 0.05),
    unet: measured("streets-unet", 0.25, [{ words: "skip.3 cut", ...worth }]),
  },
  differences: [{ model: "unet", against: "bottleneck", words: "What skips are worth.", ...worth }],
  published: [],
};
const TITLES = {
  "streets-bottleneck": "Bottleneck: a decoder without skips",
  "streets-unet": "U-Net: with skips",
};

test("a link is a view, and what is no view in it is left out", () => {
  const view = {
    ...FIELDS.defaults,
    models: ["streets-unet"],
    lit: "pole",
    base: "streets-bottleneck",
    set: { "decoder.1.spatial": "open", "decoder.2.spatial": 0.25 },
    cut: ["skip.1"],
  };
  assert.deepEqual(fromSearch(toSearch(view, FIELDS), FIELDS), view);
  assert.deepEqual(fromSearch("?lit=A1&models=,&cut=a b&set=x&photo=zz&base=..", FIELDS), FIELDS.defaults);
});

test("a group, a class or none is lit", () => {
  assert.deepEqual([...litOf("thin", CLASSES)], [1]);
  assert.deepEqual([...litOf("car", CLASSES)], [2]);
  assert.equal(litOf("", CLASSES), null);
  assert.equal(litOf("whale", CLASSES), null);
  assert.equal(groupShare([0.7, 0.1, 0.2], CLASSES, "large"), 0.7);
});

test("what a model found, and how far it is from another, is said in words", () => {
  assert.equal(
    foundSaid([0.7, 0.1, 0.2], CLASSES),
    "Thin things 10.0 % of the picture, large things 70.0 %.",
  );
  const apart = { share: 0.125, said: [0.1, 0, 0.025], instead: [0, 0.125, 0] };
  assert.equal(
    apartSaid(apart, CLASSES, "U-Net"),
    "Another class than U-Net at 12.5 % of the places: road, car in place of pole.",
  );
  assert.equal(
    apartSaid({ share: 0, said: [], instead: [] }, CLASSES, "U-Net"),
    "The same as U-Net everywhere.",
  );
  assert.equal(skipTitle("skip.1"), "Skip at an eighth of the size");
  const gate = { name: "decoder.2.spatial", normalised: false, values: [0.5, 1] };
  assert.equal(siteSaid(gate), "Gate in the skip at a quarter of the size: open 0.75 on average.");
  assert.equal(streetSummary([{ title: "U-Net", said: "Nothing." }]), "U-Net: Nothing.");
});

test("of the switches a model takes those that it has", () => {
  const segmentation = { trace_id: "a", model: "m", data: btoa("\x01"), rows: 1, columns: 1, classes: [] };
  const pass = new StreetPass(segmentation, {
    offers: { gates: ["decoder.1.spatial"], cuts: ["skip.1"] },
    sites: [],
  });
  const asked = { gates: { "decoder.1.spatial": "open", other: "open" }, cuts: ["skip.1", "skip.9"] };
  assert.deepEqual(pass.within(asked), { gates: { "decoder.1.spatial": "open" }, cuts: ["skip.1"] });
  assert.equal(pass.at({ x: 0.2, y: 0.9 }), 1);
});

test("every number of the tables is one of the file, and what is within the noise is marked", () => {
  const ious = iouTable(EVIDENCE, TITLES);
  assert.deepEqual(ious.head, ["Class", "Of the labels", "Bottleneck", "U-Net"]);
  assert.deepEqual(ious.rows[4], ["pole", "1.0 %", "5.0 [3.0, 7.0]", "25.0 [23.0, 27.0]"]);
  const worths = worthTable(EVIDENCE, TITLES);
  assert.deepEqual(worths.rows[2], ["Large things", "+0.4 [−0.6, +1.4] ~"]);
  assert.deepEqual(switchedTable(EVIDENCE, TITLES).rows[0].slice(0, 2), [
    "U-Net, skip.3 cut",
    "+10.0 [+9.0, +11.0]",
  ]);
  assert.match(
    streetFindings(EVIDENCE, TITLES)[0],
    /U-Net against Bottleneck: \+10\.0 points .*thin things \+20\.0/,
  );
  assert.equal(streetSheet(EVIDENCE).length, 1 + 2 * 6);
});

test("the curve of the lab's page goes from the commonest class to the rarest", () => {
  const { series, axis, finding } = streetCurve(EVIDENCE, TITLES);
  assert.deepEqual(
    series[1].points.map(({ score }) => Math.round(score)),
    [90, 60, 25],
  );
  assert.equal(axis.name({ from: 2 }), "pole");
  assert.equal(
    finding,
    "Of thin things (poles, signs, people), Bottleneck reaches 5 % IoU, U-Net reaches 25 % IoU.",
  );
});

test("what is taken away has every class of every model, and a legend", () => {
  const pass = { model: "m", shares: [0.7, 0.1, 0.2] };
  const rows = shareRows({ lanes: [{ pass }], classes: CLASSES });
  assert.deepEqual(rows[2], ["m", "pole", "thin", 0.1]);
  const drawn = streetFigure([{ picture: "data:,", title: "A & B", said: "x" }], 0.75, CLASSES, "source");
  assert.equal(drawn.match(/<image /g).length, 1);
  assert.equal(drawn.match(/#c0c080/g).length, 1);
  assert.match(drawn, /A &amp; B/);
});
