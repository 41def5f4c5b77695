/** Under the table: how many keys are left out, more of them, the chosen key as the query, the plain numbers. */

import { ROOT } from "../../core/api.js";
import { html } from "../../core/dom.js";
import { DOZEN, leftOut } from "./numbers.js";

/** @typedef {import("./formulas.js").Present} Present */

export class Under {
  /**
   * @param {HTMLElement} element
   * @param {{more: () => void, query: () => void}} on
   */
  constructor(element, on) {
    this.element = element;
    this.more = press(`Show ${DOZEN} more`, on.more);
    this.asQuery = press("", on.query);
  }

  /**
   * @param {Present} present
   * @param {{more: boolean, asks: boolean, path: string}} how whether more keys may be shown, and whether
   *   a key may ask; the path of the numbers
   */
  draw({ found, rows }, { more, asks, path }) {
    const { count, weight } = leftOut(found);
    const share = (100 * weight).toFixed(1);
    const left = `The ${rows.length} heaviest of ${found.key.size} keys; the other ${count} hold ${share} % of the weight. `;
    this.element.replaceChildren(
      ...(count ? [left] : []),
      ...(count && more ? [this.more] : []),
      ...(asks ? [this.asQuery] : []),
      html("a", { href: ROOT + path, target: "_blank" }, "These numbers as JSON"),
    );
  }

  /**
   * @param {Present} present
   * @param {number} key the chosen one
   */
  name({ found, label }, key) {
    this.asQuery.textContent = `Take “${label(key)}” as the query`;
    this.asQuery.hidden = key === found.query_number;
  }
}

/**
 * @param {string} text
 * @param {() => void} work
 */
function press(text, work) {
  const button = html("button", { type: "button", class: "button small" }, text);
  button.addEventListener("click", work);
  return button;
}
