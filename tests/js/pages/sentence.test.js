import assert from "node:assert/strict";
import { test } from "node:test";
import { fromHash, isLost, toHash } from "../../../static/js/core/fragment.js";
import { fromSearch, toSearch } from "../../../static/js/core/store.js";
import { ramp } from "../../../static/js/math/colour.js";
import { fitting, hintOf } from "../../../static/js/pages/sentence/catalog.js";
import { FIELDS } from "../../../static/js/pages/sentence/view.js";
import { sight } from "../../../static/js/parts/matrix/labels.js";
import { measures } from "../../../static/js/parts/matrix/matrix.js";
import { bandsOf, placed } from "../../../static/js/parts/matrix/ribbons.js";
import { leastSure, listed } from "../../../static/js/parts/passage/candidates.js";
import { describeMatrix } from "../../../static/js/parts/passage/description.js";
import { unitsOf } from "../../../static/js/parts/passage/line.js";
import { partners } from "../../../static/js/parts/passage/readout.js";
import { curlOf, pythonOf } from "../../../static/js/parts/takeaway/calls.js";
import { matrixFigure } from "../../../static/js/parts/takeaway/matrixfigure.js";
import { chosenOf, contentOf } from "../../../static/js/parts/text/content.js";
import { Growing } from "../../../static/js/parts/text/growing.js";
import { translationOf } from "../../../static/js/parts/text/session.js";
import { parsed } from "../../../static/js/parts/text/stream.js";
import { headMatrix } from "../../../static/js/parts/text/texttrace.js";

const axis = (size) => ({ kind: "token", size, labels: [] });
const site = (name, kind, heads = 2, more = {}) => ({
  name,
  kind,
  layer: 1,
  heads,
  scale: 1,
  causal: false,
  query: axis(2),
  key: axis(2),
  ...more,
});
const label = (text) => ({ text, special: false });
const VIEW = FIELDS.defaults;

test("every field survives the way through a link, and nothing hostile does", () => {
  const view = {
    task: "pair",
    model: "bergamot-pt-en",
    level: "token",
    view: "ribbons",
    site: "decoder.2.cross",
    head: "max",
    query: 7,
    step: 3,
    threshold: 55,
    scale: "one",
    colormap: "grey",
    fit: true,
    beam: 4,
    part: 2,
    steps: "all",
  };
  assert.deepEqual(Object.keys(view), Object.keys(VIEW));
  assert.deepEqual(fromSearch(toSearch(view, FIELDS), FIELDS), view);
  const hostile = "?task=x&model=<b>&head=1e3&query=-9&step=1.5&threshold=0&beam=99&site=a/b&steps=9";
  assert.deepEqual(fromSearch(hostile, FIELDS), { ...VIEW });
});

test("texts travel in the fragment as they are", () => {
  const texts = { text: '50 % & more = "that" #1\nשלום 👍🏽', target: "a+b" };
  assert.deepEqual(fromHash(toHash(texts)), texts);
  assert.equal(toHash({ text: "", target: "" }), "");
});

test("the aligner is the default, then the last cross-attention, then the last self-attention", () => {
  const sites = [
    site("encoder.1.self", "self"),
    site("decoder.1.cross", "cross"),
    site("decoder.2.cross", "cross"),
  ];
  const aligner = { site: "decoder.1.cross", head: 1 };
  const of = (view, given = aligner, all = sites) => {
    const found = chosenOf({ sites: all }, { site: "", head: "", ...view }, given);
    return found && [found.site.name, found.head];
  };
  assert.deepEqual(of({}), ["decoder.1.cross", "1"]);
  assert.deepEqual(of({}, null), ["decoder.2.cross", "mean"]);
  assert.deepEqual(of({}, null, [sites[0]]), ["encoder.1.self", "mean"]);
  assert.deepEqual(of({ site: "encoder.1.self", head: "9" }), ["encoder.1.self", "mean"]);
  assert.deepEqual(of({ site: "gone", head: "0" }), ["decoder.1.cross", "0"]);
  assert.deepEqual(of({}, null, [site("decoder.1.cross", "cross", 1)]), ["decoder.1.cross", "0"]);
  assert.equal(of({}, null, []), null);
});

