/** Where texts are typed: tokens while typing, examples, models, and when to run. */

import { firstTexts } from "../../core/fragment.js";
import { tokenLabel } from "../../math/words.js";
import { postTokens } from "../../parts/text/stream.js";

/**
 * @typedef {import("./view.js").View} View
 * @typedef {{name: string, title: string, task: "translation" | "sentence", languages: string[] | null,
 *   reverse: string | null, aligner: {site: string, head: number} | null, default: boolean,
 *   fetched: boolean}} Model
 * @typedef {{title: string, language: string, task: string, text: string, target: string}} Example
 */

const KEYSTROKE = 50; // milliseconds until the tokens are asked for
const PAUSE = 1200; // and until a text that is no longer typed is run
const SHOWN = 160; // tokens under the field; the rest is counted

const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

export class Composer {
  /**
   * @param {import("../../core/store.js").Store<View>} store
   * @param {{models: Model[], examples: Example[]}} page
   * @param {{run: () => void, typed: () => void, problem: (sentence: string) => void}} on
   */
  constructor(store, page, on) {
    this.store = store;
    this.page = page;
    this.on = on;
    this.text = /** @type {HTMLTextAreaElement} */ (byId("text"));
    this.target = /** @type {HTMLTextAreaElement} */ (byId("target"));
    this.models = /** @type {HTMLSelectElement} */ (byId("model"));
    this.asking = new AbortController();
    this.written = ""; // the translation that stands on the page
    /** @type {Map<string, number>} */
    this.timers = new Map();
    this.listen();
  }

