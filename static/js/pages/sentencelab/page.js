/** The lab: one sentence through several models at once, and what was measured of them. */

import { ApiError, sentenceOf } from "../../core/api.js";
import { byId, find } from "../../core/dom.js";
import { fromHash, toHash } from "../../core/fragment.js";
import { boot } from "../../core/shell.js";
import { fromSearch, Store, toSearch } from "../../core/store.js";
import { ColourBar } from "../../parts/colourbar.js";
import { bindControls } from "../../parts/controls.js";
import { darkness, inkTable } from "../../parts/ink.js";
import { Replay } from "../../parts/replay.js";
import { listenForTakeaways } from "../../parts/takeaway/saving.js";
import { foreignHint } from "../../parts/text/foreign.js";
import { postTokens } from "../../parts/text/stream.js";
import { Encoder } from "./encoder.js";
import { openEvidence } from "./evidence.js";
import { Feed } from "./feed.js";
import { Inside } from "./inside.js";
import { Lane } from "./lane.js";
import { Pinning } from "./pinning.js";
import { isAsWritten, troubles, waitingFor, wordsIn } from "./telling.js";
import { FIELDS } from "./view.js";
import { requested } from "./wordpins.js";

/**
 * @typedef {import("./lane.js").Model} Model
 * @typedef {import("./feed.js").Example} Example
 * @typedef {{models: Model[], examples: Example[], evidence: string | null}} PageData
 */

const HINT = 400; // milliseconds until a text that is no longer typed is looked at
const FRESH = Object.freeze({ pins: "", step: 0, read: 0, inside: "" }); // of one sentence, and of no other

class Lab {
  /** @param {import("../../core/shell.js").Shell<PageData>} shell */
  constructor(shell) {
    this.shell = shell;
    this.dark = darkness();
    /** @type {Store<import("./view.js").View>} */
    this.store = new Store(fromSearch(location.search, FIELDS));
    this.lost = 0; // traces in a row that were gone
    /** @type {Map<string, string>} */
    this.problems = new Map(); // by a model's title; "" is the page's own
    this.source = ""; // the sentence that the models were given
    this.ran = ""; // the link of the last run
    this.reading = false; // whether the tokens are asked for
    this.told = ""; // what was said of all lanes
    this.asking = new AbortController();
    this.frame = 0;
    const { store } = this;
    const { page, diverging } = shell;
    this.lanes = page.models.map((model) => this.lane(model));
    this.replay = new Replay(find(document, "#steps-bar [data-part=replay]"), (step) => store.set({ step }));
    this.pinning = new Pinning(store);
    this.scale = new ColourBar(byId("scale"));
    this.encoder = new Encoder(byId("encoder"), store, diverging, (error) => this.failed(error));
    this.inside = new Inside(byId("inside"), store, diverging, (error) => this.failed(error));
    this.feed = new Feed(shell, {
      run: () => {
        this.lost = 0; // somebody asks: not a loop
        this.run();
      },
      typed: () => this.typed(),
      keep: () => shell.keep(this.link),
      given: () => store.view.feed === "given",
    });
    this.listen();
    bindControls(store, ["feed", "attention"]);
    store.listen((changed) => this.changed(changed));
    if (page.models.length) this.feed.start(fromHash(location.hash));
    if (page.evidence) openEvidence(byId("evidence"), page.evidence, store, (text) => shell.say(text));
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
    const copy = { link: () => location.origin + this.link };
    listenForTakeaways(find(document, ".choices"), { take: {}, copy }, (text) => this.shell.say(text));
    this.dark.addEventListener("change", () => this.soon());
    window.addEventListener("popstate", () => this.open());
    byId("steps-bar").addEventListener(
      "keydown",
      (event) => event.key === "Escape" && event.stopPropagation(),
    );
    for (const moved of ["focusin", "keyup"]) byId("lanes").addEventListener(moved, () => this.settle());
  }

  /** Back, forward, or another link of this page. */
  open() {
    const linked = fromHash(location.hash);
    const bare = !linked.text && location.hash !== ""; // #main, say
    if (bare) return;
    this.source = ""; // its choices stand
    this.store.set(fromSearch(location.search, FIELDS));
    this.shell.cancel("again"); // it runs at once
    this.feed.open(linked.text ? linked : this.feed.examples[0]);
  }

