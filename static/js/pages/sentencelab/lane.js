/**
 * One model of the lab: it translates, and shows what its decoder gets of the source. That is a row
 * of weights a step, or, for a model that does not look, one vector.
 *
 * @typedef {import("./view.js").View} View
 * @typedef {import("./wordpins.js").Pin} Pin
 * @typedef {import("../../parts/text/session.js").Asked} Asked
 * @typedef {import("../../schema.js").TranslationTrace} TranslationTrace
 * @typedef {{name: string, title: string}} Model
 * @typedef {object} Alike what all lanes show alike
 * @property {View} view
 * @property {Pin[]} pins
 * @property {Uint8Array} table of the weights
 * @property {Uint8Array} diverging
 */

import { find, html } from "../../core/dom.js";
import { toHash } from "../../core/fragment.js";
import { isQueryKey } from "../../math/site.js";
import { tokenLabel, unitOf } from "../../math/words.js";
import { Passage } from "../../parts/passage/passage.js";
import { contentOf } from "../../parts/text/content.js";
import { Session } from "../../parts/text/session.js";
import { alignmentTitle, attentionOf, bits, shares } from "./telling.js";
import { OneVector } from "./vector.js";
import { pinnedAt } from "./wordpins.js";

const SITE = { site: "", head: "" };
const HEIGHT = 360; // pixels of a matrix at most

export class Lane {
  /**
   * @param {HTMLElement} root
   * @param {Model} model
   * @param {{changed: () => void, step: (step: number) => void, source: (word: number) => void,
   *   inside: () => void, problem: (sentence: string) => void}} on
   */
  constructor(root, model, on) {
    this.root = root;
    this.model = model;
    this.on = on;
    this.waits = ""; // what for; "" where the lane is done
    this.fresh = true; // whether the last run has begun to answer
    this.broken = false; // whether it failed before that, so that what is shown is of the run before
    this.looked = true; // what is known of the model as long as the run does not tell
    this.whole = false; // whether anything was ever shown to its end
    this.multiplies = true; // whether there are queries and keys; a pinned trace does not tell
    /** @type {import("../../parts/passage/passage.js").Content | null} */
    this.content = null;
    /** @type {import("../../parts/text/session.js").Entry | null} */
    this.shown = null;
    this.passage = new Passage(find(root, ".passage"), {
      step: on.step,
      query: () => {},
      source: (unit) => on.source(this.wordOf(unit)),
    });
    this.passage.hint = "";
    this.session = new Session({
      changed: on.changed,
      began: () => {
        this.fresh = true;
      },
      problem: (sentence) => {
        this.broken = sentence !== "" && !this.fresh;
        on.problem(sentence);
      },
      progress: (sentence) => this.progress(sentence),
    });
    this.vector = new OneVector((name) => this.part(name), {
      changed: on.changed,
      failed: (error) => this.session.failed(error),
    });
    this.part("inside").addEventListener("click", on.inside);
  }

  /** @param {string} name */
  part(name) {
    return find(this.root, `[data-lane="${name}"]`);
  }

  /** @param {string} sentence */
  progress(sentence) {
    this.waits = sentence;
    this.root.setAttribute("aria-busy", String(this.busy));
    this.on.changed();
  }

  get busy() {
    return this.waits !== "";
  }

  /** Whether what is shown is of the run before, and that of this one may still come. */
  get old() {
    return this.busy && !this.fresh;
  }

  /** @param {Omit<Asked, "model">} asked */
  run(asked) {
    this.fresh = false;
    this.session.run({ ...asked, model: this.model.name });
  }

  get entry() {
    const { entries } = this.session;
    return entries.findLast((entry) => entry.growing) ?? entries[0] ?? null;
  }

  /** @returns {TranslationTrace | null} */
  get trace() {
    const trace = this.entry?.traced?.trace;
    return trace && "steps" in trace ? trace : null;
  }

  /** What the model wrote by itself; "" where that is not known. */
  get written() {
    const { trace } = this;
    return trace && !trace.forced && !this.broken ? trace.target.text : "";
  }

  /** Whether the decoder has weights over the source; as long as nothing is known, it may have. */
  get looks() {
    const { trace } = this;
    const growing = this.entry?.growing;
    if (trace) this.looked = trace.alignment !== null;
    else if (growing?.steps.length) this.looked = growing.rows.length > 0;
    return this.looked;
  }

  get count() {
    return this.content?.steps.length ?? 0;
  }

