/** The lab: one sentence through several models at once, and what was measured of them. */

import { ApiError } from "../api.js";
import { parseTable, ramp } from "../colour.js";
import { bindControls } from "../controls.js";
import { html } from "../dom.js";
import { listenForTakeaways } from "../saving.js";
import { ScaleBar } from "../scalebar.js";
import { TextLine } from "../sentence/line.js";
import { Replay } from "../sentence/replay.js";
import { postTokens } from "../sentence/stream.js";
import { fromHash, toHash } from "../sentence/view.js";
import { Store, fromSearch, toSearch } from "../state.js";
import { Encoder } from "./encoder.js";
import { EvidenceView, getEvidence } from "./evidence.js";
import { Inside } from "./inside.js";
import { Lane } from "./lane.js";
import { pinnedAt, readPins, requested, toggled, writePins } from "./pins.js";
import { wordsIn } from "./telling.js";
import { FIELDS } from "./view.js";

/**
 * @typedef {import("./lane.js").Model} Model
 * @typedef {{title: string, text: string, target: string}} Example
 * @typedef {{models: Model[], examples: Example[], evidence: string | null}} PageData
 */

const WEIGHTS = [[255, 255, 255], [47, 75, 216], [11, 20, 64]];
const WEIGHTS_AT_NIGHT = [[27, 29, 35], [95, 120, 232], [232, 236, 255]];
const PAUSE = 1500; // milliseconds until a text that is no longer typed is run

const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

class Lab {
  /**
   * @param {PageData} page
   * @param {Record<string, string>} tables
   */
  constructor(page, tables) {
    this.page = page;
    this.diverging = parseTable(tables.vik);
    this.dark = matchMedia("(prefers-color-scheme: dark)");
    /** @type {Store<import("./view.js").View>} */
    this.store = new Store(fromSearch(location.search, FIELDS));
    this.text = /** @type {HTMLTextAreaElement} */ (byId("text"));
    this.target = /** @type {HTMLTextAreaElement} */ (byId("target"));
    /** @type {Map<string, number>} */
    this.timers = new Map();
    this.lost = 0; // traces in a row that were gone
    /** @type {Map<string, string>} */
    this.problems = new Map(); // by model; "" is the page's own
    /** @type {import("../schema.js").Text | null} */
    this.source = null; // the sentence as it was asked for
    this.asking = new AbortController();
    this.frame = 0;
    const { store } = this;
    this.lanes = page.models.map((model) => this.lane(model));
    this.replay = new Replay(/** @type {HTMLElement} */ (document.querySelector("#steps-bar [data-part=replay]")), (step) => store.set({ step }));
    this.pinLine = new TextLine(byId("pin-line"), { point: () => {}, choose: (unit) => this.pin(unit) });
    this.scale = new ScaleBar(byId("scale"));
    this.encoder = new Encoder(byId("encoder"), store, this.diverging, (error) => this.failed(error));
    this.inside = new Inside(byId("inside"), store, this.diverging, (error) => {
      if (error instanceof ApiError && error.gone) this.failed(error);
    });
    this.listen();
    bindControls(store, ["feed", "attention"]);
    store.listen((changed) => this.changed(changed));
    this.start();
  }

  /** @param {Model} model */
  lane(model) {
    return new Lane(byId(`lane-${model.name}`), model, {
      changed: () => this.soon(),
      step: (step) => this.store.set({ step }),
      source: (unit) => this.store.view.attention === "pinned" && this.pin(unit),
      inside: () => this.store.set({ inside: this.store.view.inside === model.name ? "" : model.name }),
      problem: (sentence) => this.problem(model.name, sentence),
    });
  }

