/** The vision lab: a picture that one makes, several heads on it, and what was measured of them. */

import { ApiError, isStopped, postHeads, sentenceOf } from "../../core/api.js";
import { byId } from "../../core/dom.js";
import { byFinger } from "../../core/finger.js";
import { Newest } from "../../core/newest.js";
import { boot } from "../../core/shell.js";
import { fromSearch, Store } from "../../core/store.js";
import { Trail } from "../../core/trail.js";
import { NIGHT, PAPER } from "../../parts/chart.js";
import { bindControls } from "../../parts/controls.js";
import { headName } from "../../parts/evidence/vision.js";
import { darkness } from "../../parts/ink.js";
import { bitmapOfScene, fileOfScene } from "../../parts/photo/compositing.js";
import { listenForTakeaways } from "../../parts/takeaway/saving.js";
import { CurveHere } from "./curvehere.js";
import { HeadChooser } from "./headchooser.js";
import { HeadLane } from "./headlane.js";
import { Maker } from "./maker.js";
import { FIELDS, MANNERS } from "./view.js";
import { VisionEvidenceView } from "./visionevidence.js";
import { visionTakeaways } from "./visiontakeaway.js";
import { attentionSaid, summaryOf } from "./visiontelling.js";

/**
 * @typedef {import("./view.js").View} View
 * @typedef {import("./headlane.js").HeadCard} HeadCard
 * @typedef {import("../../schema.js").Sample} Sample
 * @typedef {Sample & {label: string | null}} SampleObject
 * @typedef {object} PageData
 * @property {HeadCard[]} heads
 * @property {SampleObject[]} objects those without a label are others around it
 * @property {Sample[]} grounds
 * @property {string} default_object
 * @property {string} default_ground
 * @property {string | null} cutter the model that finds a person
 * @property {string | null} evidence address of what was measured
 * @property {number} upload_bytes
 * @typedef {import("../../core/shell.js").Shell<PageData>} VisionShell
 * @typedef {object} Answered an answer, and what it is of
 * @property {import("../../schema.js").LabPhoto} answer
 * @property {ImageBitmap} picture
 * @property {Blob} file
 * @property {View} view
 * @property {import("../../math/geometry.js").Box} box
 * @property {string} label
 * @property {import("../../schema.js").Intervention} intervention
 */

const SHRUNK = [100, 90, 80, 70, 60, 50, 40, 30, 20, 10, 0]; // sizes that Shrink it goes through
const BEAT = 180; // milliseconds that each of them stands at least
const SEEN = [
  "object",
  "photo",
  "cut",
  "crop",
  "ground",
  "size",
  "x",
  "y",
  "others",
  "heads",
  "attention",
  "pin",
];

class VisionLab {
  /** @param {VisionShell} shell */
  constructor(shell) {
    this.shell = shell;
    /** @type {Store<View>} */
    this.store = new Store(fromSearch(location.search, FIELDS));
    const { store } = this;
    this.dark = darkness();
    this.newest = new Newest();
    this.asking = new AbortController();
    /** @type {Answered | null} */
    this.answered = null;
    this.shrinking = false;
    /** @type {Map<string, HeadLane>} */
    this.lanes = new Map();
    const say = (/** @type {string} */ sentence) => shell.say(sentence);
    this.curve = new CurveHere(byId("evidence"));
    const titles = Object.fromEntries(shell.page.heads.map(({ name, title }) => [name, title]));
    this.evidence = shell.page.evidence ? new VisionEvidenceView(byId("evidence"), store, titles, say) : null;
    this.chooser = new HeadChooser(byId("chooser"), shell.page.heads, store);
    this.maker = new Maker(shell, store, { ready: () => this.ask(), failed: (error) => this.failed(error) });
    this.trail = new Trail(MANNERS, store.view, (view) => this.restore(view));
    this.trail.opened(store.view);
    this.listen();
    bindControls(store, ["attention"]);
    this.buildLanes();
    this.draw();
    this.maker.restore(store.view);
    this.evidence?.read(/** @type {string} */ (shell.page.evidence)).then(() => this.drawCharts());
  }

  listen() {
    const { store } = this;
    listenForTakeaways(
      byId("take"),
      visionTakeaways(() => this.taken()),
      (text) => this.shell.say(text),
    );
    this.dark.addEventListener("change", () => this.draw());
    new ResizeObserver(() => this.drawCharts()).observe(byId("evidence"));
    byId("shrink").addEventListener("click", () => (this.shrinking ? this.stopShrinking() : this.shrink()));
    byId("composite").addEventListener("pointerdown", () => this.stopShrinking());
    byId("headlanes").addEventListener(
      "keydown",
      ({ key }) => key === "Escape" && store.set({ attention: "on", pin: "" }),
    );
    store.listen((changed) => this.changed(changed));
  }

  /** @param {Set<string>} changed */
  changed(changed) {
    if (changed.has("heads")) this.buildLanes();
    this.maker.changed(changed);
    if (SEEN.some((name) => changed.has(name))) this.ask();
    this.draw();
    if (!this.shrinking) this.trail.add(this.store.view);
    this.shell.after("settle", 250, () => this.settle());
  }

  settle() {
    if (this.shrinking) return;
    this.trail.write(this.store.view);
    if (this.answered) byId("summary").textContent = this.summary(this.answered);
  }

  /** @param {View} view of the entry that Back or Forward has gone to */
  restore(view) {
    this.stopShrinking();
    this.store.set(view);
    this.trail.opened(view);
    this.maker.restore(view);
  }

