/** The weights of branches as shares of one bar: they do sum to 1. */

import { html } from "../../core/dom.js";
import { formatShare } from "../../math/colour.js";

export class Shares {
  constructor() {
    this.element = html("div", { class: "shares" });
  }

  /** @param {{values: number[], labels: string[] | null}} gate */
  draw({ values, labels }) {
    const names = values.map((_, i) => labels?.[i] ?? `branch ${i}`);
    const bar = html("div", { class: "shares-bar", "aria-hidden": "true" });
    for (const value of values) {
      const piece = html("span", {});
      piece.style.setProperty("--share", `${value * 100}%`);
      bar.append(piece);
    }
    const list = values.map((value, i) => html("li", {}, `${names[i]}: ${formatShare(value)}`));
    this.element.replaceChildren(bar, html("ol", {}, ...list));
  }
}
