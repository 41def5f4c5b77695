/** The sentences of a paragraph as buttons: one is shown at a time. */

import { html } from "../../core/dom.js";

/** @typedef {import("../../parts/text/session.js").Entry} Entry */

export class Paragraph {
  /**
   * @param {HTMLElement} strip
   * @param {(part: number) => void} onChoose
   */
  constructor(strip, onChoose) {
    this.strip = strip;
    strip.addEventListener("click", (event) => {
      const { part } = /** @type {HTMLElement} */ (event.target).closest("button")?.dataset ?? {};
      if (part !== undefined) onChoose(Number(part));
    });
  }

  /**
   * @param {Entry[]} entries
   * @param {Entry} shown
   */
  draw(entries, shown) {
    const { strip } = this;
    strip.hidden = entries.length < 2;
    if (strip.childElementCount !== entries.length || entries[0]?.text !== strip.firstChild?.textContent)
      strip.replaceChildren(...entries.map(sentence));
    [...strip.children].forEach((button, i) => {
      button.setAttribute("aria-pressed", String(entries[i] === shown));
    });
  }
}

/**
 * @param {Entry} entry
 * @param {number} number
 */
function sentence({ text }, number) {
  return html("button", { type: "button", dir: "auto", "data-part": String(number) }, text);
}
