/** What the lab feeds its models: the sentence, and the translation that they are made to write. */

import { TextFields } from "../../parts/text/textfields.js";

/**
 * @typedef {import("../../core/fragment.js").Texts} Texts
 * @typedef {{title: string, text: string, target: string}} Example
 * @typedef {import("../../core/shell.js").Shell<{examples: Example[]}>} LabShell
 */

const PAUSE = 1500; // milliseconds until a text that is no longer typed is run

export class Feed {
  /**
   * @param {Pick<LabShell, "page" | "after" | "cancel">} shell
   * @param {{run: () => void, typed: () => void, given: () => boolean}} on `typed`: another sentence
   *   is on its way; `given`: whether the given translation is used at all
   */
  constructor(shell, on) {
    this.shell = shell;
    this.on = on;
    this.fields = new TextFields({
      typed: (field) => (field === this.fields.text || on.given()) && this.typed(),
      run: () => this.run(),
      take: (example) => {
        this.fields.put(this.examples[example]);
        this.run();
      },
    });
  }

  get examples() {
    return this.shell.page.examples;
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

  /** @param {Texts} linked those of another link */
  follow(linked) {
    if (this.fields.follow(linked)) this.run();
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