  listen() {
    for (const field of [this.text, this.target]) {
      field.addEventListener("input", () => this.typed());
      field.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || event.isComposing || event.shiftKey) return;
        event.preventDefault();
        this.run();
      });
    }
    byId("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.run();
    });
    byId("examples").addEventListener("click", (event) => {
      const { example } = /** @type {HTMLElement} */ (event.target).dataset;
      if (example !== undefined) this.take(this.page.examples[Number(example)]);
    });
    byId("pins").addEventListener("click", (event) => {
      const at = /** @type {HTMLElement} */ (event.target).closest("button")?.dataset.pin;
      if (at !== undefined) this.store.set({ pins: writePins(toggled(this.pins, this.pins[Number(at)])) });
    });
    byId("release").addEventListener("click", () => this.store.set({ pins: "" }));
    document.addEventListener("keydown", (event) => this.key(event));
    const choices = /** @type {HTMLElement} */ (document.querySelector(".choices"));
    listenForTakeaways(choices, { take: {}, copy: { link: () => location.origin + this.link } }, (text) => this.say(text));
    this.dark.addEventListener("change", () => this.soon());
    window.addEventListener("hashchange", () => this.start());
    byId("steps-bar").addEventListener("keydown", (event) => event.key === "Escape" && event.stopPropagation());
  }

  /** Escape lets go of every pin; where it has another meaning of its own, that comes first. */
  key(/** @type {KeyboardEvent} */ event) {
    const { attention, pins } = this.store.view;
    if (event.key !== "Escape" || attention !== "pinned" || !pins) return;
    if (byId("inside").contains(/** @type {Node} */ (event.target))) return;
    this.store.set({ pins: "" });
  }

  /** Texts of the link, else the first example. */
  start() {
    const { text, target } = fromHash(location.hash);
    const first = this.page.examples[0];
    this.text.value = text || first?.text || "";
    this.target.value = text ? target : (first?.target ?? "");
    if (this.page.models.length) this.run();
    this.evidence();
  }

  async evidence() {
    if (!this.page.evidence || this.opened) return;
    this.opened = true;
    try {
      const view = new EvidenceView(byId("evidence"), this.store, await getEvidence(this.page.evidence));
      listenForTakeaways(byId("take"), { take: view.take, copy: {} }, (text) => this.say(text));
    } catch (error) {
      this.problem("evidence", said(error));
    }
  }

  get pins() {
    return readPins(this.store.view.pins);
  }

  /** @param {number} word */
  pin(word) {
    const { only, step } = this.store.view;
    this.store.set({ pins: writePins(toggled(this.pins, { word, step: only && step ? step : null })) });
  }

  /** Another text: what was chosen in the old one is chosen no more. */
  typed() {
    for (const { session } of this.lanes) session.stop();
    this.store.set({ pins: "", step: 0, read: 0, inside: "" });
    this.after("run", PAUSE, () => this.text.value.trim() && this.run());
  }

  /** @param {Example} example */
  take({ text, target }) {
    this.text.value = text;
    this.target.value = target;
    this.typed();
    this.run();
  }

  async run() {
    for (const waiting of ["run", "again"]) this.after(waiting, 0, () => {});
    this.asking.abort();
    const { signal } = (this.asking = new AbortController());
    this.problems.clear();
    this.problem("", this.missing());
    if (this.missing()) return;
    this.busy("Reading");
    try {
      const model = this.page.models[0].name;
      const { sentences } = await postTokens({ text: this.text.value, model }, signal);
      this.begin(sentences);
    } catch (error) {
      if (!signal.aborted) this.problem("", said(error));
    }
    this.soon();
    this.settle();
  }

  /** What must be typed before anything can run; "" where nothing is missing. */
  missing() {
    if (!this.text.value.trim()) return "Type a sentence first, or take an example.";
    if (this.store.view.feed === "given" && !this.target.value.trim()) {
      return "Type the translation that the models are made to write, or take an example.";
    }
    return "";
  }

  /** @param {import("../schema.js").Text[]} sentences */
  begin(sentences) {
    const source = sentences[0];
    if (this.source?.text !== source.text) this.pinLine.draw(source, "word");
    this.source = source;
    const words = wordsIn(source.text);
    const more = sentences.length > 1 ? ` The lab takes one sentence: the first of ${sentences.length} is used.` : "";
    byId("count").textContent = `${words} ${words === 1 ? "word" : "words"}, ${source.tokens.length} tokens.${more}`;
    const { feed, beam, attention } = this.store.view;
    const pins = attention === "pinned" ? requested(this.pins, source.words) : [];
    const asked = { text: source.text, beam, more: { ...(pins.length ? { pins } : {}), ...(attention === "off" ? { attention: false } : {}) } };
    const target = this.target.value.trim();
    for (const lane of this.lanes) {
      lane.run(feed === "given" ? { ...asked, task: "force", target } : { ...asked, task: "translate", target: "" });
    }
  }

  /** @param {Set<string>} changed */
  changed(changed) {
    const { view } = this.store;
    const pinned = view.attention === "pinned" && changed.has("pins");
    if (pinned || ["beam", "feed", "attention"].some((name) => changed.has(name))) this.after("again", 0, () => this.run());
    this.draw();
    this.settle();
  }

  /** Draws once a frame, however many steps of however many models arrive in it. */
  soon() {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => {
      this.draw();
      this.settle();
    });
  }

  draw() {
    const { view } = this.store;
    const table = ramp(this.dark.matches ? WEIGHTS_AT_NIGHT : WEIGHTS);
    const { pins, diverging } = this;
    for (const lane of this.lanes) lane.draw({ view, pins, table, diverging });
    const counts = this.lanes.map((lane) => lane.count);
    const drawn = this.lanes.some((lane) => lane.entry !== null);
    byId("steps-bar").hidden = !drawn;
    this.replay.root.hidden = !drawn;
    this.replay.show(view.step, Math.max(0, ...counts));
    this.scale.draw(table, { low: 0, high: 1 }, [0, 1], "weight: one scale for all");
    this.drawPins();
    const traced = this.lanes.flatMap(({ model, trace }) => (trace ? [{ title: model.title, trace }] : []));
    this.encoder.draw(traced);
    if (this.lanes.every((lane) => !lane.busy)) {
      this.inside.draw(traced.find(({ trace }) => trace.model === view.inside)?.trace ?? null);
      this.busy("");
    } else this.busy(view.feed === "given" ? "Writing what is given" : "Translating");
    byId("search").toggleAttribute("disabled", view.feed === "given");
  }

  drawPins() {
    const { step, only, attention } = this.store.view;
    const held = pinnedAt(this.pins, step);
    this.pinLine.units.forEach((unit, i) => {
      unit.classList.toggle("pinned", held.has(i));
      unit.setAttribute("aria-pressed", String(held.has(i)));
    });
    const word = (/** @type {number} */ i) => this.source?.words[i]?.text ?? "";
    const chips = this.pins.map((pin, i) => {
      const when = pin.step === null ? "every step" : `step ${pin.step}`;
      const button = html("button", { type: "button", class: "button small", "data-pin": String(i), "aria-label": `Release “${word(pin.word)}” at ${when}` },
        `${word(pin.word)} `, html("span", { class: "quiet" }, when), " ×");
      return html("li", {}, button);
    });
    byId("pins").replaceChildren(...chips);
    byId("release").hidden = attention !== "pinned" || !this.pins.length;
    byId("only-step").textContent = step ? `step ${step}` : "the step shown (choose one below)";
    byId("pin-hint").textContent = this.pins.length
      ? "At the steps named, every decoder sees these words and nothing else of the source."
      : `Click a word of the source: every decoder may then look there alone${only && step ? ` at step ${step}` : ""}.`;
  }

  get link() {
    const texts = { text: this.text.value, target: this.target.value };
    const same = this.page.examples[0]?.text === texts.text && this.page.examples[0]?.target === texts.target;
    return location.pathname + toSearch(this.store.view, FIELDS) + (same ? "" : toHash(texts));
  }

  /** What may wait: the link, and words for those who do not see the lanes. */
  settle() {
    this.after("settle", 250, () => {
      const { link } = this;
      if (link !== location.pathname + location.search + location.hash) history.replaceState(null, "", link);
      if (this.lanes.some((lane) => lane.busy)) return;
      const told = this.lanes.flatMap(({ model, content }) => (content?.target ? [`${model.title}: ${content.target.text}`] : []));
      const summary = byId("summary");
      if (summary.textContent !== told.join(". ")) summary.textContent = told.join(". ");
    });
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
   * A trace that has expired is made again, but not for ever.
   * @param {unknown} error
   */
  failed(error) {
    const gone = error instanceof ApiError && error.gone;
    this.lost = gone ? this.lost + 1 : 0;
    if (gone && this.lost < 3) this.run();
    else this.problem("", said(error));
  }

  /**
   * What is wrong, each thing once however many models say it.
   * @param {string} model
   * @param {string} sentence
   */
  problem(model, sentence) {
    if (sentence) this.problems.set(model, sentence);
    else this.problems.delete(model);
    const found = [...new Set(this.problems.values())];
    byId("problem").hidden = !found.length;
    byId("problem").textContent = found.join(" ");
  }

  /** @param {string} sentence "" when there is nothing to wait for */
  busy(sentence) {
    byId("progress").hidden = !sentence;
    if (byId("progress-text").textContent !== sentence) byId("progress-text").textContent = sentence;
  }

  /** @param {string} sentence */
  say(sentence) {
    byId("said").textContent = sentence;
    this.after("said", 6000, () => {
      byId("said").textContent = "";
    });
  }
}

/** @param {unknown} error */
function said(error) {
  return error instanceof Error ? error.message : String(error);
}

const page = JSON.parse(byId("page-data").textContent ?? "{}");
const tables = await (await fetch("/static/colormaps.json")).json();
new Lab(page, tables);
