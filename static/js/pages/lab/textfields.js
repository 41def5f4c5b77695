/** Where the lab's texts are typed: the sentence, and the translation that models are made to write. */

import { firstTexts } from "../../core/fragment.js";

/**
 * @typedef {import("../../core/fragment.js").Texts} Texts
 * @typedef {{title: string, text: string, target: string}} Example
 */

const PAUSE = 1500; // milliseconds until a text that is no longer typed is run

const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

export class TextFields {
  /**
   * @param {Example[]} examples
   * @param {{run: () => void, typed: () => void, given: () => boolean}} on `typed`: another sentence
   *   is on its way; `given`: whether the given translation is used at all
   */
  constructor(examples, on) {
    this.examples = examples;
    this.on = on;
    this.text = /** @type {HTMLTextAreaElement} */ (byId("text"));
    this.target = /** @type {HTMLTextAreaElement} */ (byId("target"));
    this.timer = 0;
    this.listen();
  }

  listen() {
    this.text.addEventListener("input", () => this.typed());
    this.target.addEventListener("input", () => this.on.given() && this.typed());
    for (const field of [this.text, this.target])
      field.addEventListener("keydown", (event) => this.key(event));
    byId("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.run();
    });
    byId("examples").addEventListener("click", (event) => {
      const { example } = /** @type {HTMLElement} */ (event.target).dataset;
      if (example === undefined) return;
      this.put(this.examples[Number(example)]);
      this.run();
    });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.key !== "Enter" || event.isComposing || event.shiftKey) return;
    event.preventDefault();
    this.run();
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

  typed() {
    this.on.typed();
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.text.value.trim() && this.run(), PAUSE);
  }

  run() {
    clearTimeout(this.timer);
    this.on.run();
  }

  /**
   * What was typed before this script was there, else the link's texts, else the first example.
   * @param {Texts} linked
   */
  start(linked) {
    const typed = this.texts;
    this.put(firstTexts(typed, linked, this.examples[0]));
    /** @type {HTMLButtonElement} */ (byId("run")).disabled = false;
    if (typed.text.trim()) this.typed();
    else this.run();
  }

  /**
   * The texts of another link. One without texts (#main, say) is no reason to lose what was typed.
   * @param {Texts} linked
   */
  follow(linked) {
    if (!linked.text) return;
    this.put(linked);
    this.run();
  }

  /**
   * What must be typed before anything can run; "" where nothing is missing.
   */
  get missing() {
    if (!this.text.value.trim()) return "Type a sentence first, or take an example.";
    if (this.on.given() && !this.target.value.trim()) {
      return "Type the translation that the models are made to write, or take an example.";
    }
    return "";
  }

  /** Whether the texts are those that the page opens with. */
  get untouched() {
    const [first] = this.examples;
    return first?.text === this.text.value && first.target === this.target.value;
  }
}
