/**
 * A text, or a text and its translation, with what one attends to in the other: lines, step control,
 * candidates, matrix, ribbons. All it needs lies under its root: a page may hold several. One without
 * a step control of its own follows the page's.
 *
 * @typedef {import("../../schema.js").Text} Text
 * @typedef {import("../../math/words.js").Matrix} Matrix
 * @typedef {import("../matrix/matrix.js").Spot} Spot
 * @typedef {object} Field weights between tokens, or between words where `matrix` is given
 * @property {Text} rows
 * @property {Text} columns
 * @property {Float32Array} weights
 * @property {Matrix} [matrix]
 * @property {string} title
 * @typedef {object} Content
 * @property {Text} source
 * @property {Text | null} target
 * @property {import("../../schema.js").DecodingStep[]} steps of the target; of a causal model, after each token
 * @property {Field | null} field
 * @property {string} note what to say where there is no field
 * @property {boolean} [forced] whether the target was given and not found
 * @typedef {object} How
 * @property {"token" | "word"} level
 * @property {"matrix" | "ribbons"} view
 * @property {"matrix" | "one"} scale lowest to highest of the matrix, or 0 to 1
 * @property {Uint8Array} table
 * @property {boolean} diverging
 * @property {number} threshold 0..1
 * @property {number} step of the decoding, from 1; 0 shows everything
 * @property {number} query a token that is looked from; -1 for none
 * @property {import("../matrix/matrix.js").Fit} fit
 * @property {number} [height] of the matrix at most, in pixels; else most of the window's
 */

import { part } from "../../core/dom.js";
import { slice, tokenOf, unitOf } from "../../math/words.js";
import { NOWHERE } from "../matrix/matrix.js";
import { Replay } from "../replay.js";
import { drawCandidates, leastSure } from "./candidates.js";
import { describeMatrix } from "./description.js";
import { FieldView } from "./field.js";
import { TextLine } from "./line.js";
import { partners, readout } from "./readout.js";

/** @type {Content} */
const NOTHING = {
  source: { text: "", tokens: [], words: [], notes: [], second: null },
  target: null,
  steps: [],
  field: null,
  note: "",
};

const NARROW = 20; // words of a source whose matrix leaves room beside it
const LOW = 0.55; // of the window: its matrix is in sight with what stands over it
const LONGER = 1.2; // times as long as its source a translation may well be

export class Passage {
  /**
   * @param {HTMLElement} root
   * @param {{step: (step: number) => void, query: (token: number) => void, source?: (unit: number) => void}} on
   *   `step` of the decoding; `source` hears of a chosen unit of the source, where that chooses no row
   */
  constructor(root, on) {
    this.root = root;
    this.on = on;
    this.content = NOTHING;
    /** @type {How | null} */
    this.how = null;
    /** @type {Spot} */
    this.hover = NOWHERE;
    this.source = new TextLine(this.part("source"), this.ends("source"));
    this.target = new TextLine(this.part("target"), this.ends("target"));
    this.field = new FieldView(root, {
      spot: (spot) => this.point(spot),
      choose: (spot) => this.choose(spot),
    });
    const replay = /** @type {HTMLElement | null} */ (root.querySelector('[data-part="replay"]'));
    this.replay = replay && new Replay(replay, on.step);
    this.hint = "Point at a word, or focus it, to see its partners.";
  }

  /** @param {string} name */
  part(name) {
    return part(this.root, name);
  }

  /** @param {"source" | "target"} name */
  ends(name) {
    return {
      point: (/** @type {number | null} */ unit) => this.point(this.spotOf(name, unit)),
      choose: (/** @type {number} */ unit) => this.choose(this.spotOf(name, unit)),
    };
  }

  /** The weights that are drawn, at the level that is looked at. */
  get matrix() {
    return this.field.matrix;
  }

  get scale() {
    return this.field.scale;
  }

  /** Whether the source asks itself, and no target asks it. */
  get alone() {
    const { field } = this.content;
    return field !== null && field.rows === field.columns;
  }

  get level() {
    return this.content.field?.matrix ? "word" : (this.how?.level ?? "word");
  }

  /** The decoding step that is shown, from 1; 0 is all of them. */
  get step() {
    return this.how?.step ?? 0;
  }

  /**
   * What a unit of a line is in the matrix.
   * @param {"source" | "target"} name
   * @param {number | null} unit
   * @returns {Spot}
   */
  spotOf(name, unit) {
    const text = this.content[name];
    if (unit === null || !this.content.field) return { row: name === "target" ? unit : null, column: null };
    const { rows, columns } = this.content.field;
    if (text === rows) return { row: unit, column: null };
    return text === columns ? { row: null, column: unit } : NOWHERE;
  }

  /**
   * @param {Content} content
   * @param {How} how
   */
  draw(content, how) {
    const before = { content: this.content, level: this.level };
    this.content = content;
    this.how = how;
    if (before.content.source !== content.source || before.level !== this.level) this.hover = NOWHERE;
    this.lines(before);
    const narrow = how.view === "matrix" && this.source.units.length <= NARROW;
    this.root.toggleAttribute("data-narrow", narrow);
    this.part("note").hidden = Boolean(content.field) || !content.note;
    this.part("note").textContent = content.note;
    const low = narrow ? { height: Math.floor(window.innerHeight * LOW) } : {};
    this.field.draw(content.field, { ...low, ...how }, this.level, this.until);
    this.replays();
    this.light();
  }

