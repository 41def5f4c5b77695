/** Where the sentence page's texts are typed: models, examples, tokens while typing, and when to run. */

import { sentenceOf } from "../../core/api.js";
import { byId, html } from "../../core/dom.js";
import { isLost } from "../../core/fragment.js";
import { TextFields } from "../../parts/text/textfields.js";
import { examplesOf, fitting, hintOf, languageOf, modelOf, modelsOf, textsOf } from "./catalog.js";
import { TokenRow } from "./tokenrow.js";

/**
 * @typedef {import("./view.js").View} View
 * @typedef {import("./catalog.js").Model} Model
 * @typedef {import("./catalog.js").Catalog} Catalog
 * @typedef {import("../../core/fragment.js").Texts} Texts
 */

const KEYSTROKE = 50; // milliseconds until the tokens are asked for
const PAUSE = 1200; // and until a text that is no longer typed is run
const RUNS = { translate: "Translate", pair: "Align", read: "Read" };
const FRESH = Object.freeze({ step: 0, query: -1, part: 0, site: "", head: "" }); // of another model

export class Composer {
  /**
   * @param {import("../../core/store.js").Store<View>} store
   * @param {import("../../core/shell.js").Shell<Catalog>} shell
   * @param {{run: () => void, typed: () => void, keep: () => void, written: () => string}} on `keep`: texts of
   *   the visitor are about to give way; `written`: the translation of the text, all of it, or ""
   */
  constructor(store, shell, on) {
    this.store = store;
    this.shell = shell;
    this.on = on;
    this.opening = false; // whether a link is being opened: what it says is not changed
    this.models = byId("model", HTMLSelectElement);
    this.tokens = new TokenRow((error) => shell.problem(sentenceOf(error)));
    this.fields = new TextFields({
      typed: () => this.typed(),
      run: () => this.run(),
      take: (example) => this.take(example),
    });
    this.listen();
  }

  listen() {
    byId("swap").addEventListener("click", () => this.swap());
    const reader = byId("reader", HTMLButtonElement);
    reader.addEventListener("click", () => this.changeModel(reader.value));
    this.models.addEventListener("change", () => this.changeModel(this.models.value));
    this.store.listen((changed) => {
      if (changed.has("task") && !this.opening) this.changeTask();
    });
  }

  get task() {
    return this.store.view.task;
  }

  get model() {
    return modelOf(this.shell.page, this.store.view);
  }

  get examples() {
    return examplesOf(this.shell.page, this.task, this.model);
  }

  /** What is run: a second text that is not seen is none. @returns {Texts} */
  get texts() {
    const { text, target } = this.fields.texts;
    return { text, target: this.task === "translate" ? "" : target };
  }

  /** Whether there is enough to run. */
  get complete() {
    const { text, target } = this.texts;
    return text.trim() !== "" && (this.task !== "pair" || target.trim() !== "");
  }

  /**
   * Puts other texts in the place of those there. Back returns to what was the visitor's own.
   * @param {Texts} texts
   */
  put(texts) {
    if (isLost(this.fields.texts, texts, this.shell.page.examples)) this.on.keep();
    this.fields.put(texts);
  }

  typed() {
    this.on.typed();
    this.shell.after("tokens", KEYSTROKE, () => this.showTokens());
    this.shell.after("run", PAUSE, () => this.complete && this.run());
  }

  run() {
    this.shell.cancel("run");
    if (this.complete) {
      this.on.run();
      return;
    }
    const which = this.texts.text.trim() ? "the translation" : "a text";
    this.shell.problem(`Type ${which} first, or take an example.`);
  }

  again() {
    this.showTokens();
    if (this.complete) this.on.run();
    else this.on.typed();
  }

  /** @param {Texts} linked the texts of the link that was opened */
  start(linked) {
    this.drawModels();
    this.drawExamples();
    const [first] = this.examples;
    if (this.fields.start(linked, first && textsOf(first, this.task))) this.typed();
    else this.again();
  }

  /**
   * The view and the texts of another link.
   * @param {View} view
   * @param {Texts} linked
   */
  open(view, linked) {
    this.fields.put(linked);
    this.opening = true;
    this.store.set(view);
    this.opening = false;
    this.drawModels();
    this.drawExamples();
    this.again();
  }

  /** @param {number} example */
  take(example) {
    this.put(textsOf(this.shell.page.examples[example], this.task));
    this.showTokens();
    this.run();
  }

  changeTask() {
    const known = this.model;
    this.store.set({ ...FRESH, model: known?.default ? "" : (known?.name ?? "") });
    this.drawModels();
    this.refresh();
  }

  /** @param {string} name */
  changeModel(name) {
    const before = this.model?.languages?.[0];
    const chosen = this.shell.page.models.find((model) => model.name === name);
    this.store.set({ ...FRESH, model: chosen?.default ? "" : name });
    this.drawModels();
    if (before !== this.model?.languages?.[0]) this.refresh();
    else this.again();
  }

  /** After another task or language: what was an example gives way to one that fits. */
  refresh() {
    this.drawExamples();
    this.put(fitting(this.fields.texts, this.task, this.examples, this.shell.page.examples));
    this.again();
  }

  /** The other direction, with the translation as what is translated, once it is all there. */
  swap() {
    const reverse = this.model?.reverse;
    if (!reverse) return;
    const { text, target } = this.fields.texts;
    this.on.keep();
    if (this.task === "pair") this.fields.put({ text: target || text, target: target && text });
    else this.fields.put({ text: this.on.written() || text, target });
    this.changeModel(reverse);
  }

  drawModels() {
    const { model } = this;
    this.models.replaceChildren(...modelsOf(this.shell.page, this.task).map(option));
    this.models.value = model?.name ?? "";
    byId("swap").hidden = !model?.reverse;
    byId("target-field").hidden = this.task === "translate";
    byId("run").textContent = RUNS[this.task];
    this.drawLabels(model);
  }

  /** @param {Model | null} model */
  drawLabels(model) {
    const { text, target } = this.fields;
    const named = (/** @type {string} */ what, /** @type {number} */ side) =>
      [what, languageOf(model, side)].filter(Boolean).join(", ");
    byId("target-label").textContent =
      this.task === "pair" ? named("Translation", 1) : "Second text (optional)";
    byId("text-label").textContent = this.task === "read" ? "Text" : named("Sentence", 0);
    for (const [side, field] of [text, target].entries()) field.lang = model?.languages?.[side] ?? "";
  }

  drawExamples() {
    const buttons = this.examples.map((example) => {
      const number = String(this.shell.page.examples.indexOf(example));
      const named = { type: "button", class: "button small", "data-example": number };
      return html("button", named, example.title);
    });
    byId("examples").replaceChildren(...buttons);
  }

  /** Whether the text seems to be in the model's language; else which model reads it. */
  drawHint() {
    const { said, reader } = hintOf(this.shell.page, this.task, this.model, this.texts);
    byId("foreign").hidden = !said;
    byId("foreign-said").textContent = said;
    const button = byId("reader", HTMLButtonElement);
    button.hidden = !reader;
    button.value = reader?.name ?? "";
    button.textContent = `Use ${reader?.title}`;
  }

  showTokens() {
    this.drawHint();
    return this.tokens.show(this.fields.text.value, this.model?.name ?? "");
  }
}

/** @param {Model} model */
function option({ title, name, fetched }) {
  const made = new Option(fetched ? title : `${title} (not fetched here)`, name);
  made.disabled = !fetched;
  return made;
}
