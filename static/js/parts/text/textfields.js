/** Where texts are typed: the text and a second one, their examples, and the button that runs. */

import { byId } from "../../core/dom.js";
import { firstTexts } from "../../core/fragment.js";

/** @typedef {import("../../core/fragment.js").Texts} Texts */

export class TextFields {
  /**
   * @param {{typed: (field: HTMLTextAreaElement) => void, run: () => void, take: (example: number) => void}} on
   */
  constructor(on) {
    this.on = on;
    this.text = byId("text", HTMLTextAreaElement);
    this.target = byId("target", HTMLTextAreaElement);
    for (const field of [this.text, this.target]) {
      field.addEventListener("input", () => on.typed(field));
      field.addEventListener("keydown", (event) => this.key(event));
    }
    byId("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      on.run();
    });
    byId("examples").addEventListener("click", (event) => {
      const { example } = /** @type {HTMLElement} */ (event.target).dataset;
      if (example !== undefined) on.take(Number(example));
    });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.key !== "Enter" || event.isComposing) return;
    if (event.shiftKey && !event.ctrlKey && !event.metaKey) return; // a new line
    event.preventDefault();
    this.on.run();
  }

  /** @returns {Texts} */
  get texts() {
    return { text: this.text.value, target: this.target.value };
  }

  /** @param {Texts} texts */
  put({ text, target }) {
    this.text.value = text;
    this.target.value = target;
  }

  /**
   * What was typed before this script was there, else the link's texts, else the example, which may
   * stand in the page already.
   * @param {Texts} linked
   * @param {Texts | undefined} example
   * @returns {boolean} whether somebody was typing
   */
  start(linked, example) {
    const { text, target } = this.texts;
    const typed = { text: text === this.text.defaultValue ? "" : text, target };
    this.put(firstTexts(typed, linked, example));
    byId("run", HTMLButtonElement).disabled = false;
    return typed.text.trim() !== "";
  }
}
