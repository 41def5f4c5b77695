/** The weights of branches as shares of one bar: they do sum to 1. */

import { html } from "../../core/dom.js";
import { formatShare } from "../../math/colour.js";

const EVEN = 0.005; // by how much a sum may differ from 1

export class Shares {
  constructor() {
    this.element = html("div", { class: "shares" });
  }

  /** @param {{values: number[], labels: string[] | null}} gate */
  draw({ values, labels }) {
    const names = values.map((_, i) => labels?.[i] ?? `branch ${i}`);
    const sum = values.reduce((total, value) => total + value, 0);
    const bar = html("div", { class: "shares-bar", "aria-hidden": "true" });
    for (const value of values) {
      const piece = html("span", {});
      piece.style.setProperty("--share", `${(value / Math.max(1, sum)) * 100}%`);
      bar.append(piece);
    }
    const list = values.map((value, i) => html("li", {}, `${names[i]}: ${formatShare(value)}`));
    const whole =
      Math.abs(sum - 1) > EVEN ? html("p", {}, `Set by hand, they sum to ${sum.toFixed(2)}.`) : "";
    this.element.replaceChildren(bar, html("ol", {}, ...list), whole);
  }
}
