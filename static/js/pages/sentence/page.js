/** The sentence studio: puts state, texts, models and what they attend to together. */

import { ApiError, getColours } from "../../core/api.js";
import { fromHash, toHash } from "../../core/fragment.js";
import { fromSearch, Store, toSearch } from "../../core/store.js";
import { parseTable, ramp } from "../../math/colour.js";
import { pharaoh } from "../../math/words.js";
import { bindControls } from "../../parts/controls.js";
import { HeadStrip } from "../../parts/heads/headstrip.js";
import { Passage } from "../../parts/passage/passage.js";
import { headName } from "../../parts/phrases.js";
import { listenForTakeaways } from "../../parts/takeaway/saving.js";
import { BOTH, bothWays, chosenOf, contentOf, isAligner } from "../../parts/text/content.js";
import { Session } from "../../parts/text/session.js";
import { Composer, languageOf } from "./composer.js";
import { TextSteps } from "./textsteps.js";
import { sentenceTakeaways } from "./texttakeaway.js";
import { FIELDS } from "./view.js";

const PAPER = [
  [255, 255, 255],
  [47, 75, 216],
  [11, 20, 64],
];
const NIGHT = [
  [27, 29, 35],
  [95, 120, 232],
  [232, 236, 255],
];

const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));

class Studio {
  /** @param {Record<string, string>} tables */
  constructor(tables) {
    this.page = JSON.parse(byId("page-data").textContent ?? "{}");
    this.tables = new Map(Object.entries(tables).map(([name, hex]) => [name, parseTable(hex)]));
    this.dark = matchMedia("(prefers-color-scheme: dark)");
    /** @type {Store<import("./view.js").View>} */
    this.store = new Store(fromSearch(location.search, FIELDS));
    this.timers = /** @type {Map<string, number>} */ (new Map());
    this.frame = 0;
    this.opened = false;
    this.following = true;
    /** @type {import("../../schema.js").Beam | null} */
    this.beam = null; // the one that is drawn
    const { store } = this;
    this.session = new Session({
      changed: () => this.soon(),
      began: (same) => this.began(same),
      problem: (sentence) => this.problem(sentence),
      progress: (sentence) => this.progress(sentence),
    });
    this.passage = new Passage(byId("passage"), {
      step: (step) => store.set({ step }),
      query: (query) => store.set({ query }),
    });
    this.composer = new Composer(store, this.page, {
      run: () => this.run(),
      typed: () => this.session.stop(),
      problem: (sentence) => this.problem(sentence),
    });
    const diverging = /** @type {Uint8Array} */ (this.tables.get("vik"));
    this.steps = new TextSteps(byId("steps-on"), byId("steps"), store, diverging, (error) => {
      if (!(error instanceof ApiError) || error.gone) this.session.failed(error); // else its panel says so
    });
    this.heads = new HeadStrip(byId("heads-strip"), byId("heads"), {
      choose: ({ site, head }) => store.set({ site, head: String(head) }),
      problem: (error) => this.session.failed(error),
    });
    this.listen();
    bindControls(store, ["task", "view"]);
    store.listen((changed) => this.changed(changed));
    this.composer.start(fromHash(location.hash));
  }

  listen() {
    const choose = (/** @type {string} */ id, /** @type {(value: string) => object} */ change) => {
      const field = /** @type {HTMLSelectElement} */ (byId(id));
      field.addEventListener("change", () => this.store.set(change(field.value)));
    };
    choose("site", (site) => ({ site, head: "" }));
    choose("head", (head) => ({ head }));
    byId("stop").addEventListener("click", () => this.session.stop());
    this.dark.addEventListener("change", () => this.soon());
    byId("parts").addEventListener("click", (event) => {
      const part = /** @type {HTMLElement} */ (event.target).closest("button")?.dataset.part;
      if (part === undefined) return;
      this.following = false;
      this.store.set({ part: Number(part), step: 0, query: -1 });
      this.draw();
    });
    window.addEventListener("hashchange", () => this.composer.follow(fromHash(location.hash)));
    listenForTakeaways(
      byId("take"),
      sentenceTakeaways(() => this.shown()),
      (text) => this.say(text),
    );
  }

  run() {
    const { task, beam } = this.store.view;
    const model = this.composer.model?.name ?? "";
    this.session.run({ task, model, beam, ...this.composer.texts });
    this.settle();
  }

