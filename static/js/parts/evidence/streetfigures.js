/**
 * What was measured of the models of street scenes (static/lab/streets.json), as tables and sentences. No
 * page.
 *
 * @typedef {{score: number, low: number, high: number}} Measure 0 to 1, with an interval of 95 %
 * @typedef {Measure & {noise: boolean}} Apart a difference; `noise` where its interval has zero inside
 * @typedef {{miou: Apart, thin: Apart, large: Apart, iou: Record<string, Apart>}} Differences
 * @typedef {object} Measured
 * @property {string} model its card's name
 * @property {number} parameters
 * @property {Measure} miou of all classes
 * @property {Measure} thin
 * @property {Measure} large
 * @property {Record<string, Measure>} iou by class
 * @property {(Differences & {words: string})[]} switched what it is worth with something switched, against itself
 * @typedef {object} StreetEvidence
 * @property {string} data
 * @property {number} pictures
 * @property {number[]} seeds
 * @property {{label: string, group: string}[]} classes
 * @property {number[]} frequencies by class
 * @property {Record<string, Measured>} models
 * @property {(Differences & {model: string, against: string, words: string})[]} differences
 * @property {{what: string, miou: number, source: string}[]} published
 * @typedef {Record<string, string>} Titles of the models' cards
 * @typedef {import("./tables.js").Table} Table
 */

const WHOLES = /** @type {const} */ ([
  ["miou", "All classes"],
  ["thin", "Thin things"],
  ["large", "Large things"],
]);

/**
 * A title up to its colon, or up to what is said beside it.
 * @param {string} title
 */
export function decoderName(title) {
  return title.split(/:| with a linear/)[0].trim();
}

/** @param {number} share of one */
function signed(share) {
  return `${share < 0 ? "−" : "+"}${Math.abs(100 * share).toFixed(1)}`;
}

/** @param {Measure} measure */
function percent({ score, low, high }) {
  const [mean, least, most] = [score, low, high].map((each) => (100 * each).toFixed(1));
  return `${mean} [${least}, ${most}]`;
}

/** @param {Apart} apart */
function points({ score, low, high, noise }) {
  return `${signed(score)} [${signed(low)}, ${signed(high)}]${noise ? " ~" : ""}`;
}

/**
 * @param {StreetEvidence} evidence
 * @param {Titles} titles
 */
function namer({ models }, titles) {
  return (/** @type {string} */ name) => {
    const model = models[name]?.model ?? name;
    return decoderName(titles[model] ?? model);
  };
}

/**
 * Intersection over union by class, a model a column.
 * @param {StreetEvidence} evidence
 * @param {Titles} titles
 * @returns {Table}
 */
export function iouTable(evidence, titles) {
  const { models, classes, frequencies } = evidence;
  const name = namer(evidence, titles);
  const columns = Object.values(models);
  return {
    caption:
      "Intersection over union in percent, with 95 % intervals over seeds and pictures. Of the labels: how much of all pictures the class has",
    head: ["Class", "Of the labels", ...Object.keys(models).map(name)],
    rows: [
      ...WHOLES.map(([key, title]) => [title, "", ...columns.map((model) => percent(model[key]))]),
      ...classes.map(({ label }, i) => [
        label,
        `${(100 * frequencies[i]).toFixed(1)} %`,
        ...columns.map(({ iou }) => percent(iou[label])),
      ]),
      ["Parameters", "", ...columns.map(({ parameters }) => parameters.toLocaleString("en"))],
    ],
  };
}

/**
 * What each part is worth, by class, a pair of models a column.
 * @param {StreetEvidence} evidence
 * @param {Titles} titles
 * @returns {Table}
 */
export function worthTable(evidence, titles) {
  const { differences, classes } = evidence;
  const name = namer(evidence, titles);
  return {
    caption: "In points of IoU, on the same pictures. ~: within the noise, the interval has zero inside",
    head: ["Class", ...differences.map(({ model, against }) => `${name(model)} against ${name(against)}`)],
    rows: [
      ...WHOLES.map(([key, title]) => [title, ...differences.map((apart) => points(apart[key]))]),
      ...classes.map(({ label }) => [label, ...differences.map(({ iou }) => points(iou[label]))]),
    ],
  };
}

/**
 * What a trained model loses when something is switched in it.
 * @param {StreetEvidence} evidence
 * @param {Titles} titles
 * @returns {Table}
 */
export function switchedTable(evidence, titles) {
  const name = namer(evidence, titles);
  const rows = Object.entries(evidence.models).flatMap(([key, { switched }]) =>
    switched.map((apart) => [
      `${name(key)}, ${apart.words}`,
      ...WHOLES.map(([whole]) => points(apart[whole])),
    ]),
  );
  return {
    caption: "Trained models with something switched, in points of IoU against themselves (the first seed)",
    head: ["Switched", ...WHOLES.map(([, title]) => title)],
    rows,
  };
}

/**
 * @param {StreetEvidence} evidence
 * @param {Titles} titles
 * @returns {string[]}
 */
export function streetFindings(evidence, titles) {
  const name = namer(evidence, titles);
  return evidence.differences.map(({ model, against, words, miou, thin, large }) => {
    const noise = miou.noise ? ", within the noise" : "";
    return (
      `${words} ${name(model)} against ${name(against)}: ${signed(miou.score)} points ` +
      `[${signed(miou.low)}, ${signed(miou.high)}]${noise}; thin things ${signed(thin.score)}, large things ${signed(large.score)}.`
    );
  });
}

/** @param {StreetEvidence} evidence */
export function streetsAbout({ data, seeds, published }) {
  const others = published.map(({ what, miou, source }) => `${what} ${(100 * miou).toFixed(1)} (${source})`);
  const runs = seeds.length === 1 ? "One seed" : `${seeds.length} seeds`;
  return `${data}. ${runs}. Published, mean IoU: ${others.join("; ")}.`;
}

/**
 * Every number that was measured, a line each.
 * @param {StreetEvidence} evidence
 * @returns {(string | number | null)[][]}
 */
export function streetSheet({ models }) {
  const rows = Object.entries(models).flatMap(([name, model]) => [
    ...WHOLES.map(([key]) => [name, key, model[key].score, model[key].low, model[key].high]),
    ...Object.entries(model.iou).map(([label, { score, low, high }]) => [name, label, score, low, high]),
  ]);
  return [["model", "class", "iou", "low", "high"], ...rows];
}
