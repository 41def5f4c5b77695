import assert from "node:assert/strict";
import { test } from "node:test";
import { fromSearch, toSearch } from "../../../static/js/core/store.js";
import { csvOf } from "../../../static/js/math/csv.js";
import { fallOf, isApart } from "../../../static/js/math/scales.js";
import { findings } from "../../../static/js/pages/sentencelab/findings.js";
import { sheet } from "../../../static/js/pages/sentencelab/sheet.js";
import {
  alignmentTitle,
  attentionOf,
  bits,
  gets,
  isAsWritten,
  pinHint,
  readSaid,
  shares,
  troubles,
  waitingFor,
  wordsIn,
} from "../../../static/js/pages/sentencelab/telling.js";
import { FIELDS } from "../../../static/js/pages/sentencelab/view.js";
import {
  captions,
  chartTable,
  coverages,
  curves,
  forcedCurves,
  measuredHere,
  partCurves,
  repeats,
  scoreTable,
  searchTable,
} from "../../../static/js/parts/evidence/bleu.js";
import { isBothWays } from "../../../static/js/parts/steps/states.js";

const bleu = (score) => ({ score, low: score - 1, high: score + 1 });
const length = (scores) =>
  scores.map((score, i) => ({
    from: i ? 10 * i : 1,
    to: i === scores.length - 1 ? null : 10 * i + 9,
    pairs: 40,
    ...bleu(score),
    repeated: 0.25,
  }));
const model = (title, scores, coverage = []) => ({
  title,
  parameters: 7_654_321,
  bytes: 15_000_000,
  bleu: {
    "a.test": { greedy: bleu(scores[0]), greedy_part: bleu(scores[0] - 2), beam_part: bleu(scores[0] - 2.5) },
  },
  length: length(scores),
  length_beam: length(scores.map((score) => score + 1)),
  coverage,
  forced: [{ from: 1, to: 9, pairs: 40, accuracy: 0.5 }],
});
const EVIDENCE = {
  signature: "nrefs:1|tok:13a",
  pairs: { "a.test": 1000 },
  beam: 4,
  beam_pairs: 200,
  models: {
    "one-en-fr": model("One vector: English to French", [30, 20, 6]),
    "two-en-fr": model(
      "Attention: English to French",
      [31, 35, 33],
      [{ from: 1, to: 9, words: 12, covered: 0.9, overlooked: 0.05 }],
    ),
  },
};

test("every choice survives the way through a link", () => {
  const view = {
    beam: 4,
    feed: "given",
    attention: "pinned",
    pins: "3;5.7",
    only: true,
    step: 12,
    encoder: "one-en-fr",
    read: 3,
    inside: "two-en-fr",
    steps: "all",
    level: "token",
    curve: "beam",
  };
  assert.deepEqual(fromSearch(toSearch(view, FIELDS), FIELDS), view);
  assert.equal(toSearch({ ...FIELDS.defaults }, FIELDS), "");
  assert.match(toSearch(view, FIELDS), /pins=3;5\.7/);
});

test("a link that was meddled with leaves the defaults", () => {
  const view = fromSearch("?beam=9&attention=maybe&pins=3;x&step=-2&steps=12", FIELDS);
  assert.deepEqual(view, { ...FIELDS.defaults });
});

test("a fall is from the best bucket to the last, as a share of the best", () => {
  assert.ok(Math.abs(fallOf(length([30, 20, 6])).share - 0.8) < 1e-9);
  assert.equal(fallOf(length([20, 30])).share, 0);
  assert.equal(fallOf(length([0, 0])).share, 0);
});

test("intervals that touch are not apart", () => {
  assert.equal(isApart(bleu(10), bleu(12.1)), true);
  assert.equal(isApart(bleu(10), bleu(12)), false);
  assert.equal(isApart(bleu(12.1), bleu(10)), true);
});

const told = (fixed, other) =>
  findings(
    {
      ...EVIDENCE,
      models: {
        "fixed-en-fr": model("One vector: to French", fixed),
        "two-en-fr": model("Attention: to French", other, EVIDENCE.models["two-en-fr"].coverage),
      },
    },
    "greedy",
  );

