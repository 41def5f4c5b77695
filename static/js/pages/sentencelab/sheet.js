/**
 * Every number that `foveate evaluate` measured, as rows of one sheet. No page.
 *
 * @typedef {import("../../parts/evidence/bleu.js").Bleu} Bleu
 * @typedef {import("../../parts/evidence/bleu.js").Measured} Measured
 * @typedef {import("../../parts/evidence/bleu.js").LengthBleu} LengthBleu
 * @typedef {(string | number | null)[]} Row
 */

const COLUMNS = ["measure", "search", "test", "words_from", "words_to", "count", "value", "low", "high"];
const NOWHERE = [null, null, null]; // of a whole test: no bucket, no count

/** @param {import("../../parts/evidence/bleu.js").Evidence} evidence */
export function sheet({ models, beam }) {
  const rows = Object.entries(models).flatMap(([name, model]) =>
    rowsOf(model, `beam ${beam}`).map((row) => [name, ...row]),
  );
  return [["model", ...COLUMNS], ...rows];
}

/**
 * @param {Measured} model
 * @param {string} wide the name of the beam
 * @returns {Row[]}
 */
function rowsOf({ bleu, length, length_part = [], length_beam, coverage, forced }, wide) {
  return [
    ...Object.entries(bleu).flatMap(([test, of]) => testRows(test, of, wide)),
    ...length.map((each) => lengthRow(each, "greedy")),
    ...length_part.map((each) => lengthRow(each, "greedy", "by length (part)")),
    ...length_beam.map((each) => lengthRow(each, wide)),
    ...forced.map(({ from, to, pairs, accuracy }) =>
      shareRow("accuracy", "forced", [from, to, pairs], accuracy),
    ),
    ...length.map((each) => repeatedRow(each, "greedy")),
    ...length_beam.map((each) => repeatedRow(each, wide)),
    ...coverage.flatMap(({ from, to, words, ...of }) =>
      Object.entries(of).map(([what, share]) => shareRow(what, "greedy", [from, to, words], share)),
    ),
  ];
}

/**
 * @param {string} test
 * @param {Measured["bleu"][string]} of
 * @param {string} wide
 * @returns {Row[]}
 */
function testRows(test, of, wide) {
  return [
    ["bleu", "greedy", test, ...NOWHERE, ...interval(of.greedy)],
    ["bleu", "greedy", `${test} (part)`, ...NOWHERE, ...interval(of.greedy_part)],
    ["bleu", wide, `${test} (part)`, ...NOWHERE, ...interval(of.beam_part)],
  ];
}

/**
 * @param {LengthBleu} each
 * @param {string} search
 * @param {string} [test]
 * @returns {Row}
 */
function lengthRow(each, search, test = "by length") {
  return ["bleu", search, test, each.from, each.to, each.pairs, ...interval(each)];
}

/**
 * @param {LengthBleu} each
 * @param {string} search
 */
function repeatedRow({ from, to, pairs, repeated }, search) {
  return shareRow("repeated", search, [from, to, pairs], repeated);
}

/**
 * @param {string} measure
 * @param {string} search
 * @param {Row} bucket from, to, and how many were counted
 * @param {number} share
 * @returns {Row}
 */
function shareRow(measure, search, bucket, share) {
  return [measure, search, "by length", ...bucket, share, null, null];
}

/** @param {Bleu} bleu */
function interval({ score, low, high }) {
  return [score, low, high];
}
