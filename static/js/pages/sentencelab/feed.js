/** What the lab feeds its models: the sentence, and the translation that they are made to write. */

import { isLost } from "../../core/fragment.js";
import { TextFields } from "../../parts/text/textfields.js";

/**
 * @typedef {import("../../core/fragment.js").Texts} Texts
 * @typedef {{title: string, text: string, target: string, source: string, shows: string,
 *   written: Record<string, string>}} Example
 * @typedef {import("../../core/shell.js").Shell<{examples: Example[]}>} LabShell
 */

const PAUSE = 1500; // milliseconds until a text that is no longer typed is run

export class Feed {
  /**
   * @param {Pick<LabShell, "page" | "after" | "cancel">} shell
   * @param {{run: () => void, typed: () => void, given: () => boolean, keep: () => void}} on `typed`: another
   *   sentence is on its way; `given`: whether the given translation is used at all; `keep`: texts of the
   *   visitor are about to give way
   */
  constructor(shell, on) {
    this.shell = shell;
    this.on = on;
    this.fields = new TextFields({
      typed: (field) => (field === this.fields.text || on.given()) && this.typed(),
      run: () => this.run(),
      take: (example) => this.take(this.examples[example]),
    });
  }

  get examples() {
    return this.shell.page.examples;
  }

  /** The example that stands in the field, if it is one. */
  get example() {
    return this.examples.find(({ text }) => text === this.texts.text);
  }

  get texts() {
    return this.fields.texts;
  }

  typed() {
    this.on.typed();
    this.shell.after("run", PAUSE, () => this.texts.text.trim() && this.run());
  }

  run() {
    this.shell.cancel("run");
    this.on.run();
  }

  /** @param {Texts} linked the texts of the link that was opened */
  start(linked) {
    if (this.fields.start(linked, this.examples[0])) this.typed();
    else this.run();
  }

  /** @param {Example} example in the place of what is there, to which Back returns */
  take(example) {
    if (isLost(this.texts, example, this.examples)) this.on.keep();
    this.fields.put(example);
    this.run();
  }

  /** @param {Texts} linked those of another link */
  open(linked) {
    this.fields.put(linked);
    this.run();
  }

  /** What must be typed before anything can run; "" where nothing is missing. */
  get missing() {
    const { text, target } = this.texts;
    if (!text.trim()) return "Type a sentence first, or take an example.";
    if (this.on.given() && !target.trim()) {
      return "Type the translation that the models are made to write, or take an example.";
    }
    return "";
  }

  /** Whether the texts are those that the page opens with. */
  get untouched() {
    const [first] = this.examples;
    const { text, target } = this.texts;
    return first?.text === text && first.target === target;
  }
}