test("a model without attention is said to have none", () => {
  const text = { text: "a", tokens: [], words: [], notes: [], second: null };
  const trace = { sites: [], source: text, target: text, steps: [] };
  const entry = { growing: null, traced: { trace }, aligned: null };
  const content = contentOf(entry, VIEW, null);
  assert.equal(content.field, null);
  assert.match(content.note, /no attention/);
});

test("a translation grows a token and a row at a time, and is no matrix without attention", () => {
  const source = { text: "Hi.", tokens: [], words: [], notes: [], second: null };
  const grown = new Growing(source);
  const step = (text, piece, alignment) =>
    grown.add({
      sentence: 0,
      number: 0,
      text,
      alignment,
      step: { token: { id: 1, text: piece, probability: 1 }, candidates: [], entropy: 0, vocabulary: 9 },
    });
  step("Olá", "▁Olá", [0.75, 0.25]);
  step("Olá 👍", "▁👍", [0.5, 0.5]);
  step("Olá 👍", "</s>", [0, 1]);
  assert.deepEqual([...grown.weights()], [0.75, 0.25, 0.5, 0.5, 0, 1]);
  const { words, text } = grown.target();
  assert.equal(text, "Olá 👍");
  assert.deepEqual(
    words.map((word) => [word.text, word.start, word.end, word.special]),
    [
      ["Olá", 0, 3, false],
      ["👍", 4, 5, false],
      ["</s>", 5, 5, true],
    ],
  );
  const bare = new Growing(source);
  assert.equal(bare.weights(), null);
});

