/** The lab: one sentence through several models at once, and what was measured of them. */

import { ApiError, getColours } from "../../core/api.js";
import { fromHash, toHash } from "../../core/fragment.js";
import { fromSearch, Store, toSearch } from "../../core/store.js";
import { parseTable, ramp } from "../../math/colour.js";
import { ColourBar } from "../../parts/colourbar.js";
import { bindControls } from "../../parts/controls.js";
import { Replay } from "../../parts/replay.js";
import { listenForTakeaways } from "../../parts/takeaway/saving.js";
import { postTokens } from "../../parts/text/stream.js";
import { Encoder } from "./encoder.js";
import { openEvidence } from "./evidence.js";
import { Inside } from "./inside.js";
import { Lane } from "./lane.js";
import { Pinning } from "./pinning.js";
import { troubles, waitingFor, wordsIn } from "./telling.js";
import { TextFields } from "./textfields.js";
import { FIELDS } from "./view.js";
import { requested } from "./wordpins.js";

/**
 * @typedef {import("./lane.js").Model} Model
 * @typedef {import("./textfields.js").Example} Example
 * @typedef {{models: Model[], examples: Example[], evidence: string | null}} PageData
 */

const WEIGHTS = [
  [255, 255, 255],
  [47, 75, 216],
  [11, 20, 64],
];
const WEIGHTS_AT_NIGHT = [
  [27, 29, 35],
  [95, 120, 232],
  [232, 236, 255],
];
const FRESH = Object.freeze({ pins: "", step: 0, read: 0, inside: "" }); // of one sentence, and of no other

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
    /** @type {Map<string, number>} */
    this.timers = new Map();
    this.lost = 0; // traces in a row that were gone
    /** @type {Map<string, string>} */
    this.problems = new Map(); // by a model's title; "" is the page's own
    this.source = ""; // the sentence that the models were given
    this.reading = false; // whether the tokens are asked for
    this.told = ""; // what was said of all lanes
    this.asking = new AbortController();
    this.frame = 0;
    const { store } = this;
    this.lanes = page.models.map((model) => this.lane(model));
    this.replay = new Replay(
      /** @type {HTMLElement} */ (document.querySelector("#steps-bar [data-part=replay]")),
      (step) => store.set({ step }),
    );
    this.pinning = new Pinning(store);
    this.scale = new ColourBar(byId("scale"));
    this.encoder = new Encoder(byId("encoder"), store, this.diverging, (error) => this.failed(error));
    this.inside = new Inside(byId("inside"), store, this.diverging, (error) => {
      if (!(error instanceof ApiError) || error.gone) this.failed(error); // else its panel says so
    });
    this.fields = new TextFields(page.examples, {
      run: () => {
        this.lost = 0; // somebody asks: not a loop
        this.run();
      },
      typed: () => this.stop(),
      given: () => store.view.feed === "given",
    });
    this.listen();
    bindControls(store, ["feed", "attention"]);
    store.listen((changed) => this.changed(changed));
    if (page.models.length) this.fields.start(fromHash(location.hash));
    if (page.evidence) openEvidence(byId("evidence"), page.evidence, store, (text) => this.say(text));
  }

  /** @param {Model} model */
  lane(model) {
    return new Lane(byId(`lane-${model.name}`), model, {
      changed: () => this.soon(),
      step: (step) => this.store.set({ step }),
      source: (unit) => this.store.view.attention === "pinned" && this.pinning.pin(unit),
      inside: () => this.store.set({ inside: this.store.view.inside === model.name ? "" : model.name }),
      problem: (sentence) => this.problem(model.title, sentence),
    });
  }

  listen() {
    const choices = /** @type {HTMLElement} */ (document.querySelector(".choices"));
    listenForTakeaways(choices, { take: {}, copy: { link: () => location.origin + this.link } }, (text) =>
      this.say(text),
    );
    this.dark.addEventListener("change", () => this.soon());
    window.addEventListener("hashchange", () => this.fields.follow(fromHash(location.hash)));
    byId("steps-bar").addEventListener(
      "keydown",
      (event) => event.key === "Escape" && event.stopPropagation(),
    );
    for (const moved of ["focusin", "keyup"]) byId("lanes").addEventListener(moved, () => this.settle());
  }

  /** What is being read or written is of a sentence that stands there no more. */
  stop() {
    this.asking.abort();
    this.reading = false;
    this.soon();
    for (const { session } of this.lanes) session.stop();
  }

  async run() {
    if (!this.lanes.length) return;
    this.after("again", 0, () => {});
    this.asking.abort();
    const { signal } = (this.asking = new AbortController());
    this.problems.clear();
    this.problem("", this.fields.missing);
    this.reading = !this.fields.missing;
    this.busy();
    if (!this.reading) return;
    try {
      const model = this.page.models[0].name;
      const { sentences } = await postTokens({ text: this.fields.texts.text, model }, signal);
      this.begin(sentences);
    } catch (error) {
      if (!signal.aborted) this.broke(error);
    }
    if (!signal.aborted) this.reading = false; // else the next one reads
    this.soon();
    this.settle();
  }

  /** @param {unknown} error before any model was asked */
  broke(error) {
    for (const lane of this.lanes) lane.broken = true;
    this.problem("", said(error));
  }

  /** @param {import("../../schema.js").Text[]} sentences */
  begin(sentences) {
    const source = sentences[0];
    if (this.source && this.source !== source.text) this.forget();
    this.source = source.text;
    this.pinning.read(source);
    const words = wordsIn(source.text);
    const more =
      sentences.length > 1 ? ` The lab takes one sentence: the first of ${sentences.length} is used.` : "";
    byId("count").textContent =
      `${words} ${words === 1 ? "word" : "words"}, ${source.tokens.length} tokens.${more}`;
    const { feed, beam, attention } = this.store.view;
    const pins = attention === "pinned" ? requested(this.pinning.pins, source.words) : [];
    const asked = {
      text: source.text,
      beam,
      more: { ...(pins.length ? { pins } : {}), ...(attention === "off" ? { attention: false } : {}) },
    };
    const target = this.fields.texts.target.trim();
    for (const lane of this.lanes) {
      lane.run(
        feed === "given" ? { ...asked, task: "force", target } : { ...asked, task: "translate", target: "" },
      );
    }
  }

  /** Another sentence: what was chosen in the old one is chosen no more. */
  forget() {
    this.store.set(FRESH);
    this.after("again", 0, () => {}); // it runs already
  }

  /** @param {Set<string>} changed */
  changed(changed) {
    const { view } = this.store;
    const pinned = view.attention === "pinned" && changed.has("pins");
    if (pinned || ["beam", "feed", "attention"].some((name) => changed.has(name)))
      this.after("again", 0, () => this.run());
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
    const shown = { view, pins: this.pinning.pins, table, diverging: this.diverging };
    for (const lane of this.lanes) lane.draw(shown);
    const drawn = this.lanes.some((lane) => lane.entry !== null);
    byId("steps-bar").hidden = byId("matrices-said").hidden = !drawn;
    this.replay.root.hidden = !drawn;
    this.replay.show(view.step, Math.max(0, ...this.lanes.map((lane) => lane.count)));
    this.scale.draw(table, { low: 0, high: 1 }, [0, 1], "weight: one scale for all");
    this.pinning.draw();
    this.parts();
    byId("search").toggleAttribute("disabled", view.feed === "given");
  }

  /** What comes after the lanes: it waits for all of them, or for its own. */
  parts() {
    const traced = this.lanes.flatMap(({ model, trace, old }) =>
      trace && !old ? [{ title: model.title, trace }] : [],
    );
    const all = !this.reading && this.lanes.every((lane) => !lane.busy);
    this.encoder.draw(traced, all);
    const { inside } = this.store.view;
    if (all || !inside) this.inside.draw(traced.find(({ trace }) => trace.model === inside)?.trace ?? null);
    this.busy();
  }

  get link() {
    const texts = this.fields.untouched ? { text: "", target: "" } : this.fields.texts;
    return location.pathname + toSearch(this.store.view, FIELDS) + toHash(texts);
  }

  /** What may wait: the link, and words for those who do not see the lanes. */
  settle() {
    this.after("settle", 250, () => {
      const { link } = this;
      if (link !== location.pathname + location.search + location.hash) history.replaceState(null, "", link);
      if (this.reading || this.lanes.some((lane) => lane.busy)) return;
      this.tell();
    });
  }

  /** Of all lanes where something is new, else of the one that is walked through. */
  tell() {
    const { step } = this.store.view;
    const all = this.lanes.flatMap((lane) => lane.told(step));
    const text = all.map((part) => part.textContent).join(" ");
    const here = this.lanes.find((lane) => lane.passage.root.contains(document.activeElement));
    if (this.told !== text) byId("summary").replaceChildren(...all.flatMap((part) => [part, " "]));
    else if (here) byId("summary").textContent = here.readout;
    this.told = text;
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
   * @param {string} title of the model, or "" for the page
   * @param {string} sentence
   */
  problem(title, sentence) {
    if (sentence) this.problems.set(title, sentence);
    else this.problems.delete(title);
    byId("problem").hidden = !this.problems.size;
    byId("problem").textContent = troubles(this.problems, this.lanes.length);
  }

  /** What is waited for, if anything. */
  busy() {
    const waits = this.lanes.map((lane) => lane.waits);
    const sentence = this.reading ? "Reading" : waitingFor(waits, this.store.view.feed === "given");
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
const colours = await getColours().catch((error) => {
  byId("problem").hidden = false;
  byId("problem").textContent = `${said(error)} Load the page again.`;
  return null;
});
if (colours) new Lab(page, colours);
