/** The page of videos: when and where one patch of a clip finds its like. */

import { byId } from "../../core/dom.js";
import { boot } from "../../core/shell.js";
import { fromSearch, Store } from "../../core/store.js";
import { Trail } from "../../core/trail.js";
import { bindControls } from "../../parts/controls.js";
import { listenForTakeaways } from "../../parts/takeaway/saving.js";
import { ClipStage } from "../../parts/video/clipstage.js";
import { Carrying } from "./carrying.js";
import { ClipComparison } from "./clipcompare.js";
import { ClipOpening } from "./clipopening.js";
import { clipTakeaways, maskTakeaways } from "./cliptakeaway.js";
import { bindPart, tellOf } from "./clipwords.js";
import { Deciders } from "./deciders.js";
import { Marker } from "./marker.js";
import { FIELDS, MANNERS } from "./view.js";
import { WhenEvidenceView } from "./whenevidence.js";

/**
 * @typedef {import("../../math/geometry.js").Patch} Patch
 * @typedef {import("../../parts/video/cliptrace.js").ClipTrace} ClipTrace
 * @typedef {import("../../parts/video/clipscene.js").Shown} Shown
 * @typedef {import("./view.js").View} View
 * @typedef {object} PageData
 * @property {import("../../schema.js").VideoSample[]} samples
 * @property {string} default_sample
 * @property {Record<string, [number, number, number]>} starts what is looked from in a sample, as shares
 * @property {string} default_model
 * @property {Record<string, number>} fixed the only number of frames that a model takes
 * @property {Record<string, string>} titles of models, by their names
 * @property {import("../../parts/video/whenlane.js").WhenCard[]} whens heads over time
 * @property {string | null} evidence where what was measured of them is found
 * @property {number} upload_bytes the largest request with a video that the server takes
 * @typedef {import("../../core/shell.js").Shell<PageData>} VideoShell
 */

/** @extends {ClipStage<View>} */
class VideoPage extends ClipStage {
  /** @param {VideoShell} shell */
  constructor(shell) {
    /** @type {Store<View>} */
    const store = new Store(fromSearch(location.search, FIELDS));
    super(shell, store);
    this.comparison = new ClipComparison(store, this.on);
    this.opening = new ClipOpening(store, shell, (traced) => this.show(traced));
    this.carrying = new Carrying(store, shell, {
      carried: () => this.draw(),
      lost: (error) => this.opening.lost(error),
    });
    this.deciders = new Deciders(store, shell, {
      go: (frame) => this.scrub(frame),
      frame: () => this.frame,
      lost: (error) => this.opening.lost(error),
    });
    this.marker = new Marker(
      this.panel.canvas,
      () => this.thingHere,
      (marked) => this.mark(marked),
    );
    this.trail = new Trail(MANNERS, store.view, (view) => this.restore(view));
    this.listen();
    this.opening.start();
    this.readEvidence();
  }

  listen() {
    const { store, shell } = this;
    const taken = () => this.taken();
    const say = (/** @type {string} */ text) => shell.say(text);
    listenForTakeaways(byId("take"), clipTakeaways(taken), say);
    listenForTakeaways(byId("carried-files"), maskTakeaways(taken), say);
    bindControls(store, ["lens", "tool"]);
    bindPart(store);
    store.listen((changed) => this.changed(changed));
  }

  readEvidence() {
    const { evidence, whens } = /** @type {PageData} */ (this.shell.page);
    if (!evidence) return;
    const titles = Object.fromEntries(whens.map(({ name, title }) => [name, title]));
    const say = (/** @type {string} */ text) => this.shell.say(text);
    new WhenEvidenceView(byId("evidence"), this.store, titles, say).read(evidence);
  }

  /** @override */
  get carried() {
    return this.carrying.carried;
  }

  /** @override */
  get marks() {
    return this.marker.patches;
  }

  /** The patches that the thing has in the frame that is shown. */
  get thingHere() {
    const mask = this.carried?.at(this.frame);
    if (!mask) return [];
    const { values, columns, level } = mask;
    const places = Array.from(values, (_, i) => ({ row: Math.floor(i / columns), column: i % columns }));
    return places.filter((_, i) => values[i] > level);
  }

  /**
   * @override
   * @param {ClipTrace} traced
   */
  show(traced) {
    this.trail.opened(this.store.view);
    this.shell.problem("");
    tellOf(traced, this.shell.page);
    this.carrying.follow(traced);
    this.deciders.follow(traced);
    super.show(traced);
  }

  /** @param {Set<string>} changed */
  changed(changed) {
    if (!this.opening.busy) this.trail.add(this.store.view);
    if (this.traced !== this.opening.traced || !this.traced) return;
    if (changed.has("follow") && this.store.view.follow === "thing") this.startThing();
    if (changed.has("tool")) this.hover = null;
    this.draw();
  }

  /** @param {View} view of the entry that Back or Forward has gone to */
  restore(view) {
    this.opening.restore(view);
    if (!this.opening.busy) this.trail.opened(this.store.view);
  }

  /** Where nothing is marked, what is followed is grown around the patch that is looked from. */
  startThing() {
    if (this.store.view.thing) return;
    const { step, row, column } = this.pinned;
    const frame = this.traced?.frameOf(step) ?? 0;
    this.store.set({ thing: { frame, grown: true, patches: [{ row, column }] } });
  }

  /**
   * @override
   * @param {boolean} on
   */
  original(on) {
    super.original(on);
    this.comparison.panel.stage.original(on);
  }

  /**
   * @override
   * @param {Patch | null} patch
   */
  pointed(patch) {
    if (!patch || this.store.view.tool !== "mark") return super.pointed(patch);
    if (this.marker.pass(patch)) this.drawStage();
  }

  /**
   * @override
   * @param {Patch} patch
   */
  choose(patch) {
    if (this.store.view.tool === "mark") this.marker.finish(patch);
    else super.choose(patch);
  }

  /** @param {Pick<import("../../parts/video/carried.js").Thing, "grown" | "patches">} marked */
  mark(marked) {
    this.store.set({ thing: { ...marked, frame: this.frame } });
  }

  /** @override */
  draw() {
    if (!this.traced) return;
    super.draw();
    this.carrying.tell();
    this.deciders.draw();
    const { notes } = this.opening;
    if (byId("notes").textContent !== notes) byId("notes").textContent = notes;
    this.comparison.offer(this.traced);
  }

  /** @override */
  drawOther() {
    const { comparison } = this;
    const other = comparison.on ? this.shown(comparison.view) : null;
    if (other) this.drawPanel(comparison.panel, other);
    const legend = byId("legend-other");
    legend.hidden = !other;
    legend.textContent = "the second picture’s";
    return other;
  }

  /** @override */
  rested() {
    super.rested();
    if (!this.opening.busy) this.trail.write(this.store.view);
    if (this.comparison.on) this.comparison.panel.describe();
  }

  /** @returns {import("./cliptakeaway.js").Taken | null} */
  taken() {
    const { traced, opening, store, carrying, frame, query } = this;
    if (!traced) return null;
    const { source } = opening;
    const other = this.comparison.on ? this.shown(this.comparison.view) : null;
    const shown = this.shown(store.view);
    return {
      ...shown,
      frame,
      query,
      source,
      other,
      carrying,
      link: store.view,
      again: () => opening.again(),
    };
  }
}

boot((/** @type {VideoShell} */ shell) => new VideoPage(shell));
