/** The street lab: one photo through decoders that differ in what comes past their bottleneck. */

import { ApiError, getPhoto, isStopped, sentenceOf } from "../../core/api.js";
import { byId } from "../../core/dom.js";
import { boot } from "../../core/shell.js";
import { fromSearch, Store } from "../../core/store.js";
import { Trail } from "../../core/trail.js";
import { apart, parseColour, sharesOf } from "../../math/classmap.js";
import { meanOf } from "../../math/gate.js";
import { isUntouched, NO_SETTINGS } from "../../math/intervention.js";
import { bindControls } from "../../parts/controls.js";
import { decoderName } from "../../parts/evidence/streetfigures.js";
import { darkness } from "../../parts/ink.js";
import { listenForArrivals, markSample } from "../../parts/photo/arrivals.js";
import { listenForTakeaways } from "../../parts/takeaway/saving.js";
import { StreetAnswers } from "./streetanswers.js";
import { StreetChooser } from "./streetchooser.js";
import { showStreetEvidence } from "./streetevidence.js";
import { StreetLane } from "./streetlane.js";
import { StreetLegend } from "./streetlegend.js";
import { StreetSwitches } from "./streetswitches.js";
import { streetTakeaways } from "./streettakeaway.js";
import { apartSaid, foundSaid, litOf, streetSummary } from "./streettelling.js";
import { COMPUTED, FIELDS, MANNERS } from "./view.js";

/**
 * @typedef {import("./view.js").View} View
 * @typedef {import("../../core/api.js").Source} Source
 * @typedef {object} PageData
 * @property {import("./streetlane.js").StreetCard[]} models
 * @property {import("../../schema.js").StreetClass[]} classes
 * @property {import("../../schema.js").Sample[]} samples
 * @property {string} default_sample
 * @property {string | null} evidence address of what was measured
 * @property {number} upload_bytes
 * @typedef {import("../../core/shell.js").Shell<PageData>} StreetShell
 * @typedef {import("./streetanswers.js").Answered} Answered
 * @typedef {import("./streetpass.js").StreetPass} StreetPass
 */

const REST = 250; // milliseconds after which a slider is taken to rest
const BEFORE = "before the switch";
const NOT_KEPT = "The photo of this link is no longer kept: open it again. Here is a sample.";

class StreetLab {
  /** @param {StreetShell} shell */
  constructor(shell) {
    this.shell = shell;
    /** @type {Store<View>} */
    this.store = new Store(fromSearch(location.search, FIELDS));
    const { store } = this;
    this.here = shell.page.models.filter((card) => card.at_hand);
    this.colours = shell.page.classes.map(({ colour }) => parseColour(colour));
    this.dark = darkness();
    this.answers = new StreetAnswers(
      store,
      this.here.map(({ name }) => name),
      {
        busy: (on) => this.busy(on),
        wait: (seconds) => shell.progress(`The server is busy; trying again in ${seconds} s`),
        failed: (error) => this.failed(error),
      },
    );
    this.looked = ""; // what of the legend is pointed at
    /** @type {import("./streetlane.js").Point | null} */
    this.point = null;
    this.frame = 0;
    /** @type {{spelled: string, byModel: Map<string, import("../../math/classmap.js").Veil>}} */
    this.veiled = { spelled: "", byModel: new Map() };
    /** @type {Map<string, StreetLane>} */
    this.lanes = new Map();
    this.legend = new StreetLegend(byId("legend"), shell.page.classes, {
      look: (lit) => this.look(lit),
      choose: (lit) => store.set({ lit: store.view.lit === lit ? "" : lit }),
    });
    this.switches = new StreetSwitches(byId("switches"), store);
    this.chooser = new StreetChooser(byId("chooser"), byId("base", HTMLSelectElement), this.here, store);
    this.trail = new Trail(MANNERS, store.view, (view) => this.restore(view));
    const titles = Object.fromEntries(shell.page.models.map(({ name, title }) => [name, title]));
    const say = (/** @type {string} */ sentence) => shell.say(sentence);
    if (shell.page.evidence) showStreetEvidence(byId("evidence"), shell.page.evidence, titles, say);
    if (this.here.length) this.listen();
    if (this.here.length) this.restore(store.view);
  }

