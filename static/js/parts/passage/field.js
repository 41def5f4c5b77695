/**
 * The weights of a passage as a matrix with its colour bar, or as ribbons. Words that stand side by side
 * stand as the line reads: those of a Hebrew text from right to left. Spots name words as they are read.
 */

import { part } from "../../core/dom.js";
import { range } from "../../math/attention.js";
import { scaleOf } from "../../math/colour.js";
import { arranged, matrixOf } from "../../math/words.js";
import { ColourBar } from "../colourbar.js";
import { MatrixView } from "../matrix/matrix.js";
import { RibbonView } from "../matrix/ribbons.js";
import { placesOf } from "./line.js";

/**
 * @typedef {import("./passage.js").Field} Field
 * @typedef {import("./passage.js").How} How
 * @typedef {import("../../math/words.js").Matrix} Matrix
 * @typedef {import("../matrix/matrix.js").Spot} Spot
 */

export class FieldView {
  /**
   * @param {HTMLElement} root of the passage, with parts figure, caption, matrix, ribbons, bar and shown
   * @param {{spot: (spot: Spot) => void, choose: (spot: Spot) => void}} on
   */
  constructor(root, on) {
    this.root = root;
    this.grid = new MatrixView(part(root, "matrix"), {
      spot: (spot) => on.spot(this.read(spot)),
      choose: (spot) => on.choose(this.read(spot)),
    });
    this.ribbons = new RibbonView(part(root, "ribbons"), on);
    this.bar = new ColourBar(part(root, "bar"));
    /** @type {Field | null} */
    this.field = null;
    this.level = "word";
    /** @type {Matrix | null} */
    this.matrix = null;
    /** @type {{rows: number[], columns: number[]}} */
    this.places = { rows: [], columns: [] }; // what stands at each place of a line, from the left
    /** @type {Matrix | null} */
    this.laid = null; // the matrix as its columns stand
    this.scale = { low: 0, high: 1 };
    this.view = "matrix";
  }

  /**
   * @param {Field | null} field
   * @param {How} how
   * @param {"token" | "word"} level
   * @param {number} until rows from here on are yet to come
   */
  draw(field, how, level, until) {
    part(this.root, "figure").hidden = !field;
    if (!field || field !== this.field || level !== this.level) this.take(field, level);
    this.view = how.view;
    if (!field || !this.matrix || !this.laid) return;
    part(this.root, "caption").textContent = field.title;
    this.colour(this.matrix, how);
    this.show(how.view);
    if (how.view === "matrix") this.drawMatrix(this.laid, how, until);
    else this.drawRibbons(this.matrix, how.threshold, until);
  }

  /**
   * @param {Field | null} field
   * @param {"token" | "word"} level
   */
  take(field, level) {
    [this.field, this.level] = [field, level];
    this.matrix = field && (field.matrix ?? matrixOf(field.weights, field.rows, field.columns, level));
    if (!field || !this.matrix) return;
    this.places = { rows: placesOf(field.rows, level), columns: placesOf(field.columns, level) };
    this.laid = arranged(this.matrix, this.places.columns);
  }

  /**
   * The spot that is read, of one that is seen.
   * @param {Spot} spot
   * @returns {Spot}
   */
  read({ row, column }) {
    return { row, column: column === null ? null : this.places.columns[column] };
  }

  /**
   * @param {Matrix} matrix
   * @param {How} how
   */
  colour(matrix, { scale, diverging, table }) {
    const fixed = scale === "one";
    const reach = fixed ? /** @type {[number, number]} */ ([0, 1]) : range(matrix.data);
    this.scale = scaleOf(reach, diverging ? 1 / matrix.columns.length : null);
    this.bar.draw(table, this.scale, reach, fixed ? "scale 0 to 1" : "scale of this matrix");
  }

  /** @param {How["view"]} view */
  show(view) {
    part(this.root, "matrix").hidden = view !== "matrix";
    part(this.root, "ribbons").hidden = view !== "ribbons";
    part(this.root, "bar").hidden = view !== "matrix";
    part(this.root, "shown").textContent = "";
  }

  /**
   * @param {Matrix} laid
   * @param {How} how
   * @param {number} until
   */
  drawMatrix(laid, how, until) {
    const anew = this.grid.matrix !== laid;
    this.grid.draw(laid, { ...how, scale: this.scale, until });
    const first = this.places.columns.indexOf(0);
    if (anew && first > 0) this.grid.reveal({ row: null, column: first });
  }

  /**
   * @param {Matrix} matrix
   * @param {number} threshold
   * @param {number} until
   */
  drawRibbons(matrix, threshold, until) {
    const anew = this.ribbons.matrix !== matrix;
    const { drawn, found } = this.ribbons.draw(matrix, { threshold, until, places: this.places });
    if (anew && this.places.columns.indexOf(0) > 0) this.ribbons.element.scrollLeft = Infinity;
    if (drawn < found)
      part(this.root, "shown").textContent = `The ${drawn} heaviest of ${found} ribbons are drawn.`;
  }

  /** @param {Spot} spot */
  light(spot) {
    const { row, column } = spot;
    const place = column === null ? null : this.places.columns.indexOf(column);
    if (this.view === "ribbons") this.ribbons.light(spot);
    else this.grid.light({ row, column: place });
  }
}