  /** @param {Alike} shown */
  draw(shown) {
    const { entry } = this;
    this.whole ||= entry !== null && !entry.growing;
    this.root.dataset.drawn = entry && !this.whole ? "growing" : String(entry !== null);
    this.part("stale").hidden = !this.broken || !entry;
    if (!entry) return;
    if (entry.growing || entry !== this.shown) this.content = this.contentOf(entry);
    this.shown = entry;
    const content = /** @type {import("../../parts/passage/passage.js").Content} */ (this.content);
    const step = entry.growing ? 0 : Math.min(shown.view.step, content.steps.length);
    const { source } = this.passage;
    const focused = source.units.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    this.passage.draw(content, {
      level: shown.view.level,
      view: "matrix",
      scale: "one",
      table: shown.table,
      diverging: false,
      threshold: 0.2,
      step,
      query: -1,
      fit: "words",
      height: HEIGHT,
    });
    source.units[focused]?.focus(); // it may have been drawn anew
    this.mark(shown, step);
    const told = { step: shown.view.step, attention: this.attention };
    this.vector.draw(this.trace, { hidden: this.looks, old: this.old }, told, shown.diverging);
    this.tell(shown);
  }

  /** How the decoder was allowed to look in the run that is shown. */
  get attention() {
    return attentionOf(this.entry?.asked.more);
  }

  /** @param {import("../../parts/text/session.js").Entry} entry */
  contentOf(entry) {
    const alignment = this.trace?.alignment ?? null;
    const content = { ...contentOf(entry, SITE, alignment), note: "" };
    const site = entry.traced?.trace.sites.find(({ name }) => name === alignment?.site) ?? null;
    if (content.field) content.field.title = alignmentTitle(site, alignment?.head ?? 0, this.attention);
    return content;
  }

  /**
   * Words that are pinned, and what a given translation's words were worth to the model.
   * @param {Alike} shown
   * @param {number} step
   */
  mark({ view, pins }, step) {
    const held = view.attention === "pinned" && this.looks ? pinnedAt(pins, step) : new Set();
    this.passage.source.units.forEach((unit, i) => {
      unit.classList.toggle("pinned", held.has(this.wordOf(i)));
    });
    const given = this.trace?.forced ? shares(this.trace, view.level) : null;
    this.passage.target.element.classList.toggle("gloss", given !== null);
    this.passage.target.units.forEach((unit, i) => {
      if (given) unit.dataset.share = given[i] ?? "";
      else delete unit.dataset.share;
    });
  }

  /**
   * The word of a unit of the source.
   * @param {number} unit
   */
  wordOf(unit) {
    const { source } = /** @type {import("../../parts/passage/passage.js").Content} */ (this.content);
    return this.passage.level === "word" ? unit : (unitOf(source, "word", unit) ?? 0);
  }

  /**
   * The same sentence and model on the sentence page, which has every head and the beam's tree.
   * @param {number} beam
   */
  studio(beam) {
    const search = new URLSearchParams({
      model: this.model.name,
      ...(beam > 1 ? { beam: String(beam) } : {}),
    });
    return `/sentence?${search}${toHash({ text: this.content?.source.text ?? "", target: "" })}`;
  }

  get name() {
    return this.model.title.split(":")[0];
  }

  /** What is pointed at, in a sentence that names the model. */
  get readout() {
    const said = (/** @type {string} */ part) => this.passage.part(part).textContent;
    return `${this.name}: ${said("readout") || said("title")}`;
  }

  /**
   * For those who do not see it: the translation, or what it looked at for one step of it.
   * @param {number} step from 1; 0 is all of them
   * @returns {HTMLElement[]}
   */
  told(step) {
    const { target, steps } = this.content ?? { target: null, steps: [] };
    if (!target) return [];
    if (!step)
      return [
        html(
          "span",
          {},
          `${this.name}: `,
          html("span", { lang: this.passage.part("target").lang }, target.text),
          ".",
        ),
      ];
    const at = steps[step - 1];
    const wrote = at ? `wrote “${tokenLabel(at.token.text)}”` : `was done after ${steps.length} steps`;
    const looked = at && this.passage.matrix ? `; ${this.passage.readout(this.passage.chosen)}` : "";
    return [html("span", {}, `${this.name}, step ${step}, ${wrote}${looked}.`)];
  }

  /** What else there is to say of this model. @param {Alike} shown */
  tell({ view }) {
    const { trace, content, count } = this;
    const said = [...new Set([content?.source, content?.target].flatMap((text) => text?.notes ?? []))];
    if (trace?.forced) said.unshift(bits(trace.steps));
    if (trace && view.step > count) said.unshift(`This model was done after ${count} steps.`);
    this.part("said").textContent = said.join(" ");
    this.offer(view);
    this.part("studio").setAttribute("href", this.studio(view.beam));
  }

  /**
   * Query, key and value, where there are any: a pinned trace does not tell.
   * @param {View} view
   */
  offer({ inside }) {
    const { trace } = this;
    const site = trace?.sites.find(({ name }) => name === trace.alignment?.site);
    if (site && !this.busy && this.attention !== "pinned") this.multiplies = isQueryKey(site);
    const open = site !== undefined && this.multiplies;
    this.part("inside").hidden = !open;
    this.part("inside").setAttribute("aria-expanded", String(inside === this.model.name));
    this.part("no-inside").textContent =
      site && !open ? "Its scores come from a small network: there is no query and key to multiply." : "";
  }
}