  listen() {
    const { shell, store } = this;
    bindControls(store, []);
    listenForArrivals(shell, {
      onFile: (file) => this.open({ file }, { sample: "", photo: "" }),
      onSample: (sample) => this.open({ sample }, { sample: this.named(sample), photo: "" }),
    });
    listenForTakeaways(
      byId("take"),
      streetTakeaways(() => this.taken()),
      (text) => shell.say(text),
    );
    byId("reset").addEventListener("click", () => store.set({ set: NO_SETTINGS, cut: [] }));
    byId("lanes").addEventListener("keydown", ({ key }) => key === "Escape" && store.set({ lit: "" }));
    byId("legend").addEventListener("keydown", ({ key }) => key === "Escape" && store.set({ lit: "" }));
    this.dark.addEventListener("change", () => this.draw());
    store.listen((changed) => this.changed(changed));
  }

  /** @param {Set<string>} changed */
  changed(changed) {
    if (changed.has("models") || changed.has("base")) this.answers.complete();
    if (changed.has("set") || changed.has("cut")) this.answers.touch();
    this.trail.add(this.store.view);
    this.draw();
    this.shell.after("settle", REST, () => this.settle());
  }

  settle() {
    this.trail.write(this.store.view);
    byId("summary").textContent = streetSummary(
      this.shown.map((lane) => ({ title: decoderName(lane.card.title), said: lane.shown?.said ?? "" })),
    );
  }

  /** @param {string} sample "" for the usual one */
  named(sample) {
    return sample === this.shell.page.default_sample ? "" : sample;
  }

  /** @returns {StreetLane[]} those that are shown, in the order of the models */
  get shown() {
    const { models } = this.store.view;
    return this.here.filter(({ name }) => models.includes(name)).map((card) => this.laneOf(card));
  }

  /** @param {import("./streetlane.js").StreetCard} card */
  laneOf(card) {
    const known = this.lanes.get(card.name);
    if (known) return known;
    const made = new StreetLane(card, (point) => this.lookAt(point));
    this.lanes.set(card.name, made);
    return made;
  }

  /** @param {View} view that a link or an entry of the history names */
  async restore(view) {
    const { store } = this;
    const same = this.answers.now && store.view.sample === view.sample && store.view.photo === view.photo;
    store.set(view);
    if (same) return this.trail.opened(store.view);
    if (!view.photo) return this.open({ sample: this.known(view.sample) }, {});
    try {
      await this.open({ file: await getPhoto(view.photo) }, {});
    } catch (error) {
      if (!(error instanceof ApiError && error.gone)) return this.failed(error);
      await this.open({ sample: this.shell.page.default_sample }, { photo: "", sample: "" });
      this.shell.problem(NOT_KEPT);
    }
  }

  /** @param {string} sample the same, or the usual one where it is none */
  known(sample) {
    const { samples, default_sample } = this.shell.page;
    return samples.some(({ name }) => name === sample) ? sample : default_sample;
  }

  /**
   * @param {Source} source
   * @param {Partial<View>} change
   */
  async open(source, change) {
    await this.answers.open(source, (first) => {
      this.shell.problem("");
      this.store.set({ ...change, photo: "sample" in source ? "" : first });
      this.trail.opened(this.store.view);
      markSample("sample" in source ? source.sample : "");
    });
  }

  /** @param {boolean} on whether what the lanes show is of something earlier */
  busy(on) {
    byId("lanes").setAttribute("aria-busy", String(on));
    this.shell.progress(on && !this.answers.now ? "Looking at the street" : "");
    this.draw();
    if (!on) this.shell.after("settle", REST, () => this.settle());
  }

  /** @param {unknown} error */
  failed(error) {
    if (!isStopped(error)) this.shell.problem(sentenceOf(error));
  }

  /** @param {string} lit */
  look(lit) {
    this.looked = lit;
    this.draw();
  }

  /** @param {import("./streetlane.js").Point | null} point */
  lookAt(point) {
    this.point = point;
    this.draw();
  }

