/** The slim bar that stays in sight: whose photo and which sentence all parts are shown with. */

import { byId } from "../../core/dom.js";
import { listenForArrivals, markSample } from "../../parts/photo/arrivals.js";
import { phrase } from "../../parts/reader/phrase.js";

export class ReaderBar {
  /**
   * @param {import("../../parts/reader/reader.js").Reader} reader
   * @param {import("./page.js").LearnShell} shell
   */
  constructor(reader, shell) {
    this.reader = reader;
    this.shell = shell;
    this.field = byId("reader-sentence", HTMLTextAreaElement);
    this.photo = byId("reader-photo-panel", HTMLDetailsElement);
    this.sentence = byId("reader-sentence-panel", HTMLDetailsElement);
    this.listen();
    this.draw();
  }

  listen() {
    listenForArrivals(this.shell, {
      onFile: (blob) => this.choose({ blob, name: nameOf(blob, phrase(this.shell.page.words, "own-photo")) }),
      onSample: (sample) => this.choose({ sample }),
    });
    byId("reader-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.write(this.field.value);
    });
    for (const button of document.querySelectorAll("[data-sentence]")) {
      button.addEventListener("click", () => this.write(button.textContent ?? ""));
    }
    for (const what of /** @type {const} */ (["photo", "sentence"])) this.reader.on(what, () => this.draw());
    this.listenForLeaving();
  }

  /** An open panel goes away by Escape, and by a click beside it. */
  listenForLeaving() {
    document.addEventListener("click", ({ target }) => {
      for (const panel of [this.photo, this.sentence]) {
        if (panel.open && target instanceof Node && !panel.contains(target)) panel.open = false;
      }
    });
    for (const panel of [this.photo, this.sentence]) {
      panel.addEventListener("keydown", (event) => {
        if (event.key !== "Escape" || !panel.open) return;
        event.stopPropagation();
        panel.open = false;
        panel.querySelector("summary")?.focus();
      });
    }
  }

  /** @param {{sample: string} | {blob: Blob, name: string}} photo */
  async choose(photo) {
    this.shell.problem("");
    this.photo.open = false;
    await this.reader.setPhoto(photo);
    this.tellUnkept();
  }

  /** @param {string} text */
  async write(text) {
    this.sentence.open = false;
    await this.reader.setSentence(text.replace(/\s+/g, " ").trim());
    this.tellUnkept();
  }

  tellUnkept() {
    if (!this.reader.kept) this.shell.say(phrase(this.shell.page.words, "unkept"));
  }

  draw() {
    const { url, name, sample } = this.reader.photo();
    byId("reader-thumbnail", HTMLImageElement).src = url;
    byId("reader-photo-name").textContent = name;
    byId("reader-words").textContent = this.reader.sentence();
    this.field.value = this.reader.sentence();
    markSample(sample ?? "");
  }
}

/**
 * @param {Blob} blob
 * @param {string} usual
 */
function nameOf(blob, usual) {
  return blob instanceof File && blob.name ? blob.name : usual;
}
