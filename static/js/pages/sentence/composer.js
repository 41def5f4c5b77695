/** Where the sentence page's texts are typed: models, examples, tokens while typing, and when to run. */

import { sentenceOf } from "../../core/api.js";
import { byId, html } from "../../core/dom.js";
import { TextFields } from "../../parts/text/textfields.js";
import { examplesOf, languageOf, modelOf, modelsOf, textsOf } from "./catalog.js";
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
   * @param {{run: () => void, typed: () => void}} on
   */
  constructor(store, shell, on) {
    this.store = store;
    this.shell = shell;
    this.on = on;
    this.written = ""; // the translation that stands on the page
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
    this.models.addEventListener("change", () => this.changeModel(this.models.value));
    this.store.listen((changed) => {
      if (changed.has("task")) this.changeTask();
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

  /** @returns {Texts} */
  get texts() {
    const { text, target } = this.fields.texts;
    return { text, target: this.task === "translate" ? "" : target };
  }

  /** Whether there is enough to run. */
  get complete() {
    const { text, target } = this.texts;
    return text.trim() !== "" && (this.task !== "pair" || target.trim() !== "");
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

  /** @param {Texts} linked those of another link */
  follow(linked) {
    if (this.fields.follow(linked)) this.again();
  }

  /** @param {number} example */
  take(example) {
    this.fields.put(textsOf(this.shell.page.examples[example], this.task));
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

  /** After another task or language: a text that was an example gives way to one that fits. */
  refresh() {
    this.drawExamples();
    const { text } = this.fields;
    const is = (/** @type {import("./catalog.js").Example} */ example) => example.text === text.value;
    const misfit = this.shell.page.examples.some(is) && !this.examples.some(is);
    if (!text.value.trim() || misfit) text.value = this.examples[0]?.text ?? text.value;
    const known = this.examples.find(is);
    if (known) this.fields.put(textsOf(known, this.task));
    this.again();
  }

  /** The other direction, with the translation as what is translated. */
  swap() {
    const reverse = this.model?.reverse;
    if (!reverse) return;
    const { text, target } = this.fields.texts;
    const pair = this.task === "pair";
    const turned = pair ? target : this.written;
    if (turned.trim()) this.fields.put({ text: turned, target: pair ? text : "" });
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

  showTokens() {
    return this.tokens.show(this.fields.text.value, this.model?.name ?? "");
  }
}

/** @param {Model} model */
function option({ title, name, fetched }) {
  const made = new Option(fetched ? title : `${title} (not fetched here)`, name);
  made.disabled = !fetched;
  return made;
}