test("a model that looks is told beside the one that does not, where sentences are shortest and longest", () => {
  const [first, second] = findings(EVIDENCE, "greedy");
  assert.equal(
    first,
    "One vector falls from its best, 30.0 at 1 to 9 words, to 6.0 at 20 and more: by 80 %.",
  );
  assert.equal(
    second,
    "Attention against One vector: 31.0 beside 30.0 at 1 to 9 words (1.0 times, intervals overlap); " +
      "33.0 beside 6.0 at 20 and more words (5.5 times, intervals apart). " +
      "It falls from its best, 35.0 at 10 to 19 words, to 33.0 at 20 and more: by 6 %, where One vector falls by 80 %.",
  );
  assert.match(findings(EVIDENCE, "beam")[1], /34\.0 beside 7\.0 at 20 and more/);
});

test("where attention does not hold, the findings say so", () => {
  assert.match(
    told([10, 9, 8], [20, 15, 12])[1],
    /by 40 %, no less than One vector \(20 %\): it is ahead, but it does not hold better\.$/,
  );
  assert.match(
    told([10, 9, 8], [20, 15, 9])[1],
    /by 55 %\. In the longest sentences its attention makes no sure difference\.$/,
  );
  assert.match(told([10, 9, 8], [20, 15, 4])[1], /it scores less, for all its attention\.$/);
  assert.match(
    told([10, 9, 8], [20, 25, 26])[1],
    /It is at its best in the longest sentences, where One vector falls by 20 %\.$/,
  );
});

test("there are no findings of a single bucket, and no ratio to a score of nothing", () => {
  assert.deepEqual(told([10], [12]), []);
  assert.match(told([0, 0], [12, 9])[1], /12\.0 beside 0\.0 at 1 to 9 words \(intervals apart\)/);
});

test("captions say what was measured, and nothing of what the file does not tell", () => {
  const told = { ...EVIDENCE, length_tests: ["a.test", "a.long"], bucket_pairs: 100, coverage_pairs: 60 };
  assert.equal(
    captions(told, "greedy").length,
    "BLEU by words of the source, greedy search, on all pairs of a.test and a.long, with bands of 95 % intervals",
  );
  assert.match(
    captions(told, "beam").length,
    /a beam of 4, on 100 pairs of each length at most, drawn at random of a\.test and a\.long,/,
  );
  assert.match(
    captions(told, "beam").covered,
    /mean over all of a model's cross-attention \(every site, every head\) in 60 sentences of each length/,
  );
  assert.equal(
    captions(EVIDENCE, "greedy").length,
    "BLEU by words of the source, greedy search, with bands of 95 % intervals",
  );
  assert.equal(
    captions(EVIDENCE, "beam").covered,
    "Coverage, how much of each source word all steps together looked at, up to once",
  );
});

test("the beam's numbers stand beside greedy ones of the same pairs, where there are any", () => {
  assert.deepEqual(partCurves(EVIDENCE), []);
  const part = { ...EVIDENCE.models["two-en-fr"], length_part: length([30, 34, 32]) };
  const evidence = { ...EVIDENCE, models: { ...EVIDENCE.models, "two-en-fr": part } };
  assert.equal(partCurves(evidence)[0].name, "Attention, greedy");
  assert.ok(csvOf(sheet(evidence)).includes("two-en-fr,bleu,greedy,by length (part),1,9,40,30,29,31\r\n"));
});

test("scores measured here stand beside published ones", () => {
  assert.equal(
    measuredHere(EVIDENCE, ["one", "two"], "a.test"),
    "One vector 30.0 [29.0, 31.0]; Attention 31.0 [30.0, 32.0] (BLEU, 1,000 pairs of a.test, greedy)",
  );
  assert.equal(measuredHere(EVIDENCE, ["three"], "a.test"), "");
  assert.equal(measuredHere(EVIDENCE, ["one"], "b.test"), "");
});

