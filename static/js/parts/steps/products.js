/** The products that make up a score: query, key and product, number under number. */

import { html } from "../../core/dom.js";
import { cells } from "./cells.js";
import { decimal, products, reachOf } from "./numbers.js";

export class Products {
  /**
   * @param {HTMLElement} element a figure
   * @param {Uint8Array} table
   */
  constructor(element, table) {
    this.element = element;
    this.table = table;
    this.at = 0;
    /** @type {import("./cells.js").Cells[]} */
    this.strips = [];
    this.output = html("output");
    this.slider = html("input", { type: "range", min: "1", "aria-label": "Number of the vectors" });
    this.slider.addEventListener("input", () => this.point(Number(this.slider.value) - 1));
  }

  /** @param {import("./formulas.js").Present} present */
  draw({ found, row, label, query }) {
    const made = products(found.query, row.key);
    const width = made.length;
    this.vectors = { query: found.query, key: row.key, products: made };
    const lines = /** @type {const} */ ([
      [query, "q", found.query],
      [label(row.number), "k", row.key],
      ["product", "q·k", made],
    ]);
    this.strips = lines.map(([, name, values]) => cells(name, values, reachOf(values), this.table));
    this.slider.max = String(width);
    this.element.style.setProperty("--cell", String(1 / width));
    const words = `The ${width} products of “${query}” and “${label(row.number)}” add up to ${decimal(row.score)}`;
    this.element.replaceChildren(
      html("figcaption", {}, words),
      ...lines.map(([text], i) =>
        html(
          "div",
          { class: "product-line" },
          html("span", {}, text),
          html("div", {}, this.strips[i].canvas),
        ),
      ),
      html("div", { class: "slider" }, this.output, this.slider),
    );
    this.point(Math.min(this.at, width - 1));
  }

  /** @param {number} index one of the vectors' numbers */
  point(index) {
    if (!this.vectors) return;
    const { query, key, products } = this.vectors;
    this.at = index;
    this.slider.value = String(index + 1);
    this.output.textContent = `Number ${index + 1}: ${decimal(query[index])} × ${decimal(key[index])} = ${decimal(products[index])}`;
    this.element.style.setProperty("--at", String(index / products.length));
  }
}
