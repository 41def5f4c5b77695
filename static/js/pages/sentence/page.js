/** The sentence studio: puts state, texts, models and what they attend to together. */

import { byId } from "../../core/dom.js";
import { fromHash, toHash } from "../../core/fragment.js";
import { boot } from "../../core/shell.js";
import { fromSearch, Store, toSearch } from "../../core/store.js";
import { pharaoh } from "../../math/words.js";
import { BeamStrip } from "../../parts/beams/beamstrip.js";
import { bindControls } from "../../parts/controls.js";
import { madeBy } from "../../parts/firstvisit.js";
import { HeadStrip } from "../../parts/heads/headstrip.js";
import { darkness, inkTable } from "../../parts/ink.js";
import { placesOf } from "../../parts/passage/line.js";
import { Passage } from "../../parts/passage/passage.js";
import { listenForTakeaways } from "../../parts/takeaway/saving.js";
import { bothWays, chosenOf, contentOf } from "../../parts/text/content.js";
import { Pickers } from "../../parts/text/pickers.js";
import { Session } from "../../parts/text/session.js";
import { languageOf } from "./catalog.js";
import { Composer } from "./composer.js";
import { Paragraph } from "./paragraph.js";
import { TextSteps } from "./textsteps.js";
import { sentenceTakeaways } from "./texttakeaway.js";
import { FIELDS } from "./view.js";

/** @typedef {import("../../parts/text/session.js").Entry} Entry */

const NONE = Object.freeze({ step: 0, query: -1 }); // nothing is chosen in the sentence

class Studio {
  /** @param {import("../../core/shell.js").Shell<import("./catalog.js").Catalog>} shell */
  constructor(shell) {
    this.shell = shell;
    this.dark = darkness();
    /** @type {Store<import("./view.js").View>} */
    this.store = new Store(fromSearch(location.search, FIELDS));
    this.frame = 0;
    this.opened = false;
    this.following = true;
    const { store } = this;
    this.session = new Session({
      changed: () => this.soon(),
      began: (same) => this.began(same),
      problem: (sentence) => shell.problem(sentence),
      progress: (sentence) => this.progress(sentence),
    });
    /** @type {Composer} */
    this.composer = new Composer(store, shell, {
      run: () => this.run(),
      typed: () => this.typed(),
      keep: () => shell.keep(this.link),
      written: () => this.session.written(this.composer.texts.text),
    });
    const failed = (/** @type {unknown} */ error) => this.session.failed(error);
    const step = (/** @type {number} */ at) => store.set({ step: at });
    this.passage = new Passage(byId("passage"), { step, query: (query) => store.set({ query }) });
    this.paragraph = new Paragraph(byId("parts"), (part) => this.choosePart(part));
    this.pickers = new Pickers(store);
    this.steps = new TextSteps(byId("steps-on"), byId("steps"), store, shell.diverging, failed);
    this.beams = new BeamStrip(byId("beam-strip"), byId("beams"), step);
    this.heads = new HeadStrip(byId("heads-strip"), byId("heads"), {
      choose: ({ site, head }) => store.set({ site, head: String(head) }),
      problem: failed,
    });
    this.listen();
    bindControls(store, ["task", "view"]);
    store.listen((changed) => this.changed(changed));
    this.composer.start(fromHash(location.hash));
  }

  listen() {
    byId("stop").addEventListener("click", () => this.session.stop());
    this.dark.addEventListener("change", () => this.soon());
    window.addEventListener("popstate", () => this.open());
    listenForTakeaways(
      byId("take"),
      sentenceTakeaways(
        () => this.withWeights(),
        () => location.origin + this.link,
      ),
      (text) => this.shell.say(text),
    );
  }

  run() {
    const { task, beam } = this.store.view;
    const model = this.composer.model?.name ?? "";
    this.session.run({ task, model, beam, ...this.composer.texts });
    this.settle();
  }

  /** What was wrong was so of another text. */
  typed() {
    this.session.stop();
    this.shell.problem("");
    this.opened = true;
  }

  /** Back, forward, or another link of this page. */
  open() {
    const linked = fromHash(location.hash);
    if (!linked.text) return; // #main, say
    this.opened = false;
    this.composer.open(fromSearch(location.search, FIELDS), linked);
  }

  /**
   * A new text has come: what was chosen in the old one is chosen no more.
   * @param {boolean} same whether it is the old one after all
   */
  began(same) {
    this.passage.replay?.pause();
    if (this.opened && !same) this.store.set({ ...NONE, part: 0 });
    this.opened = true; // the first is that of the link, and its choices stand
    this.following = true;
  }

  /** @param {number} part the sentence of the paragraph that is asked for */
  choosePart(part) {
    this.following = false;
    this.store.set({ ...NONE, part });
    this.draw();
  }