test("a problem is said once, with the models that have it where others do not", () => {
  const problems = new Map([
    ["A: to French", "Too long."],
    ["B: to French", "Too long."],
  ]);
  assert.equal(troubles(problems, 4), "A, B: Too long.");
  assert.equal(troubles(problems, 2), "Too long.");
  assert.equal(
    troubles(
      new Map([
        ["", "Type first."],
        ["A: to French", "Gone."],
      ]),
      4,
    ),
    "Type first. A: Gone.",
  );
  assert.equal(troubles(new Map(), 4), "");
});

test("that the server is busy is said before all else", () => {
  assert.equal(
    waitingFor(["Translating", "The server is busy; trying again in 2 s", ""], false),
    "The server is busy; trying again in 2 s",
  );
  assert.equal(waitingFor(["Translating", ""], true), "Writing what is given");
  assert.equal(waitingFor(["", ""], false), "");
});

test("an encoder of both directions is said to read from both ends", () => {
  const of = { tokens: ["a", "b", "c"], widths: { embedding: 4, state: 8 } };
  assert.equal(
    readSaid({ ...of, read: 2, bothWays: true }),
    "Token 2 of 3, “b”: 4 numbers of embedding go in, 8 numbers of hidden state come out; " +
      "the first 4 read forwards from token 1, the last 4 backwards from token 3.",
  );
  assert.match(readSaid({ ...of, read: 2, bothWays: false }), /come out\.$/);
  assert.equal(readSaid({ ...of, read: 0, bothWays: false }), "All 3 tokens read.");
});

test("pins are not said to be all that a decoder gets", () => {
  assert.match(
    pinHint(1, 0, false),
    /started from the encoder's last state.*read the words around it.*nothing to pin/,
  );
  assert.match(pinHint(0, 3, false), /^Click a word .* alone at step 3\.$/);
  assert.match(pinHint(0, 0, true), /^Tap a word /);
});

test("the tables hold the file's numbers, and a gap where there is none", () => {
  const series = curves(EVIDENCE, "beam");
  series[1].points = series[1].points.slice(1);
  const { head, rows } = chartTable(series, "");
  assert.deepEqual(head, ["Model", "1 to 9", "10 to 19", "20 and more"]);
  assert.deepEqual(rows[0], ["One vector", "31.0 [30.0, 32.0]", "21.0 [20.0, 22.0]", "7.0 [6.0, 8.0]"]);
  assert.equal(rows[1][1], "–");
  assert.deepEqual(scoreTable(EVIDENCE).rows[0], ["One vector", "7.7 M", "30.0 [29.0, 31.0]"]);
  assert.deepEqual(searchTable(EVIDENCE).rows[1], ["Attention", "29.0 → 28.5 (−0.5)"]);
  assert.equal(searchTable(EVIDENCE).head[1], "a.test (200 pairs)");
});

test("only models that look have coverage", () => {
  assert.deepEqual(coverages(EVIDENCE, "overlooked"), [
    { name: "Attention", number: 1, points: [{ from: 1, to: 9, score: 5 }] },
  ]);
});

test("what is right and what is said twice are percent, of every model", () => {
  assert.deepEqual(forcedCurves(EVIDENCE)[0], {
    name: "One vector",
    number: 0,
    points: [{ from: 1, to: 9, score: 50 }],
  });
  assert.deepEqual(
    repeats(EVIDENCE, "beam").map(({ points }) => points.map(({ score }) => score)),
    [
      [25, 25, 25],
      [25, 25, 25],
    ],
  );
});

test("the sheet has every figure, in as many columns as its head", () => {
  const rows = sheet(EVIDENCE);
  assert.ok(rows.every((row) => row.length === rows[0].length));
  assert.equal(rows.length, 1 + 2 * (3 + 3 + 3 + 1 + 3 + 3) + 2);
  assert.ok(csvOf(rows).includes("two-en-fr,accuracy,forced,by length,1,9,40,0.5,,\r\n"));
  assert.ok(csvOf(rows).includes("one-en-fr,repeated,beam 4,by length,1,9,40,0.25,,\r\n"));
  assert.ok(csvOf(rows).includes("two-en-fr,overlooked,greedy,by length,1,9,12,0.05,,\r\n"));
});