  /** What is said of the last sentence is not so of the next one. */
  typed() {
    this.stop();
    this.problems.clear();
    this.shell.problem("");
    byId("count").textContent = "";
    this.shell.after("hint", HINT, () => this.hint());
  }

  /** Whether the texts seem to be in the languages of the models. */
  hint() {
    const { text, target } = this.feed.fields;
    const source = foreignHint(text.value, text.lang, "This", "the models here read");
    const given = this.store.view.feed === "given";
    const second = given ? foreignHint(target.value, target.lang, "The translation", "they write") : null;
    byId("foreign").hidden = !source && !second;
    byId("foreign").textContent = (source ?? second)?.said ?? "";
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
    this.shell.cancel("again");
    this.asking.abort();
    this.asking = new AbortController();
    const { signal } = this.asking;
    this.problems.clear();
    this.problem("", this.feed.missing);
    this.reading = !this.feed.missing;
    this.busy();
    this.hint();
    if (!this.reading) return;
    try {
      const model = this.shell.page.models[0].name;
      const { sentences } = await postTokens({ text: this.feed.texts.text, model }, signal);
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
    byId("count").textContent = "";
    this.problem("", sentenceOf(error));
  }

  /** @param {import("../../schema.js").Text[]} sentences */
  begin(sentences) {
    const source = sentences[0];
    if (this.source && this.source !== source.text) this.forget();
    this.source = source.text;
    this.ran = this.link;
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
    const target = this.feed.texts.target.trim();
    for (const lane of this.lanes) {
      lane.run(
        feed === "given" ? { ...asked, task: "force", target } : { ...asked, task: "translate", target: "" },
      );
    }
  }

  /** Another sentence: what was chosen in the old one is chosen no more. Back returns to its pins. */
  forget() {
    if (this.store.view.pins) this.shell.keep(this.ran);
    this.store.set(FRESH);
    this.shell.cancel("again"); // it runs already
  }

  /** @param {Set<string>} changed */
  changed(changed) {
    const { view } = this.store;
    const pinned = view.attention === "pinned" && changed.has("pins");
    if (pinned || ["beam", "feed", "attention"].some((name) => changed.has(name)))
      this.shell.after("again", 0, () => this.run());
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
    const table = inkTable(this.dark.matches);
    const shown = { view, pins: this.pinning.pins, table, diverging: this.shell.diverging };
    for (const lane of this.lanes) lane.draw(shown);
    const drawn = this.lanes.some((lane) => lane.entry !== null);
    byId("decoders").dataset.drawn = String(drawn);
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
    this.shows(all);
    if (all || !inside) this.inside.draw(traced.find(({ trace }) => trace.model === inside)?.trace ?? null);
    this.busy();
  }

  /**
   * What an example shows: in its place from the start, and seen once the models have written that.
   * @param {boolean} all whether they are done
   */
  shows(all) {
    const { example } = this.feed;
    const written = new Map(this.lanes.map(({ model, written }) => [model.name, written]));
    const said = byId("shows");
    said.hidden = !example?.shows;
    said.dataset.true = String(all && isAsWritten(example?.written ?? {}, written));
    if (example) said.textContent = [example.shows, example.source && `(${example.source})`].join(" ");
  }

  get link() {
    const texts = this.feed.untouched ? { text: "", target: "" } : this.feed.texts;
    return location.pathname + toSearch(this.store.view, FIELDS) + toHash(texts);
  }

  /** What may wait: the link, and words for those who do not see the lanes. */
  settle() {
    this.shell.after("settle", 250, () => {
      this.shell.address(this.link);
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
   * A trace that has expired is made again, but not for ever.
   * @param {unknown} error
   */
  failed(error) {
    const gone = error instanceof ApiError && error.gone;
    this.lost = gone ? this.lost + 1 : 0;
    if (gone && this.lost < 3) this.run();
    else this.problem("", sentenceOf(error));
  }

  /**
   * @param {string} title of the model, or "" for the page
   * @param {string} sentence
   */
  problem(title, sentence) {
    if (sentence) this.problems.set(title, sentence);
    else this.problems.delete(title);
    this.shell.problem(troubles(this.problems, this.lanes.length));
  }

  /** What is waited for, if anything. */
  busy() {
    const waits = this.lanes.map((lane) => lane.waits);
    this.shell.progress(this.reading ? "Reading" : waitingFor(waits, this.store.view.feed === "given"));
  }
}

boot((shell) => new Lab(shell));