  /** Everything, once before the next frame. */
  draw() {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.drawNow();
    });
  }

  drawNow() {
    const { shown } = this;
    const answered = this.answers.now;
    this.chooser.draw();
    const elements = shown.map(({ element }) => element);
    const lanes = byId("lanes");
    if (
      elements.some((element, i) => lanes.children[i] !== element) ||
      lanes.children.length !== elements.length
    )
      lanes.replaceChildren(...elements);
    if (!answered) return this.drawEmpty(shown);
    const passes = shown.flatMap(({ card }) => answered.passes.get(card.name) ?? []);
    this.drawSwitches(passes);
    const { set, cut, lit } = this.store.view;
    byId("reset", HTMLButtonElement).disabled = isUntouched({ gates: set, cuts: cut });
    const veils = this.veils();
    for (const lane of shown) this.drawLane(lane, answered, veils);
    const at = this.point && passes.length ? this.answers.nowOf(passes[0]).at(this.point) : -1;
    this.legend.draw(
      shown.flatMap((lane) => this.column(lane, answered)),
      lit,
      this.shell.page.classes[at]?.label ?? "",
    );
  }

  /**
   * The legend as high as it will be.
   * @param {StreetLane[]} shown
   */
  drawEmpty(shown) {
    const columns = shown.map(({ card }) => ({ title: card.title, shares: null, before: null }));
    this.legend.draw(columns, this.store.view.lit, "");
  }

  /** @param {StreetPass[]} passes that are shown, as computed */
  drawSwitches(passes) {
    const sites = passes.flatMap((pass) => this.answers.nowOf(pass).sites);
    const offered = {
      gates: [...new Set(passes.flatMap(({ offers }) => offers.gates))],
      cuts: [...new Set(passes.flatMap(({ offers }) => offers.cuts))],
    };
    this.switches.draw(offered, new Map(sites.map(({ name, values }) => [name, meanOf(values)])));
  }

  /** What is coloured, the same object as long as it is the same. */
  veils() {
    const { lit, base } = this.store.view;
    const spelled = [this.looked || lit, base, this.answers.version].join("|");
    if (this.veiled.spelled !== spelled) this.veiled = { spelled, byModel: new Map() };
    return this.veiled.byModel;
  }

  /**
   * What a model is compared with; null for nothing.
   * @param {StreetPass} pass as computed
   * @param {Answered} answered
   */
  baseOf(pass, { passes }) {
    const { base } = this.store.view;
    if (base === COMPUTED) return { map: pass.map, title: BEFORE };
    const other = base === pass.model ? null : passes.get(base);
    const card = this.here.find(({ name }) => name === base);
    return other && card ? { map: this.answers.nowOf(other).map, title: decoderName(card.title) } : null;
  }

  /**
   * @param {StreetLane} lane
   * @param {Answered} answered
   * @param {Map<string, import("../../math/classmap.js").Veil>} veils
   */
  drawLane(lane, answered, veils) {
    const pass = answered.passes.get(lane.card.name);
    if (!pass) return;
    const { classes } = this.shell.page;
    const now = this.answers.nowOf(pass);
    const base = this.baseOf(pass, answered);
    const lit = litOf(this.looked || this.store.view.lit, classes);
    const veil = veils.get(pass.model) ?? { colours: this.colours, lit, other: base?.map ?? null };
    veils.set(pass.model, veil);
    lane.draw({
      ...{ photo: answered.photo, map: now.map, veil, sites: now.sites, point: this.point },
      said: this.said(pass, now, base),
      labels: classes.map(({ label }) => label),
      dark: this.dark.matches,
      table: /** @type {Uint8Array} */ (this.shell.tables.get("inferno")),
    });
  }

  /**
   * @param {StreetPass} pass as computed
   * @param {StreetPass} now
   * @param {{map: import("../../math/classmap.js").ClassMap, title: string} | null} base
   */
  said(pass, now, base) {
    const { classes } = this.shell.page;
    const count = classes.length;
    if (base) return apartSaid(apart(now.map, base.map, count), classes, base.title);
    if (now !== pass) return `Switched. ${apartSaid(apart(now.map, pass.map, count), classes, BEFORE)}`;
    return foundSaid(sharesOf(now.map, count), classes);
  }

  /**
   * @param {StreetLane} lane
   * @param {Answered} answered
   */
  column({ card }, { passes }) {
    const pass = passes.get(card.name);
    if (!pass) return [];
    const now = this.answers.nowOf(pass);
    return [{ title: card.title, shares: now.shares, before: now === pass ? null : pass.shares }];
  }

  taken() {
    const { shown, store } = this;
    const answered = this.answers.now;
    if (!answered) return null;
    const lanes = shown.flatMap((lane) => {
      const pass = answered.passes.get(lane.card.name);
      return pass ? [{ lane, pass: this.answers.nowOf(pass) }] : [];
    });
    return { lanes, view: store.view, classes: this.shell.page.classes };
  }
}

boot((/** @type {StreetShell} */ shell) => new StreetLab(shell));