  /**
   * A new text has come: what was chosen in the old one is chosen no more.
   * @param {boolean} same whether it is the old one after all
   */
  began(same) {
    this.passage.replay?.pause();
    if (this.opened && !same) this.store.set({ part: 0, step: 0, query: -1 });
    this.opened = true; // the first is that of the link, and its choices stand
    this.following = true;
  }

  /** @param {Set<string>} changed */
  changed(changed) {
    if (changed.has("beam")) this.run();
    this.draw();
    this.settle();
  }

  /** Draws once a frame, however many steps arrive in it. */
  soon() {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
      this.settle();
    });
  }

  get entry() {
    const { entries, writing } = this.session;
    const follows = writing && this.following; // until another sentence is asked for
    const growing = follows ? entries.findLast((entry) => entry.growing) : null;
    return growing ?? entries[this.store.view.part] ?? entries[0] ?? null;
  }

  get aligner() {
    return this.composer.model?.aligner ?? null;
  }

  get table() {
    const { colormap } = this.store.view;
    return this.tables.get(colormap) ?? ramp(this.dark.matches ? NIGHT : PAPER);
  }

  draw() {
    const { entry } = this;
    byId("views").hidden = !entry;
    if (!entry) return;
    if (!entry.growing && !entry.traced) {
      this.session.open(entry);
      return;
    }
    const { view } = this.store;
    this.content = contentOf(entry, view, this.aligner);
    const how = {
      ...view,
      threshold: view.threshold / 100,
      table: this.table,
      diverging: view.colormap === "vik",
    };
    this.passage.draw(this.content, { ...how, step: entry.growing ? 0 : view.step });
    this.names(entry);
    this.drawParts(entry);
    this.drawChoices(entry);
    this.drawLinks();
    this.drawBeams(entry);
    this.steps.draw(entry.traced, this.aligner);
    const chosen = entry.traced ? chosenOf(entry.traced.trace, view, this.aligner) : null;
    this.heads.draw(entry.traced?.trace ?? null, chosen, this.aligner, this.table);
  }

  /** The hypotheses of a beam search, drawn once a trace.
   * @param {import("../../parts/text/session.js").Entry} entry
   */
  async drawBeams(entry) {
    const trace = entry.traced?.trace;
    const beam = trace && "beam" in trace ? trace.beam : null;
    byId("beam-strip").hidden = !beam;
    if (!beam || this.beam === beam) return;
    this.beam = beam;
    const { drawBeams } = await import("../../parts/beams.js");
    drawBeams(byId("beams"), {
      tree: beam.nodes,
      path: beam.path,
      tokens: entry.traced?.trace.sites.at(-1)?.key.labels ?? [],
      onChoose: (index) => this.store.set({ step: beam.nodes[index].step + 1 }),
    });
  }

  /** @param {import("../../parts/text/session.js").Entry} entry */
  names(entry) {
    const name = (/** @type {number} */ side) => languageOf(this.composer.model, side).slice(2);
    const source = this.store.view.task === "read" ? "Text" : name(0) || "Source";
    const languages = this.composer.model?.languages ?? [];
    for (const [side, line] of ["source", "target"].entries())
      this.passage.part(line).lang = languages[side] ?? "";
    this.passage.part("source-name").textContent = source;
    this.passage.part("target-name").textContent = name(1) || "Translation";
    this.composer.written = this.content?.target?.text ?? "";
    const timings = entry.traced?.trace.timings;
    byId("timings").textContent = timings ? `Forward pass ${timings.forward_ms.toFixed(0)} ms` : "";
    const notes = [this.content?.source, this.content?.target].flatMap((text) => text?.notes ?? []);
    byId("warnings").textContent = [...new Set(notes)].join(" ");
  }

  /** @param {import("../../parts/text/session.js").Entry} shown */
  drawParts(shown) {
    const { entries } = this.session;
    const strip = byId("parts");
    strip.hidden = entries.length < 2;
    if (strip.childElementCount !== entries.length || entries[0]?.text !== strip.firstChild?.textContent) {
      strip.replaceChildren(...entries.map((entry, i) => part(entry.text, i)));
    }
    [...strip.children].forEach((button, i) => {
      button.setAttribute("aria-pressed", String(entries[i] === shown));
    });
  }

  /** Sites and heads of what is shown.
   * @param {import("../../parts/text/session.js").Entry} entry
   */
  drawChoices(entry) {
    const trace = entry.traced?.trace;
    const chosen = trace ? chosenOf(trace, this.store.view, this.aligner) : null;
    byId("attention").hidden = !trace || !chosen;
    if (!trace || !chosen) return;
    const both = entry.aligned !== null && bothWays(entry.aligned, this.store.view);
    const sites = trace.sites.map((site) => new Option(siteName(site), site.name));
    if (entry.aligned) sites.unshift(new Option("both directions together", BOTH));
    const heads = [
      ...Array.from({ length: chosen.site.heads }, (_, i) => String(i)),
      ...(chosen.site.heads > 1 ? ["mean", "max"] : []),
    ];
    fill("site", sites, both ? BOTH : chosen.site.name);
    const named = heads.map((head) => {
      const guided = isAligner(this.aligner, chosen.site.name, head);
      return new Option(guided ? `${headName(head)} (guided)` : headName(head), head);
    });
    fill("head", named, chosen.head);
    byId("head-field").hidden = both;
  }

  /** The links of the threshold, as Pharaoh writes them. */
  drawLinks() {
    const field = this.content?.field;
    const crossing = field && this.content?.target === field.rows && field.columns === this.content?.source;
    byId("links").hidden = !crossing;
    byId("take-pharaoh").hidden = !crossing;
    if (!crossing || this.passage.level !== "word" || !this.passage.matrix) {
      byId("pharaoh").textContent = "";
      return;
    }
    byId("pharaoh").textContent = pharaoh(this.passage.matrix, this.store.view.threshold / 100);
  }

  /** What may wait: the link, and words for screen readers. */
  settle() {
    this.after("settle", 250, () => {
      const { view } = this.store;
      const link = location.pathname + toSearch(view, FIELDS) + toHash(this.composer.texts);
      if (link !== location.pathname + location.search + location.hash) history.replaceState(null, "", link);
      if (!this.entry?.growing) byId("summary").textContent = this.content ? this.passage.describe() : "";
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

  /** @returns {import("./texttakeaway.js").Shown | null} */
  shown() {
    const { entry, content } = this;
    const { asked } = this.session;
    if (!entry || !content || !asked) return null;
    const { view } = this.store;
    const both = entry.aligned !== null && bothWays(entry.aligned, view);
    const chosen = entry.traced && !both ? chosenOf(entry.traced.trace, view, this.aligner) : null;
    const table = this.tables.get(view.colormap) ?? ramp(PAPER);
    return {
      view,
      texts: this.composer.texts,
      model: asked.model,
      asked,
      entry,
      content,
      chosen,
      scale: this.passage.scale,
      table,
    };
  }

  /** @param {string} sentence */
  problem(sentence) {
    byId("problem").hidden = !sentence;
    byId("problem-text").textContent = sentence;
  }

  /** @param {string} sentence "" when there is nothing to wait for */
  progress(sentence) {
    byId("progress").hidden = !sentence;
    byId("progress-text").textContent = sentence;
    byId("views").setAttribute("aria-busy", String(sentence !== ""));
  }

  /** @param {string} sentence */
  say(sentence) {
    byId("said").textContent = sentence;
    this.after("said", 6000, () => {
      byId("said").textContent = "";
    });
  }
}

/**
 * @param {string} id
 * @param {HTMLOptionElement[]} options
 * @param {string} value
 */
function fill(id, options, value) {
  const field = /** @type {HTMLSelectElement} */ (byId(id));
  const same =
    options.length === field.options.length &&
    options.every((option, i) => option.text === field.options[i].text);
  if (!same) field.replaceChildren(...options);
  field.value = value;
}

/** @param {import("../../schema.js").Site} site */
function siteName(site) {
  const kind = { cross: "cross-attention", self: "self-attention", gate: "gate" }[site.kind];
  return `${site.name.split(".")[0]} layer ${site.layer}, ${kind}`;
}

/**
 * @param {string} text
 * @param {number} number
 */
function part(text, number) {
  const button = document.createElement("button");
  button.type = "button";
  button.dir = "auto";
  button.dataset.part = String(number);
  button.textContent = text;
  return button;
}

const colours = await getColours().catch((/** @type {Error} */ error) => {
  byId("problem").hidden = false;
  byId("problem-text").textContent = `${error.message} Load the page again.`;
  return null;
});
if (colours) new Studio(colours);