  /** @param {Set<string>} changed */
  changed(changed) {
    if (changed.has("beam") && !this.composer.opening) this.run();
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

  /** The sentence that is shown: that which is being written, until another one is asked for. */
  get entry() {
    const { entries, writing } = this.session;
    const growing = writing && this.following ? entries.findLast((entry) => entry.growing) : null;
    return growing ?? entries[this.store.view.part] ?? entries[0] ?? null;
  }

  /** The model that the shown sentence was given to, which may not be the one that is chosen by now. */
  get model() {
    const name = this.entry?.asked.model;
    return this.shell.page.models.find((model) => model.name === name) ?? null;
  }

  get aligner() {
    return this.model?.aligner ?? null;
  }

  /** @param {boolean} dark */
  table(dark) {
    return this.shell.tables.get(this.store.view.colormap) ?? inkTable(dark);
  }

  draw() {
    const { entry } = this;
    byId("views").hidden = !entry;
    if (!entry) return;
    if (!entry.growing && !entry.traced) {
      this.session.open(entry);
      return;
    }
    const table = this.table(this.dark.matches);
    this.drawPassage(entry, table);
    this.names(entry);
    this.paragraph.draw(this.session.entries, entry);
    this.pickers.draw(entry, this.aligner);
    this.drawLinks();
    this.drawTrace(entry, table);
  }

  /**
   * @param {Entry} entry
   * @param {Uint8Array} table
   */
  drawPassage(entry, table) {
    const { view } = this.store;
    this.content = contentOf(entry, view, this.aligner);
    this.passage.draw(this.content, {
      ...view,
      threshold: view.threshold / 100,
      table,
      diverging: view.colormap === "vik",
      step: entry.growing ? 0 : view.step,
    });
  }

  /**
   * What is drawn of a trace, once there is one.
   * @param {Entry} entry
   * @param {Uint8Array} table
   */
  drawTrace({ traced }, table) {
    const trace = traced?.trace ?? null;
    this.beams.draw(trace);
    this.steps.draw(traced, this.aligner);
    const chosen = trace && chosenOf(trace, this.store.view, this.aligner);
    this.heads.draw(trace, chosen, this.aligner, table, (site) =>
      traced ? placesOf(traced.texts(site).columns, "token") : [],
    );
  }

  /** @param {Entry} entry */
  names(entry) {
    const { model } = this;
    if (model) madeBy(model.title);
    const source = entry.asked.task === "read" ? "Text" : languageOf(model, 0) || "Source";
    for (const [side, line] of ["source", "target"].entries())
      this.passage.part(line).lang = model?.languages?.[side] ?? "";
    this.passage.part("source-name").textContent = source;
    this.passage.part("target-name").textContent = languageOf(model, 1) || "Translation";
    const timings = entry.traced?.trace.timings;
    byId("timings").textContent = timings ? `Forward pass ${timings.forward_ms.toFixed(0)} ms` : "";
    const notes = [this.content?.source, this.content?.target].flatMap((text) => text?.notes ?? []);
    byId("warnings").textContent = [...new Set(notes)].join(" ");
  }

  /** The links of the threshold, as Pharaoh writes them. */
  drawLinks() {
    const field = this.content?.field;
    const crossing = field && this.content?.target === field.rows && field.columns === this.content?.source;
    if (field || !this.entry?.growing) {
      byId("links").hidden = !crossing;
      byId("take-pharaoh").hidden = !crossing;
    }
    const { level, matrix } = this.passage;
    byId("pharaoh").textContent =
      crossing && level === "word" && matrix ? pharaoh(matrix, this.store.view.threshold / 100) : "";
  }

  get link() {
    return location.pathname + toSearch(this.store.view, FIELDS) + toHash(this.composer.fields.texts);
  }

  /** What may wait: the link, and words for screen readers. */
  settle() {
    this.shell.after("settle", 250, () => {
      this.shell.address(this.link);
      if (!this.entry?.growing) byId("summary").textContent = this.content ? this.passage.describe() : "";
    });
  }

  /** @returns {import("./texttakeaway.js").Shown | null} */
  shown() {
    const { entry, content } = this;
    if (!entry || !content) return null;
    const { asked } = entry;
    const { view } = this.store;
    const both = entry.aligned !== null && bothWays(entry.aligned, view);
    const chosen = entry.traced && !both ? chosenOf(entry.traced.trace, view, this.aligner) : null;
    const [{ scale }, { model }] = [this.passage, asked];
    return { view, model, asked, entry, content, chosen, scale, table: this.table(false) };
  }

  withWeights() {
    const shown = this.shown();
    return shown?.content.field ? shown : null;
  }

  /** @param {string} sentence "" when there is nothing to wait for */
  progress(sentence) {
    this.shell.progress(sentence);
    byId("views").setAttribute("aria-busy", String(sentence !== ""));
  }
}

boot((shell) => new Studio(shell));
