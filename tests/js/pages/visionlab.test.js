import assert from "node:assert/strict";
import { test } from "node:test";
import { fromSearch, toSearch } from "../../../static/js/core/store.js";
import { CurveHere, placeOf } from "../../../static/js/pages/visionlab/curvehere.js";
import { edges } from "../../../static/js/pages/visionlab/maker.js";
import { cropOf, spellCrop } from "../../../static/js/pages/visionlab/ownphoto.js";
import { FIELDS } from "../../../static/js/pages/visionlab/view.js";
import {
  findingsOf,
  headTable,
  publishedOf,
  visionSheet,
} from "../../../static/js/pages/visionlab/visionfindings.js";
import { verdictRows } from "../../../static/js/pages/visionlab/visiontakeaway.js";
import {
  attendedSaid,
  attentionSaid,
  isRight,
  laidOf,
  listed,
  shareSaid,
  sharesOf,
  summaryOf,
} from "../../../static/js/pages/visionlab/visiontelling.js";
import { curvesOf, SHARES } from "../../../static/js/parts/evidence/vision.js";
import { curlOfHeads, pythonOfHeads } from "../../../static/js/parts/takeaway/calls.js";

const classes = (...pairs) => pairs.map(([label, probability], number) => ({ number, label, probability }));
const places = (values, normalised = true) => ({
  name: "pooler.1.cross",
  key: { kind: "patch", grid: { rows: 2, columns: 2 } },
  normalised,
  values,
});
const corner = { left: 0.5, top: 0.5, width: 0.5, height: 0.5 };

test("a link is a view, and what is no view in it is left out", () => {
  const view = {
    ...FIELDS.defaults,
    size: 12,
    heads: ["vision-se", "vision-sk"],
    attention: "pinned",
    pin: "3,13",
  };
  assert.deepEqual(fromSearch(toSearch(view, FIELDS), FIELDS), view);
  const wrong = "?size=101&heads=,&pin=1,2,3&attention=maybe&crop=a&x=-3&ground=../etc";
  assert.deepEqual(fromSearch(wrong, FIELDS), FIELDS.defaults);
  assert.deepEqual(fromSearch("?heads=a,a,b", FIELDS).heads, ["a", "b"]);
  assert.deepEqual(fromSearch("?heads=a,b,c,d,e,f,g", FIELDS).heads, FIELDS.defaults.heads);
});

test("a share is told as a part of the picture", () => {
  assert.equal(shareSaid(1), "all of the picture");
  assert.equal(shareSaid(1 / 9), "1/9 of the picture");
  assert.equal(shareSaid(1 / 2.92), "1/2.9 of the picture");
  assert.equal(shareSaid(1 / 30.4), "1/30 of the picture");
});

test("what a head attended to is told by what it holds: places, gates, branches, nothing", () => {
  const said = (...sites) => attendedSaid({ sites }, corner);
  assert.equal(said(places([0.1, 0.1, 0.1, 0.7])), "Maximum on the object; 70 % of the weight on it.");
  assert.match(said(places([0.7, 0.1, 0.1, 0.1])), /^Maximum elsewhere; 10 %/);
  assert.equal(
    said(places([0.2, 0.2, 0.2, 0.8], false)),
    "Maximum on the object; open 0.80 on it, 0.20 elsewhere.",
  );
  const channels = { key: { kind: "channel", size: 2 }, normalised: false, values: [0.25, 0.75] };
  assert.equal(said(channels), "2 gates, mean 0.50. They say what, not where.");
  assert.match(said(channels, places([0, 0, 0, 1])), /of the weight/);
  const branches = {
    key: { kind: "branch", labels: ["3x3", "5x5"] },
    normalised: true,
    values: [1, 0, 0.5, 0.5],
  };
  assert.deepEqual(sharesOf(branches).values, [0.75, 0.25]);
  assert.match(said(branches), /^3x3: 75 %, 5x5: 25 %/);
  assert.equal(said(), "No attention: every place counts alike.");
});

test("a class activation map is laid where a head has no map of places, and is not called attention", () => {
  const activation = { label: "watch", rows: 2, columns: 2, values: [-1, 0.5, 0, 1.5] };
  const laid = laidOf({ sites: [], activation });
  assert.deepEqual([laid.kind, laid.label, laid.values], ["class", "watch", [0, 0.5, 0, 1.5]]);
  assert.equal(
    attendedSaid({ sites: [], activation }, corner),
    "No attention: every place counts alike. Drawn is what speaks for “watch”, worked out afterwards: " +
      "75 % of it on the object.",
  );
  assert.equal(laidOf({ sites: [places([0, 0, 0, 1])], activation }).kind, "weights");
  assert.equal(laidOf({ sites: [], activation: null }), null);
});

test("a lane lists the best classes and always the object's own", () => {
  const verdict = classes(["jug", 0.5], ["watch", 0.3], ["piano", 0.1], ["face", 0.06], ["turtle", 0.04]);
  const labels = (label) => listed(verdict, label).map((each) => each.label);
  assert.deepEqual(labels("watch"), ["jug", "watch", "piano"]);
  assert.deepEqual(labels("turtle"), ["jug", "watch", "turtle"]);
  assert.deepEqual(labels(""), ["jug", "watch", "piano"]);
  assert.deepEqual(
    [isRight(verdict, "jug"), isRight(verdict, "face"), isRight(verdict, "")],
    [true, false, null],
  );
  assert.equal(summaryOf([{ name: "SE", verdict }], "face", 1), "face, all of the picture. SE: jug, 50 %.");
});

