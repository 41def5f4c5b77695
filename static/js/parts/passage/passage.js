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
 * @property {import("../../schema.js").Step[]} steps of the target; of a causal model, after each token
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
 * @property {number} step from 1; 0 shows everything
 * @property {number} query a token that is looked from; -1 for none
 * @property {boolean} fit
 * @property {number} [height] of the matrix at most, in pixels; else most of the window's
 */

import { range } from "../../math/attention.js";
import { formatWeight, scaleOf } from "../../math/colour.js";
import { matrixOf, slice, tokenLabel, tokenOf, unitOf } from "../../math/words.js";
import { ColourBar } from "../colourbar.js";
import { quoted } from "../lettering.js";
import { MatrixView, NOWHERE } from "../matrix/matrix.js";
import { RibbonView } from "../matrix/ribbons.js";
import { Replay } from "../replay.js";
import { drawCandidates, leastSure } from "./candidates.js";
import { describe } from "./description.js";
import { TextLine } from "./line.js";

/** @type {Content} */
const NOTHING = {
  source: { text: "", tokens: [], words: [], notes: [], second: null },
  target: null,
  steps: [],
  field: null,
  note: "",
};

export class Passage {
  /**
   * @param {HTMLElement} root
   * @param {{step: (step: number) => void, query: (token: number) => void, source?: (unit: number) => void}} on
   *   `source` hears of a chosen unit of the source, where that chooses no row
   */
  constructor(root, on) {
    this.root = root;
    this.on = on;
    this.content = NOTHING;
    /** @type {How | null} */
    this.how = null;
    /** @type {Spot} */
    this.hover = NOWHERE;
    /** @type {Matrix | null} */
    this.matrix = null;
    const ends = {
      spot: (/** @type {Spot} */ spot) => this.point(spot),
      choose: (/** @type {Spot} */ spot) => this.choose(spot),
    };
    this.source = new TextLine(this.part("source"), this.ends("source"));
    this.target = new TextLine(this.part("target"), this.ends("target"));
    this.grid = new MatrixView(this.part("matrix"), ends);
    this.ribbons = new RibbonView(this.part("ribbons"), ends);
    const replay = this.part("replay");
    this.replay = replay ? new Replay(replay, on.step) : null;
    this.bar = new ColourBar(this.part("bar"));
    this.scale = { low: 0, high: 1 };
    this.hint = "Point at a word, or focus it, to see its partners.";
  }

  /** @param {string} name */
  part(name) {
    return /** @type {HTMLElement} */ (this.root.querySelector(`[data-part="${name}"]`));
  }

  /** @param {"source" | "target"} name */
  ends(name) {
    return {
      point: (/** @type {number | null} */ unit) => this.point(this.spotOf(name, unit)),
      choose: (/** @type {number} */ unit) => this.choose(this.spotOf(name, unit)),
    };
  }

  /** Whether the source asks itself, and no target asks it. */
  get alone() {
    const { field } = this.content;
    return field !== null && field.rows === field.columns;
  }

  get level() {
    return this.content.field?.matrix ? "word" : (this.how?.level ?? "word");
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
    this.field(before);
    this.replays();
    this.light();
  }

  /** @param {{content: Content, level: string}} before */
  lines(before) {
    const { source, target } = this.content;
    const again = before.level !== this.level;
    if (again || source !== before.content.source) this.source.draw(source, this.level);
    this.part("target-row").hidden = !target;
    if (target && (again || target !== before.content.target)) this.target.draw(target, this.level);
  }

  /** @param {{content: Content, level: string}} before */
  field(before) {
    const { field, note } = this.content;
    const how = /** @type {How} */ (this.how);
    this.part("figure").hidden = !field;
    this.part("note").hidden = Boolean(field) || !note;
    this.part("note").textContent = note;
    if (!field) {
      this.matrix = null;
      return;
    }
    if (!this.matrix || field !== before.content.field || this.level !== before.level) {
      this.matrix = field.matrix ?? matrixOf(field.weights, field.rows, field.columns, this.level);
    }
    const reach = how.scale === "one" ? /** @type {[number, number]} */ ([0, 1]) : range(this.matrix.data);
    this.scale = scaleOf(reach, how.diverging ? 1 / this.matrix.columns.length : null);
    this.part("caption").textContent = field.title;
    this.bar.draw(
      how.table,
      this.scale,
      reach,
      how.scale === "one" ? "scale 0 to 1" : "scale of this matrix",
    );
    this.views(how);
  }

  /** @param {How} how */
  views(how) {
    if (!this.matrix) return;
    this.part("matrix").hidden = how.view !== "matrix";
    this.part("ribbons").hidden = how.view !== "ribbons";
    this.part("bar").hidden = how.view !== "matrix";
    this.part("shown").textContent = "";
    const { scale } = this;
    if (how.view === "matrix") {
      this.grid.draw(this.matrix, {
        scale,
        table: how.table,
        until: this.until,
        fit: how.fit,
        height: how.height,
      });
      return;
    }
    const { drawn, found } = this.ribbons.draw(this.matrix, { threshold: how.threshold, until: this.until });
    if (drawn < found)
      this.part("shown").textContent = `The ${drawn} heaviest of ${found} ribbons are drawn.`;
  }

  /** Rows that are there by the step that is shown. */
  get until() {
    const rows = this.matrix?.rows.length ?? 0;
    const { field, target } = this.content;
    const step = this.how?.step ?? 0;
    if (!step || !field || !target || field.rows !== target) return rows;
    return (unitOf(target, this.level, step - 1) ?? rows - 1) + 1;
  }

