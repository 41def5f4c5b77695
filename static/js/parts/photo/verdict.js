/** What a classifier takes the photo for, in words; where it has class maps, each class is one press away. */

import { html } from "../../core/dom.js";
import { formatShare } from "../../math/colour.js";

/**
 * @typedef {import("./tracedphoto.js").Traced} Traced
 * @typedef {import("../../schema.js").ClassProbability} ClassProbability
 */

export class VerdictList {
  /**
   * @param {HTMLElement} element with a list
   * @param {(number: string) => void} onChoose "" is the first class
   */
  constructor(element, onChoose) {
    this.element = element;
    this.list = /** @type {HTMLElement} */ (element.querySelector("ol"));
    this.onChoose = onChoose;
    /** @type {Traced | null} */
    this.traced = null;
  }

  /**
   * @param {Traced} traced
   * @param {string} chosen a class by number, "" for the first
   */
  draw(traced, chosen) {
    const { verdict } = traced;
    this.element.hidden = !verdict.length;
    if (traced !== this.traced) {
      const chooses = !traced.attends && traced.methods.length > 0;
      const rows = verdict.map((found, at) => (chooses ? this.choice(found, at) : bar("div", found)));
      this.list.replaceChildren(...rows.map((row) => html("li", {}, row)));
    }
    this.traced = traced;
    const number = Number(chosen || verdict[0]?.number);
    for (const button of this.list.querySelectorAll("button"))
      button.setAttribute("aria-pressed", String(Number(button.dataset.class) === number));
  }

  /**
   * @param {ClassProbability} found
   * @param {number} at
   */
  choice(found, at) {
    const button = bar("button", found);
    button.setAttribute("type", "button");
    button.dataset.class = String(found.number);
    button.addEventListener("click", () => this.onChoose(at ? String(found.number) : ""));
    return button;
  }
}

/**
 * A class with its probability as a bar and in figures.
 * @param {"div" | "button"} tag
 * @param {ClassProbability} found
 */
function bar(tag, { label, probability }) {
  const share = html("span", { class: "class-share", "aria-hidden": "true" });
  share.style.setProperty("--share", String(probability));
  const figure = html("span", { class: "chance" }, formatShare(probability));
  return html(tag, { class: "class" }, html("span", { class: "class-name" }, label), share, figure);
}