test("what is done to attention is said", () => {
  assert.match(attentionSaid("off", "", false), /even/);
  assert.match(attentionSaid("pinned", "", false), /click a place.*arrow keys/);
  assert.equal(attentionSaid("pinned", "", true), "Pinned: tap a place on any map.");
  assert.match(attentionSaid("pinned", "0,13", false), /row 1, column 14/);
});

test("the part of a photo stays inside it and keeps a least size", () => {
  assert.equal(spellCrop(cropOf("250,250,500,500")), "250,250,500,500");
  const { left, width } = cropOf("9999,0,9999,9999");
  assert.ok(left + width <= 1.0001 && width >= 0.05);
  assert.deepEqual(edges(0.2, 0.4, true, 0.9), [0.2, 0.7]);
  assert.deepEqual(edges(0.2, 0.5, false, -1), [0, 0.7]);
  assert.ok(edges(0.2, 0.4, true, 0)[1] >= 0.05);
});

test("the curve of a picture forgets what was found of another one", () => {
  const curve = new CurveHere(null);
  curve.add("one", 71, [{ model: "a", probability: 0.5 }]);
  curve.add("one", 100, [{ model: "a", probability: 0.9 }]);
  const points = () =>
    curve.series([{ model: "a", name: "A" }])[0].points.map(({ from, score }) => [from, score]);
  assert.deepEqual(points(), [
    [0, 90],
    [30, 50],
  ]);
  curve.add("other", 40, [{ model: "a", probability: 0.25 }]);
  assert.deepEqual(points(), [[60, 25]]);
  assert.equal(placeOf(44), 40);
});

const at = (scores, shares = [1, 1 / 9]) =>
  scores.map((score, i) => ({ share: shares[i], score, low: score - 0.02, high: score + 0.02 }));
const head = (model, scores, more = {}) => ({
  ...{ model, parameters: 1234, milliseconds: 0.5 },
  accuracy: at(scores),
  ...more,
});
const evidence = {
  ...{ data: "Pictures", pictures: 400, seeds: [0, 1, 2], shares: [1, 1 / 9] },
  heads: {
    average: head("vision-average", [0.83, 0.23]),
    se: head("vision-se", [0.83, 0.24]),
    additive: head("vision-additive", [0.8, 0.69], { pointing: at([1, 0.75]) }),
    multiplicative: head("vision-multiplicative", [0.8, 0.71]),
  },
  differences: [
    { head: "se", against: "average", score: 0.01, low: -0.01, high: 0.03, noise: true },
    { head: "additive", against: "average", score: 0.46, low: 0.44, high: 0.48, noise: false },
    { head: "multiplicative", against: "average", score: 0.48, low: 0.45, high: 0.5, noise: false },
    { head: "multiplicative", against: "additive", score: 0.02, low: -0.01, high: 0.05, noise: true },
  ],
  published: [{ head: "se", what: "ResNet-20: 91.6 %", source: "somewhere" }],
};
const titles = {
  "vision-average": "Average pooling: the fixed vector",
  "vision-se": "SE before the average",
  "vision-additive": "Additive attention pooling (Bahdanau)",
  "vision-multiplicative": "Multiplicative",
};

test("a measured head is in its colour where it is shown, and grey where it is not", () => {
  const series = curvesOf(evidence, "accuracy", ["vision-additive", "vision-average"], titles);
  assert.deepEqual(
    series.map(({ name, number, muted }) => [name, number, muted]),
    [
      ["SE", 0, true],
      ["Additive attention pooling", 0, false],
      ["Multiplicative", 0, true],
      ["Average pooling", 1, false],
    ],
  );
  assert.deepEqual(series[0].points.map(SHARES.tick), ["all", "1/9"]);
  const pointing = curvesOf(evidence, "pointing", [], titles).map(({ name }) => name);
  assert.deepEqual(pointing, ["Additive attention pooling"]);
});

test("differences within the noise are called that", () => {
  const said = findingsOf(evidence, titles).join("\n");
  assert.match(said, /Surely better: Multiplicative \+48\.0, Additive attention pooling \+46\.0\./);
  assert.match(said, /Within the noise: SE \+1\.0\./);
  assert.match(
    said,
    /Multiplicative against Additive .*: \+2\.0 \[−1\.0, \+5\.0\] points, within the noise\./,
  );
  assert.doesNotMatch(said, /Surely worse/);
  const { head: names, rows } = headTable(evidence, titles);
  assert.equal(rows[2][names.indexOf("Right: 1/9")], "69.0 [67.0, 71.0]");
  assert.equal(rows[0][names.indexOf("Maximum on it")], "–");
  assert.equal(publishedOf(evidence), "Published, of other data: ResNet-20: 91.6 % (somewhere).");
  assert.equal(visionSheet(evidence).length, 1 + 4 * 2 + 2);
});

test("what is taken away holds every class, and calls that can be pasted", () => {
  const answer = { heads: [{ model: "m", verdict: classes(["jug", 0.75], ["face", 0.25]) }] };
  assert.deepEqual(verdictRows({ answer, box: corner })[2], ["m", "face", 0.25, 0.25]);
  const call = { root: "http://a/api/v1", file: "p.png", models: ["m", "n"], intervention: '{"pin":[1,2]}' };
  assert.equal(
    curlOfHeads(call),
    `curl -sS -F 'file=@"p.png"' -F 'models=m,n' -F 'intervention={"pin":[1,2]}' http://a/api/v1/lab/vision`,
  );
  assert.match(pythonOfHeads(call), /open\("p.png", "rb"\)/);
});