  replays() {
    const { target, steps } = this.content;
    if (this.replay) this.replay.root.hidden = !target;
    if (!target) return;
    const step = this.how?.step ?? 0;
    this.replay?.show(step, steps.length);
    const from = step ? (unitOf(target, this.level, step - 1) ?? 0) + 1 : Infinity;
    this.target.later(from);
  }

  /** What is chosen while nothing is pointed at: the step's token, or that which is looked from.
   * @returns {Spot}
   */
  get chosen() {
    const { field, target } = this.content;
    const { step, query } = /** @type {How} */ (this.how);
    const rows = field?.rows ?? target;
    if (!rows) return NOWHERE;
    const token = rows === target ? step - 1 : query;
    return token >= 0 ? { row: unitOf(rows, this.level, token), column: null } : NOWHERE;
  }

  get spot() {
    const { row, column } = this.hover;
    return row !== null || column !== null ? this.hover : this.chosen;
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
    this.shade(spot);
    if (this.how?.view === "ribbons") this.ribbons.light(spot);
    else this.grid.light(spot);
    this.part("readout").textContent = this.readout(spot);
    this.consider();
  }

  /** @param {Spot} spot */
  shade(spot) {
    const { matrix } = this;
    const { field, target } = this.content;
    const rows = field && field.rows === target ? this.target : this.source;
    const other = rows === this.target ? this.source : this.target;
    const columns = this.alone ? rows : other;
    if (!matrix || (spot.row === null && spot.column === null)) {
      this.source.shade(null);
      this.target.shade(null);
      this.source.light([], null);
      this.target.light([], spot.row);
      return;
    }
    const byRow = spot.row !== null;
    const values = slice(matrix, spot);
    const shares = Float32Array.from(values, (value) => value / Math.max(this.scale.high, 1e-9));
    const lit = byRow && spot.column !== null ? [spot.column] : partners(values, this.how?.threshold ?? 1);
    const [asked, asking] = byRow ? [columns, rows] : [rows, columns];
    for (const line of [rows, other]) line.shade(line === asked ? shares : null);
    if (asked !== other) other.light([], null);
    if (asked === asking) {
      asked.light(lit, byRow ? spot.row : spot.column);
      return;
    }
    asked.light(lit, null);
    asking.light([], byRow ? spot.row : spot.column);
  }

  /**
   * One line of numbers on the spot.
   * @param {Spot} spot
   */
  readout({ row, column }) {
    const { matrix } = this;
    if (!matrix) return "";
    const name = (/** @type {import("../../math/words.js").Label} */ label) => quoted(label.text);
    if (row !== null && column !== null) {
      const weight = matrix.data[row * matrix.columns.length + column];
      return `${name(matrix.rows[row])} to ${name(matrix.columns[column])}: ${formatWeight(weight)}`;
    }
    if (row === null && column === null) return this.hint;
    const values = slice(matrix, { row, column });
    const [of, among] =
      row !== null ? [matrix.rows[row], matrix.columns] : [matrix.columns[column ?? 0], matrix.rows];
    const best = partners(values, this.how?.threshold ?? 1).slice(0, 3);
    const said = best.map((i) => `${name(among[i])} ${formatWeight(values[i])}`).join(", ");
    return `${name(of)} ${row !== null ? "to" : "from"} ${said}`;
  }

  /** The step that is pointed at, by its word's first token; else the one that is chosen. */
  consider() {
    const { target, source, steps, field } = this.content;
    const text = target ?? source;
    const { row } = this.hover;
    const pointed = row !== null && (!field || field.rows === text) ? tokenOf(text, this.level, row) : -1;
    const chosen = target ? (this.how?.step ?? 0) - 1 : -1;
    const index = pointed >= 0 ? pointed : chosen >= 0 ? chosen : leastSure(steps);
    const step = steps[index] ?? null;
    drawCandidates(this.part("candidates"), step, {
      title: step ? titleOf(index, step, text, target !== null, pointed < 0 && chosen < 0) : "",
      fed: step ? fedBack(index, text, target !== null, this.content.forced ?? false) : "",
    });
  }

  /** The alignment in words. */
  describe() {
    const { field } = this.content;
    if (!this.matrix || !field) return this.content.note;
    return describe(this.matrix, field.title, this.how?.threshold ?? 0.3);
  }
}

/**
 * Those at the threshold or over it, the heaviest first; where there are none, the heaviest.
 * @param {Float32Array} values
 * @param {number} threshold
 */
export function partners(values, threshold) {
  const order = [...values.keys()].sort((a, b) => values[b] - values[a]);
  const found = order.filter((i) => values[i] >= threshold);
  return found.length ? found : order.slice(0, 1);
}

/**
 * @param {number} index
 * @param {import("../../schema.js").Step} step
 * @param {Text} text
 * @param {boolean} written whether the text is what the steps wrote
 * @param {boolean} unasked
 */
function titleOf(index, step, text, written, unasked) {
  const piece = quoted(tokenLabel(step.token.text));
  const lead = unasked ? "Least sure: " : "";
  if (written) return `${lead}Step ${index + 1} of ${text.tokens.length} wrote ${piece}`;
  const after = quoted(tokenLabel(text.tokens[index]?.text ?? ""));
  const last = index === text.tokens.length - 1;
  return `${lead}After ${after}, ${last ? "the likeliest next" : "next came"} ${piece}`;
}

/**
 * @param {number} index
 * @param {Text} text
 * @param {boolean} written
 * @param {boolean} forced
 */
function fedBack(index, text, written, forced) {
  if (!written) return "It had seen this token and those before it.";
  if (index === 0) return "Fed in: the start token, <START>";
  const before = `“${tokenLabel(text.tokens[index - 1]?.text ?? "")}”`;
  return forced ? `Fed in: ${before}, as it was given` : `Fed back in: ${before}, written before`;
}