  /** Lanes of the chosen heads, in the order they were chosen. */
  buildLanes() {
    for (const name of this.store.view.heads) {
      const card = this.shell.page.heads.find((each) => each.name === name);
      if (card && !this.lanes.has(name)) this.lanes.set(name, new HeadLane(card, (place) => this.pin(place)));
    }
    byId("headlanes").replaceChildren(...this.shown.map(({ element }) => element));
  }

  /** @returns {HeadLane[]} */
  get shown() {
    return this.store.view.heads.flatMap((name) => this.lanes.get(name) ?? []);
  }

  /** @param {{row: number, column: number}} place */
  pin({ row, column }) {
    this.store.set({ attention: "pinned", pin: `${row},${column}` });
  }

  get intervention() {
    const { attention, pin } = this.store.view;
    if (attention === "off") return { attention: /** @type {const} */ ("off") };
    if (attention === "on" || !pin) return {};
    const [row, column] = pin.split(",").map(Number);
    return { pin: /** @type {[number, number]} */ ([row, column]) };
  }

  /** The picture as it is now through the heads: of many in quick succession the newest, one at a time. */
  ask() {
    if (!this.shown.length) return Promise.resolve();
    this.busy(true);
    return this.newest.run(async () => {
      const scene = this.maker.scene;
      if (!scene) return; // it is asked again once its pictures are there
      const { view } = this.store;
      const { intervention } = this;
      const label = this.maker.label;
      try {
        const [file, picture] = await Promise.all([fileOfScene(scene), bitmapOfScene(scene)]);
        const models = this.shown.map(({ card }) => card.name);
        const answer = await postHeads(file, models, intervention, this.asking.signal, (seconds) =>
          this.wait(seconds),
        );
        this.answered = { answer, picture, file, view, box: scene.box, label, intervention };
        this.shell.problem("");
        this.maker.know(answer.heads[0].verdict.map((each) => each.label));
        this.keep(this.answered);
      } catch (error) {
        this.failed(error);
      }
      this.shell.progress("");
      this.busy(this.newest.next !== null);
      this.draw();
      this.shell.after("settle", 250, () => this.settle());
    });
  }

  /** @param {boolean} on whether what the lanes show is of an earlier picture */
  busy(on) {
    byId("headlanes").setAttribute("aria-busy", String(on));
  }

  /** @param {number} seconds */
  wait(seconds) {
    this.shell.progress(`The server is busy; trying again in ${seconds} s`);
  }

  /** @param {Answered} answered a point of the curve of this picture */
  keep({ answer, view, label }) {
    const { size, heads: _, measure: __, ...picture } = view;
    const answers = answer.heads.map(({ model, verdict }) => ({
      model,
      probability: verdict.find((each) => each.label === label)?.probability ?? null,
    }));
    this.curve.add(JSON.stringify({ ...picture, label }), size, answers);
  }

  /** @param {unknown} error */
  failed(error) {
    if (isStopped(error)) return;
    this.stopShrinking();
    const gone = error instanceof ApiError && error.gone;
    this.shell.problem(gone ? "The photo of this link is no longer kept: open it again." : sentenceOf(error));
  }

  /** Goes through all sizes, as slowly as can be followed. */
  async shrink() {
    this.shrinking = true;
    byId("shrink").setAttribute("aria-pressed", "true");
    byId("shrink").textContent = "Stop";
    for (const size of SHRUNK) {
      if (!this.shrinking) return;
      this.store.set({ size });
      await Promise.all([this.ask(), new Promise((done) => setTimeout(done, BEAT))]);
      while (this.newest.busy) await new Promise((done) => setTimeout(done, BEAT / 4));
    }
    this.stopShrinking();
  }

  stopShrinking() {
    if (!this.shrinking) return;
    this.shrinking = false;
    byId("shrink").setAttribute("aria-pressed", "false");
    byId("shrink").textContent = "Shrink it";
    this.shell.after("settle", 250, () => this.settle());
  }

  get colours() {
    return this.dark.matches ? NIGHT : PAPER;
  }

  /** Colours of weights, and of what speaks for a class. */
  get tables() {
    const of = (/** @type {string} */ name) => /** @type {Uint8Array} */ (this.shell.tables.get(name));
    return { table: of("inferno"), spoken: of("viridis") };
  }

  draw() {
    const { view } = this.store;
    this.maker.draw();
    this.chooser.draw();
    byId("attention-note").textContent = attentionSaid(view.attention, view.pin, byFinger());
    this.shown.forEach((lane, number) => lane.mark(number, this.colours));
    if (this.answered) this.drawLanes(this.answered);
    this.drawCharts();
  }

  /** @param {Answered} answered */
  drawLanes({ answer, picture, box, label, view }) {
    const [row, column] = view.pin.split(",").map(Number);
    const pin = view.pin ? { row, column } : null;
    const alike = { picture, box, label, pin, dark: this.dark.matches, ...this.tables };
    for (const head of answer.heads) this.lanes.get(head.model)?.draw(head, alike);
  }

  drawCharts() {
    const heads = this.shown.map(({ card }) => ({ model: card.name, name: headName(card) }));
    this.curve.draw(heads, this.maker.label, this.colours);
    this.evidence?.draw(
      heads.map(({ model }) => model),
      this.colours,
    );
  }

  /** @param {Answered} answered */
  summary({ answer, label, box }) {
    const lanes = answer.heads.flatMap(({ model, verdict }) => {
      const lane = this.lanes.get(model);
      return lane ? [{ name: headName(lane.card), verdict }] : [];
    });
    return summaryOf(lanes, label, box.width * box.height);
  }

  taken() {
    const { answered, shown } = this;
    const lanes = shown.filter(({ head }) => head);
    return answered && { ...answered, lanes, ...this.tables };
  }
}

boot((/** @type {VisionShell} */ shell) => new VisionLab(shell));