test("weights come from queries and keys, causal or not, and from given weights", () => {
  const q = Float32Array.from([1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  const qk = { q, k: q, heads: 2, tokens: 2, width: 4 };
  const here = site("encoder.1.self", "self");
  const share = (a, b) => Math.exp(a) / (Math.exp(a) + Math.exp(b));
  const close = (found, expected) =>
    found.forEach((value, i) => {
      assert.ok(Math.abs(value - expected[i]) < 1e-6);
    });
  close(headMatrix(here, "0", { qk }), [share(1, 2), share(2, 1), share(2, 4), share(4, 2)]);
  close(headMatrix({ ...here, causal: true }, "0", { qk }), [1, 0, share(2, 4), share(4, 2)]);
  close(headMatrix(here, "1", { qk }), [0.5, 0.5, 0.5, 0.5]);
  const all = Float32Array.from([1, 0, 0, 1, 0.5, 0.5, 0.25, 0.75]);
  assert.deepEqual([...headMatrix(here, "mean", { all })], [0.75, 0.25, 0.125, 0.875]);
  assert.deepEqual([...headMatrix(here, "max", { all })], [1, 0.5, 0.25, 1]);
});

test("an event of the stream has a name and data", () => {
  assert.deepEqual(parsed('event: step\ndata: {"text": "a: b"}'), { name: "step", data: { text: "a: b" } });
});

test("cells are as large as the room allows, and a whole matrix fits in it", () => {
  const size = { rows: 12, columns: 12, widestRow: 60, widestColumn: 60 };
  assert.equal(measures(size, { width: 900, height: 700 }, false).cell, 34);
  const large = { ...size, rows: 512, columns: 512 };
  assert.equal(measures(large, { width: 800, height: 600 }, false).cell, 12);
  const { cell, left } = measures(large, { width: 800, height: 600 }, true);
  assert.ok(512 * cell <= 600);
  assert.equal(left, 0);
  assert.deepEqual(sight(25, 50, 10, 100), [2, 8]);
  assert.deepEqual(sight(0, 500, 10, 7), [0, 7]);
});

test("all rows are in sight where that leaves the cells roomy, and no label goes for it", () => {
  const size = { rows: 15, columns: 15, widestRow: 60, widestColumn: 80 };
  for (const height of [400, 480, 544, 700]) {
    const { cell, top } = measures(size, { width: 860, height }, false);
    assert.ok(top + 15 * cell + 2 <= height, `${height}`);
  }
  const lane = { rows: 34, columns: 36, widestRow: 90, widestColumn: 110 };
  assert.deepEqual(measures(lane, { width: 270, height: 344 }, true).top, 0);
  assert.deepEqual(measures(lane, { width: 270, height: 344 }, "words").cell, 12);
  assert.ok(measures({ ...lane, rows: 512, columns: 512 }, { width: 270, height: 344 }, "words").left > 0);
});

test("the shorter sentence stands centred over the longer one", () => {
  const read = (count) => Array.from({ length: count }, (_, i) => i);
  const { columns, rows, width } = placed([20, 20], [50, 50, 50], { columns: read(2), rows: read(3) });
  assert.deepEqual(placed([20, 40], [10], { columns: [1, 0], rows: [0] }).columns, [64, 20]);
  assert.equal(width, 178);
  assert.deepEqual(rows, [25, 89, 153]);
  assert.equal((columns[0] + columns[1]) / 2, 89);
});

test("the heaviest ribbons are drawn, on top and only so many", () => {
  const rows = Array.from({ length: 60 }, (_, i) => label(String(i)));
  const data = Float32Array.from({ length: 3600 }, (_, i) => (i + 1) / 3600);
  const { bands, found } = bandsOf({ rows, columns: rows, data }, 0.1, 60);
  assert.equal(bands.length, 1500);
  assert.equal(found, 3241);
  assert.equal(bands.at(-1).strength, 1);
  assert.equal(bandsOf({ rows, columns: rows, data }, 0.1, 0).found, 0);
});

test("partners are those over the threshold, or the heaviest", () => {
  assert.deepEqual(partners(Float32Array.from([0.3, 0.6, 0.1]), 0.25), [1, 0]);
  assert.deepEqual(partners(Float32Array.from([0.1, 0.2]), 0.9), [1]);
});

test("what was written is listed even where five others were likelier", () => {
  const five = [1, 2, 3, 4, 5].map((id) => ({ id, text: `${id}`, probability: 0.19 }));
  const rows = listed({ token: { id: 9, text: "9", probability: 0.01 }, candidates: five });
  assert.deepEqual([rows.length, rows[5].written], [6, true]);
  assert.equal(listed({ token: five[2], candidates: five }).filter((row) => row.written).length, 1);
  assert.equal(leastSure([{ entropy: 1 }, { entropy: 3 }, { entropy: 2 }]), 1);
  assert.equal(leastSure([]), -1);
});

test("tokens that share one character show it once", () => {
  const token = (text, surface, start, end) => ({
    id: 0,
    text,
    surface,
    start,
    end,
    special: false,
    unknown: false,
  });
  const text = {
    text: "a 👍",
    tokens: [token("a", "a", 0, 1), token("Ġðŀ", " 👍", 1, 3), token("į", "👍", 2, 3)],
    words: [],
  };
  assert.deepEqual(
    unitsOf(text, "token").map((unit) => [unit.text, unit.start]),
    [
      ["a", 0],
      ["👍", 2],
      ["į", 2],
    ],
  );
});

test("an alignment is told in sentences", () => {
  const data = Float32Array.from([0.9, 0.1, 0.2, 0.8]);
  const said = describeMatrix(
    { rows: [label("o"), label("gato")], columns: [label("the"), label("cat")], data },
    "Title",
    0.3,
  );
  assert.equal(said, "Title. 2 by 2. “o” to “the” (0.9000); “gato” to “cat” (0.8000).");
});

test("a figure has its words as text, escaped, and every cell as a shape", () => {
  const rows = [label("<a> & b"), label("c")];
  const matrix = { rows, columns: rows, data: Float32Array.from([0, 1, 1, 0]) };
  const table = ramp([
    [255, 255, 255],
    [0, 0, 0],
  ]);
  const svg = matrixFigure({
    matrix,
    scale: { low: 0, high: 1 },
    table,
    title: "T",
    source: "S",
    threshold: 0.3,
    places: { rows: matrix.rows.map((_, i) => i), columns: matrix.columns.map((_, i) => i) },
  });
  assert.match(svg, />&lt;a&gt; &amp; b<\/text>/);
  assert.equal(svg.match(/height="18" fill="#/g)?.length, 4);
  assert.equal(svg.match(/fill="#000000"/g)?.length, 2);
});

test("a text with quotes stays one word of the shell", () => {
  const call = {
    origin: "http://x",
    of: "translations",
    body: { text: 'It\'s "so" $HOME' },
    site: "s",
    head: "0",
  };
  assert.ok(curlOf(call).includes(`-d '{"text":"It'\\''s \\"so\\" $HOME"}'`));
  assert.match(pythonOf(call), /body = \{"text":"It's \\"so\\" \$HOME"\}/);
  assert.match(pythonOf({ ...call, of: "alignment" }), /strengths/);
});

test("a ramp runs evenly from its first colour to its last", () => {
  const table = ramp([
    [0, 0, 0],
    [100, 100, 100],
    [255, 255, 255],
  ]);
  assert.deepEqual([...table.slice(0, 3), ...table.slice(765)], [0, 0, 0, 255, 255, 255]);
  for (let i = 3; i < 768; i += 3) assert.ok(table[i] >= table[i - 3]);
});

test("a translation is that of every sentence, parted as the sentences were, or none", () => {
  const sentence = (text, written) => ({ text, written });
  const both = [sentence("One.", "Um."), sentence("Two.", "Dois.")];
  assert.equal(translationOf("One. Two.", both), "Um. Dois.");
  assert.equal(translationOf("  One.\n\nTwo.", both), "Um.\n\nDois.");
  assert.equal(translationOf("One.Two.", both), "Um. Dois.");
  assert.equal(translationOf("Öne. Two.", both), "Um. Dois."); // cleaned, and not found in the text
  assert.equal(translationOf("One. Two.", [both[0], sentence("Two.", "")]), "");
});

const EXAMPLES = [
  { title: "", language: "en", task: "", text: "The cat.", target: "O gato." },
  { title: "", language: "en", task: "", text: "The dog.", target: "" },
  { title: "", language: "pt", task: "", text: "O gato.", target: "The cat." },
];
const ENGLISH = EXAMPLES.slice(0, 2);
const fit = (text, target, task) => fitting({ text, target }, task, ENGLISH, EXAMPLES);

test("examples give way to those that fit, and what a visitor wrote stays", () => {
  assert.deepEqual(fit("O gato.", "", "translate"), { text: "The cat.", target: "" });
  assert.deepEqual(fit("", "", "pair"), { text: "The cat.", target: "O gato." });
  assert.deepEqual(fit("Mine.", "Meu.", "read"), { text: "Mine.", target: "Meu." });
  assert.deepEqual(fit("The cat.", "", "pair"), { text: "The cat.", target: "O gato." });
  assert.deepEqual(fit("The cat.", "Um felino.", "pair"), { text: "The cat.", target: "Um felino." });
  assert.deepEqual(fit("The cat.", "Um felino.", "translate"), { text: "The cat.", target: "Um felino." });
  assert.deepEqual(fit("The cat.", "O gato.", "read"), { text: "The cat.", target: "" });
});

test("only what the page gave can go without a way back", () => {
  const lost = (before, after) => isLost(before, after, EXAMPLES);
  assert.ok(lost({ text: "Mine.", target: "" }, { text: "The cat.", target: "" }));
  assert.ok(lost({ text: "The cat.", target: "Meu." }, { text: "The cat.", target: "" }));
  assert.ok(!lost({ text: "The cat.", target: "O gato." }, { text: "The dog.", target: "" }));
  assert.ok(!lost({ text: "Mine.", target: " " }, { text: "Mine.", target: "O gato." }));
});

test("a text in another language is told, with the model that reads it", () => {
  const model = (name, languages, fetched = true) => ({
    name,
    title: name,
    task: "translation",
    languages,
    reverse: null,
    aligner: null,
    default: false,
    fetched,
  });
  const catalog = { models: [model("en-pt", ["en", "pt"]), model("pt-en", ["pt", "en"])], examples: [] };
  const hint = (text, target = "", task = "translate") =>
    hintOf(catalog, task, catalog.models[0], { text, target });
  const portuguese = "O animal não atravessou a rua porque estava muito cansado.";
  assert.equal(hint(portuguese).said, "This looks like Portuguese; the model reads English.");
  assert.equal(hint(portuguese).reader?.name, "pt-en");
  assert.equal(hint("Je ne sais pas où il est.").reader, null);
  assert.match(hint("The cat.", "Je ne sais pas où il est.", "pair").said, /^The translation .* writes Port/);
  assert.equal(hint("The cat.", "Je ne sais pas où il est.").said, "");
  assert.equal(hintOf(catalog, "read", null, { text: portuguese, target: "" }).said, "");
});