test("CSV quotes what would part a cell", () => {
  assert.equal(csvOf([["a,b", 'say "x"', null, 1.5]]), '"a,b","say ""x""",,1.5\r\n');
});

test("what the decoder gets is said of the step and the words", () => {
  const of = { words: 45, numbers: 384, step: 0, attention: "on" };
  assert.equal(
    gets(of),
    "This is all the decoder gets of the 45 words: 384 numbers, the same at every step.",
  );
  assert.equal(
    gets({ ...of, step: 7 }),
    "Step 7: this, again, is all the decoder gets of the 45 words: the same 384 numbers as at every step.",
  );
  assert.match(gets({ ...of, words: 1, attention: "pinned" }), /of the one word.*nothing to pin/);
  assert.match(gets({ ...of, attention: "off" }), /^At every step zeros/);
});

test("a word is as likely as all its tokens together, and costs are bits a token", () => {
  const step = (probability) => ({ token: { probability } });
  const steps = [step(0.5), step(0.5), step(0.25), step(1e-9)];
  const target = {
    words: [
      { first: 0, last: 2 },
      { first: 2, last: 3 },
      { first: 3, last: 4 },
    ],
  };
  assert.deepEqual(shares({ steps, target }, "word"), ["25 %", "25 %", "< 0.010 %"]);
  assert.deepEqual(shares({ steps, target }, "token").slice(0, 2), ["50 %", "50 %"]);
  assert.match(bits(steps.slice(0, 3)), /1\.33 bits a token/);
});

test("what a model would never write costs infinitely many bits", () => {
  const step = (probability) => ({ token: { probability } });
  const steps = [step(0.5), step(0), step(1e-30)];
  assert.equal(bits(steps), "The given words cost it ∞ bits a token: it would never write one of them.");
  assert.match(bits([step(0), step(0)]), /∞ bits a token: it would never write 2 of them/);
  assert.match(bits([step(2 ** -100)]), / 100\.00 bits a token/);
  const target = { words: steps.map((_, i) => ({ first: i, last: i + 1 })) };
  assert.deepEqual(shares({ steps, target }, "word"), ["50 %", "0 %", "< 0.010 %"]);
});

test("the one vector of two directions is found in the states that it is made of", () => {
  const states = Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8]); // two tokens of width 4
  assert.equal(isBothWays(states, 4, [5, 6, 3, 4]), true);
  assert.equal(isBothWays(states, 4, [5, 6, 7, 8]), false);
});

test("words are counted as the chart's buckets count them", () => {
  assert.equal(wordsIn(" It's well-known, is it not? "), 5);
});

test("a caption is of the run that it stands over, and claims no zeros where there are weights", () => {
  assert.equal(attentionOf(undefined), "on");
  assert.equal(attentionOf({ attention: false }), "off");
  assert.equal(attentionOf({ pins: [{ source: [1], step: null }] }), "pinned");
  const site = { heads: 4, layer: 2 };
  assert.equal(alignmentTitle(site, 3, "on"), "Alignment: layer 2, head 3 of 4");
  assert.equal(alignmentTitle(null, 0, "pinned"), "Alignment (pinned)");
  assert.equal(alignmentTitle(null, 0, "off"), "Alignment, not used: the decoder is given zeros");
});

test("what an example shows is said of that alone which was written", () => {
  const said = { one: "Bonjour.", two: "Salut." };
  assert.ok(isAsWritten(said, new Map(Object.entries(said))));
  assert.ok(
    !isAsWritten(
      said,
      new Map([
        ["one", "Bonjour."],
        ["two", ""],
      ]),
    ),
  );
  assert.ok(!isAsWritten(said, new Map([...Object.entries(said), ["three", "Allô."]])));
  assert.ok(!isAsWritten({}, new Map(Object.entries(said))));
});