  listen() {
    for (const field of [this.text, this.target]) {
      field.addEventListener("input", () => this.typed());
      field.addEventListener("keydown", (event) => this.key(event));
    }
    byId("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.run();
    });
    byId("swap").addEventListener("click", () => this.swap());
    this.models.addEventListener("change", () => this.changeModel(this.models.value));
    byId("examples").addEventListener("click", (event) => {
      const { example } = /** @type {HTMLElement} */ (event.target).dataset;
      if (example !== undefined) this.take(this.page.examples[Number(example)]);
    });
    this.store.listen((changed) => {
      if (changed.has("task")) this.changeTask();
    });
  }

  /** The chosen model, else the default of the task. */
  get model() {
    const task = this.store.view.task === "read" ? "sentence" : "translation";
    const models = this.page.models.filter((model) => model.task === task && model.fetched);
    const named = models.find((model) => model.name === this.store.view.model);
    return named ?? models.find((model) => model.default) ?? models[0] ?? null;
  }

  get texts() {
    const { task } = this.store.view;
    const target = task === "translate" ? "" : this.target.value;
    return { text: this.text.value, target };
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.key !== "Enter" || event.isComposing) return;
    if (event.shiftKey && !event.ctrlKey && !event.metaKey) return; // a new line
    event.preventDefault();
    this.run();
  }

  typed() {
    this.on.typed();
    this.after("tokens", KEYSTROKE, () => this.showTokens());
    this.after("run", PAUSE, () => this.complete && this.run());
  }

  /** Whether there is enough to run. */
  get complete() {
    const { text, target } = this.texts;
    return text.trim() !== "" && (this.store.view.task !== "pair" || target.trim() !== "");
  }

  run() {
    this.after("run", 0, () => {});
    if (this.complete) this.on.run();
    else {
      const which = this.texts.text.trim() ? "the translation" : "a text";
      this.on.problem(`Type ${which} first, or take an example.`);
    }
  }

  /**
   * @param {string} name
   * @param {number} milliseconds
   * @param {() => void} work
   */
  after(name, milliseconds, work) {
    clearTimeout(this.timers.get(name));
    this.timers.set(name, window.setTimeout(work, milliseconds));
  }

  /**
   * What was typed before this script was there, else the link's texts, else the first example of the
   * model's language.
   * @param {import("../../core/fragment.js").Texts} linked
   */
  start(linked) {
    this.drawModels();
    this.drawExamples();
    const typed = { text: this.text.value, target: this.target.value };
    const [first] = this.examples;
    this.put(firstTexts(typed, linked, first && { text: first.text, target: this.given(first) }));
    /** @type {HTMLButtonElement} */ (byId("run")).disabled = false;
    if (typed.text.trim()) this.typed();
    else this.again();
  }

  /**
   * The texts of another link. One without texts (#main, say) is no reason to lose what was typed.
   * @param {import("../../core/fragment.js").Texts} linked
   */
  follow(linked) {
    if (!linked.text) return;
    this.put(linked);
    this.again();
  }

  /** @param {import("../../core/fragment.js").Texts} texts */
  put({ text, target }) {
    this.text.value = text;
    this.target.value = target;
  }

  get examples() {
    const language = this.model?.languages?.[0] ?? "en";
    const { task } = this.store.view;
    return this.page.examples.filter((example) => {
      return (
        example.language === language &&
        (task === "pair" ? example.target : !example.task || example.task === task)
      );
    });
  }

  /**
   * The translation that goes with an example, where the task wants one.
   * @param {Example | undefined} example
   */
  given(example) {
    return this.store.view.task === "pair" ? (example?.target ?? "") : "";
  }

  /** @param {Example} example */
  take(example) {
    this.text.value = example.text;
    this.target.value = this.given(example);
    this.showTokens();
    this.run();
  }

  changeTask() {
    const known = this.model;
    this.store.set({
      model: known?.default ? "" : (known?.name ?? ""),
      step: 0,
      query: -1,
      part: 0,
      site: "",
      head: "",
    });
    this.drawModels();
    this.refresh();
  }

  /** @param {string} name */
  changeModel(name) {
    const before = this.model?.languages?.[0];
    const chosen = this.page.models.find((model) => model.name === name);
    this.store.set({ model: chosen?.default ? "" : name, step: 0, query: -1, part: 0, site: "", head: "" });
    this.drawModels();
    if (before !== this.model?.languages?.[0]) this.refresh();
    else this.again();
  }

  /** After another task or language: a text that was an example gives way to one that fits. */
  refresh() {
    this.drawExamples();
    const fits = this.examples.some((example) => example.text === this.text.value);
    const wasExample = this.page.examples.some((example) => example.text === this.text.value);
    const first = this.examples[0];
    if (!this.text.value.trim() || (wasExample && !fits)) this.text.value = first?.text ?? this.text.value;
    const known = this.examples.find((example) => example.text === this.text.value);
    if (known) this.target.value = this.given(known);
    this.again();
  }

  again() {
    this.showTokens();
    if (this.complete) this.on.run();
    else this.on.typed();
  }

  /** The other direction, with the translation as what is translated. */
  swap() {
    const reverse = this.model?.reverse;
    if (!reverse) return;
    const pair = this.store.view.task === "pair";
    const [text, target] = [this.text.value, pair ? this.target.value : this.written];
    if (target.trim()) [this.text.value, this.target.value] = [target, pair ? text : ""];
    this.changeModel(reverse);
  }

  drawModels() {
    const { task } = this.store.view;
    const kind = task === "read" ? "sentence" : "translation";
    const options = this.page.models
      .filter((model) => model.task === kind)
      .map((model) => {
        const option = new Option(
          model.fetched ? model.title : `${model.title} (not fetched here)`,
          model.name,
        );
        option.disabled = !model.fetched;
        return option;
      });
    this.models.replaceChildren(...options);
    this.models.value = this.model?.name ?? "";
    byId("swap").hidden = !this.model?.reverse;
    byId("target-field").hidden = task === "translate";
    byId("target-label").textContent =
      task === "pair" ? `Translation${languageOf(this.model, 1)}` : "Second text (optional)";
    byId("text-label").textContent = task === "read" ? "Text" : `Sentence${languageOf(this.model, 0)}`;
    [this.text, this.target].forEach((field, side) => (field.lang = this.model?.languages?.[side] ?? ""));
    byId("run").textContent = { translate: "Translate", pair: "Align", read: "Read" }[task];
  }

  drawExamples() {
    const buttons = this.examples.map((example) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button small";
      button.dataset.example = String(this.page.examples.indexOf(example));
      button.textContent = example.title;
      return button;
    });
    byId("examples").replaceChildren(...buttons);
  }

  /** What the model makes of the text, long before it runs. */
  async showTokens() {
    this.asking.abort();
    const asking = new AbortController();
    this.asking = asking;
    const text = this.text.value;
    if (!text.trim() || !this.model) {
      drawTokens([]);
      return;
    }
    try {
      const { sentences } = await postTokens({ text, model: this.model.name }, asking.signal);
      if (this.asking === asking) drawTokens(sentences);
    } catch (error) {
      if (this.asking !== asking || (error instanceof DOMException && error.name === "AbortError")) return;
      this.on.problem(error instanceof Error ? error.message : String(error));
    }
  }
}

/**
 * @param {import("../../schema.js").Text[]} sentences
 */
function drawTokens(sentences) {
  const tokens = sentences.flatMap((sentence) => sentence.tokens);
  const chips = tokens.slice(0, SHOWN).map((token) => {
    const chip = document.createElement("span");
    chip.className = token.special ? "chip special" : token.unknown ? "chip unknown" : "chip";
    chip.textContent = tokenLabel(token.text);
    if (token.special) chip.dir = "ltr";
    return chip;
  });
  byId("tokens").replaceChildren(...chips);
  const words = sentences.flatMap((sentence) => sentence.words).filter((word) => !word.special);
  const said = `${tokens.length} tokens, ${words.length} words${sentences.length > 1 ? `, ${sentences.length} sentences` : ""}`;
  byId("count").textContent = tokens.length ? said : "";
  byId("notes").textContent = [...new Set(sentences.flatMap((sentence) => sentence.notes))].join(" ");
}

/**
 * @param {Model | null} model
 * @param {number} side
 */
export function languageOf(model, side) {
  const code = model?.languages?.[side];
  return code ? `, ${new Intl.DisplayNames(["en"], { type: "language" }).of(code)}` : "";
}