  /** @param {{content: Content, level: string}} before */
  lines(before) {
    const { source, target } = this.content;
    const again = before.level !== this.level;
    if (again || source !== before.content.source) this.source.draw(source, this.level);
    this.part("target-row").hidden = !target;
    if (target && source !== before.content.source) this.target.reserve(LONGER * this.source.length);
    if (target && (again || target !== before.content.target)) this.target.draw(target, this.level);
  }

  /** Rows from here on are yet to come at the step that is shown. */
  get until() {
    const { field, target } = this.content;
    if (!this.step || !target || field?.rows !== target) return Infinity;
    return (unitOf(target, this.level, this.step - 1) ?? Infinity) + 1;
  }

  replays() {
    const { target, steps } = this.content;
    if (this.replay) this.replay.root.hidden = !target;
    if (!target) return;
    this.replay?.show(this.step, steps.length);
    const from = this.step ? (unitOf(target, this.level, this.step - 1) ?? 0) + 1 : Infinity;
    this.target.later(from);
  }

  /** What is chosen while nothing is pointed at: the step's token, or that which is looked from.
   * @returns {Spot}
   */
  get chosen() {
    const { field, target } = this.content;
    const rows = field?.rows ?? target;
    if (!rows) return NOWHERE;
    const token = rows === target ? this.step - 1 : (this.how?.query ?? -1);
    return token >= 0 ? { row: unitOf(rows, this.level, token), column: null } : NOWHERE;
  }

  get spot() {
    return isNowhere(this.hover) ? this.chosen : this.hover;
  }

  /** @param {Spot} spot */
  point(spot) {
    if (spot.row === this.hover.row && spot.column === this.hover.column) return;
    this.hover = spot;
    if (this.how) this.light();
  }

  /** @param {Spot} spot */
  choose({ row, column }) {
    const { field, target } = this.content;
    const rows = field?.rows ?? target;
    const unit = row ?? (this.alone ? column : null);
    if (row === null && column !== null && !this.alone) this.on.source?.(column);
    if (!rows || unit === null) return;
    const token = tokenOf(rows, this.level, unit);
    if (rows === target) this.on.step(token + 1);
    else this.on.query(token === this.how?.query ? -1 : token);
  }

  /** Shows what the spot attends to, in every part. */
  light() {
    const { spot } = this;
    if (this.matrix && !isNowhere(spot)) this.shade(this.matrix, spot);
    else this.unshade(spot.row);
    this.field.light(spot);
    this.part("readout").textContent = this.readout(spot);
    this.consider();
  }

  /** @param {number | null} unit of the target, which may be pointed at before there are weights */
  unshade(unit) {
    for (const line of [this.source, this.target]) line.shade(null);
    this.source.light([], null);
    this.target.light([], unit);
  }

  /**
   * The line that asks has its unit framed, the one that is asked is shaded; of one text they are one.
   * @param {import("../../math/words.js").Matrix} matrix
   * @param {Spot} spot
   */
  shade(matrix, spot) {
    const values = slice(matrix, spot);
    const shares = Float32Array.from(values, (value) => value / Math.max(this.scale.high, 1e-9));
    const cell = spot.row !== null ? spot.column : null;
    const lit = cell === null ? partners(values, this.how?.threshold ?? 1) : [cell];
    const { asking, asked } = this.sides(spot);
    for (const line of [this.source, this.target]) {
      line.shade(line === asked ? shares : null);
      line.light(line === asked ? lit : [], line === asking ? (spot.row ?? spot.column) : null);
    }
  }

  /** @param {Spot} spot a row asks the columns, a column is asked by the rows */
  sides(spot) {
    const { field, target } = this.content;
    const rows = field && field.rows === target ? this.target : this.source;
    const other = rows === this.target ? this.source : this.target;
    const columns = this.alone ? rows : other;
    return spot.row !== null ? { asking: rows, asked: columns } : { asking: columns, asked: rows };
  }

  /**
   * One line of numbers on the spot.
   * @param {Spot} spot
   */
  readout(spot) {
    if (!this.matrix) return "";
    return isNowhere(spot) ? this.hint : readout(this.matrix, spot, this.how?.threshold ?? 1);
  }

  /** The step that is pointed at, by its word's first token; else the one that is chosen. */
  consider() {
    const { target, source, steps, field, forced = false } = this.content;
    const text = target ?? source;
    const { row } = this.hover;
    const pointed = row !== null && (!field || field.rows === text) ? tokenOf(text, this.level, row) : -1;
    const chosen = target ? this.step - 1 : -1;
    const unasked = pointed < 0 && chosen < 0;
    const index = unasked ? leastSure(steps) : pointed >= 0 ? pointed : chosen;
    const told = { index, text, written: target !== null, forced, unasked };
    drawCandidates(this.part("candidates"), steps[index] ?? null, told);
  }

  /** The alignment in words. */
  describe() {
    const { field, note } = this.content;
    if (!this.matrix || !field) return note;
    return describeMatrix(this.matrix, field.title, this.how?.threshold ?? 0.3);
  }
}

/** @param {Spot} spot */
function isNowhere({ row, column }) {
  return row === null && column === null;
}
