/** The weights of a passage as a matrix with its colour bar, or as ribbons. */

import { part } from "../../core/dom.js";
import { range } from "../../math/attention.js";
import { scaleOf } from "../../math/colour.js";
import { matrixOf } from "../../math/words.js";
import { ColourBar } from "../colourbar.js";
import { MatrixView } from "../matrix/matrix.js";
import { RibbonView } from "../matrix/ribbons.js";

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
    this.grid = new MatrixView(part(root, "matrix"), on);
    this.ribbons = new RibbonView(part(root, "ribbons"), on);
    this.bar = new ColourBar(part(root, "bar"));
    /** @type {Field | null} */
    this.field = null;
    this.level = "word";
    /** @type {Matrix | null} */
    this.matrix = null;
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
    this.matrix = field && this.matrixAt(field, level);
    [this.field, this.level, this.view] = [field, level, how.view];
    if (!field || !this.matrix) return;
    part(this.root, "caption").textContent = field.title;
    this.colour(this.matrix, how);
    this.show(how.view);
    if (how.view === "matrix") this.grid.draw(this.matrix, { ...how, scale: this.scale, until });
    else this.drawRibbons(this.matrix, how.threshold, until);
  }

  /**
   * What is drawn already is not worked out again.
   * @param {Field} field
   * @param {"token" | "word"} level
   */
  matrixAt(field, level) {
    if (this.matrix && field === this.field && level === this.level) return this.matrix;
    return field.matrix ?? matrixOf(field.weights, field.rows, field.columns, level);
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
   * @param {Matrix} matrix
   * @param {number} threshold
   * @param {number} until
   */
  drawRibbons(matrix, threshold, until) {
    const { drawn, found } = this.ribbons.draw(matrix, { threshold, until });
    if (drawn < found)
      part(this.root, "shown").textContent = `The ${drawn} heaviest of ${found} ribbons are drawn.`;
  }

  /** @param {Spot} spot */
  light(spot) {
    if (this.view === "ribbons") this.ribbons.light(spot);
    else this.grid.light(spot);
  }
}
