/** The page of videos: when and where one patch of a clip finds its like. */

import { byId, part } from "../../core/dom.js";
import { boot } from "../../core/shell.js";
import { fromSearch, Store } from "../../core/store.js";
import { Trail } from "../../core/trail.js";
import { isSame } from "../../math/query.js";
import { onAxis } from "../../math/spacetime.js";
import { bindControls } from "../../parts/controls.js";
import { Panel } from "../../parts/image/panel.js";
import { listenForHold } from "../../parts/photo/original.js";
import { listenForTakeaways } from "../../parts/takeaway/saving.js";
import { scenesOf, wordsOf } from "../../parts/video/clipscene.js";
import { PlayHead } from "../../parts/video/playhead.js";
import { Timeline } from "../../parts/video/timeline.js";
import { Carrying } from "./carrying.js";
import { ClipComparison } from "./clipcompare.js";
import { ClipFilms } from "./clipfilms.js";
import { ClipOpening } from "./clipopening.js";
import { clipTakeaways, maskTakeaways } from "./cliptakeaway.js";
import { bindPart, explainSite, hintOf, tellOf } from "./clipwords.js";
import { Deciders } from "./deciders.js";
import { Marker } from "./marker.js";
import { FIELDS, MANNERS } from "./view.js";
import { WhenEvidenceView } from "./whenevidence.js";

/**
 * @typedef {import("../../math/geometry.js").Patch} Patch
 * @typedef {import("../../math/spacetime.js").ClipPatch} ClipPatch
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

const REST = 400; // milliseconds after which a pointer is taken to rest
const FINGER = window.matchMedia("(hover: none), (pointer: coarse)");

class VideoPage {
  /** @param {VideoShell} shell */
  constructor(shell) {
    this.shell = shell;
    /** @type {Store<View>} */
    this.store = new Store(fromSearch(location.search, FIELDS));
    const { store } = this;
    /** @type {ClipTrace | null} */
    this.traced = null;
    /** @type {Patch | null} under the pointer */
    this.hover = null;
    const on = {
      hover: (/** @type {Patch | null} */ patch) => this.pointed(patch),
      choose: (/** @type {Patch} */ patch) => this.choose(patch),
      move: (/** @type {Patch} */ patch) => this.pin(patch),
      leave: () => store.set({ query: null, follow: "stay" }),
    };
    this.panel = new Panel(byId("panel"), on);
    this.comparison = new ClipComparison(store, on);
    this.timeline = new Timeline(byId("timeline"), (frame) => this.scrub(frame));
    const transport = byId("transport");
    this.play = new PlayHead(part(transport, "play"), {
      frame: () => this.frame,
      go: (frame) => this.go(frame),
    });
    part(transport, "back").addEventListener("click", () => this.timeline.go(this.frame - 1));
    part(transport, "forward").addEventListener("click", () => this.timeline.go(this.frame + 1));
    this.films = new ClipFilms(store);
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
    this.trail = new Trail(MANNERS, store.view, (view) => this.opening.restore(view));
    this.listen();
    this.opening.start();
    this.readEvidence();
  }

  listen() {
    const { store, shell } = this;
    listenForHold(byId("original"), "o", (on) => this.original(on));
    document.addEventListener("keydown", (event) => this.key(event));
    FINGER.addEventListener("change", () => this.draw());
    const taken = () => this.taken();
    const say = (/** @type {string} */ text) => shell.say(text);
    listenForTakeaways(byId("take"), clipTakeaways(taken), say);
    listenForTakeaways(byId("carried-files"), maskTakeaways(taken), say);
    bindControls(store, ["lens", "tool"]);
    bindPart(store);
    store.listen((changed) => this.changed(changed));
  }

  readEvidence() {
    const { evidence, whens } = this.shell.page;
    if (!evidence) return;
    const titles = Object.fromEntries(whens.map(({ name, title }) => [name, title]));
    const say = (/** @type {string} */ text) => this.shell.say(text);
    new WhenEvidenceView(byId("evidence"), this.store, titles, say).read(evidence);
  }

  get table() {
    return /** @type {Uint8Array} */ (this.shell.tables.get(this.store.view.colormap));
  }

  /** The frame that is shown. */
  get frame() {
    const { traced } = this;
    const { frame } = this.store.view;
    if (!traced) return 0;
    return frame < 0 ? traced.frameOf(this.pinned.step) : Math.min(frame, traced.count - 1);
  }

  /** What is looked from while the pointer is elsewhere. @returns {ClipPatch} */
  get pinned() {
    const traced = /** @type {ClipTrace} */ (this.traced);
    const { query } = this.store.view;
    return query ? onAxis(query, traced.axis) : traced.usual;
  }

  /** Whether the picture follows the pointer: while nothing is chosen. */
  get follows() {
    const { query, tool, follow } = this.store.view;
    return !query && tool === "look" && follow === "stay";
  }

  /** @returns {ClipPatch} */
  get query() {
    const traced = /** @type {ClipTrace} */ (this.traced);
    const { frame } = this;
    const { carried } = this.carrying;
    const thing = this.store.view.follow === "thing" && carried ? carried.middle(frame) : null;
    const here = (this.follows && this.hover) || thing;
    return here ? { ...here, step: traced.stepOf(frame) } : this.pinned;
  }

  /** The patches that the thing has in the frame that is shown. */
  get thingHere() {
    const mask = this.carrying.carried?.at(this.frame);
    if (!mask) return [];
    const { values, columns, level } = mask;
    const places = Array.from(values, (_, i) => ({ row: Math.floor(i / columns), column: i % columns }));
    return places.filter((_, i) => values[i] > level);
  }

  /** @param {ClipTrace} traced */
  show(traced) {
    this.shell.problem("");
    this.traced = traced;
    this.hover = null;
    traced.onload = () => this.draw();
    this.play.load(traced.trace.frames.map(({ time }) => time));
    traced.loadFrames(this.frame, (frame) => this.come(frame));
    tellOf(traced, this.shell.page);
    this.carrying.follow(traced);
    this.deciders.follow(traced);
    this.draw();
  }

  /** @param {number} frame whose picture has come */
  come(frame) {
    this.timeline.drawFrame(frame);
    if (frame === this.frame) this.drawStage();
    this.later();
  }

  /** @param {Set<string>} changed */
  changed(changed) {
    if (!this.opening.busy) this.trail.add(this.store.view);
    if (this.traced !== this.opening.traced || !this.traced) return;
    if (changed.has("follow") && this.store.view.follow === "thing") this.startThing();
    if (changed.has("tool")) this.hover = null;
    this.draw();
  }

  /** Where nothing is marked, what is followed is grown around the patch that is looked from. */
  startThing() {
    if (this.store.view.thing) return;
    const { step, row, column } = this.pinned;
    const frame = this.traced?.frameOf(step) ?? 0;
    this.store.set({ thing: { frame, grown: true, patches: [{ row, column }] } });
  }

  /** @param {number} frame that a hand goes to */
  scrub(frame) {
    this.play.pause();
    this.go(frame);
  }

  /** @param {number} frame */
  go(frame) {
    this.hover = null;
    this.store.set({ frame });
  }

  /** @param {boolean} on whether the frames are shown as they are */
  original(on) {
    this.panel.stage.original(on);
    this.comparison.panel.stage.original(on);
  }

  /** @param {Patch | null} patch */
  pointed(patch) {
    if (patch && this.store.view.tool === "mark") {
      if (this.marker.pass(patch)) this.drawStage();
      return;
    }
    this.panel.pointed = patch; // drawing tells of it
    if (!this.follows || isSame(patch, this.hover) || !this.traced?.ready(this.store.view.site)) {
      return this.panel.point(patch);
    }
    this.hover = patch;
    this.drawStage();
    this.later();
  }

  /** @param {Patch} patch */
  choose(patch) {
    if (this.store.view.tool === "mark") this.marker.finish(patch);
    else this.pin(patch);
  }

  /** @param {Patch} patch of the frame that is shown */
  pin(patch) {
    const step = this.traced?.stepOf(this.frame) ?? 0;
    this.hover = null;
    this.store.set({ query: { ...patch, step }, frame: this.frame, follow: "stay" });
    this.panel.point(patch);
  }

  /** @param {Pick<import("../../parts/video/carried.js").Thing, "grown" | "patches">} marked */
  mark(marked) {
    this.store.set({ thing: { ...marked, frame: this.frame } });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const { target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || !(target instanceof Element)) return;
    if (target.closest("input, select, textarea, dialog, summary, a, button, .stage")) return;
    if (event.key === " " || event.key.toLowerCase() === "k") this.play.toggle();
    else return;
    event.preventDefault();
  }

  draw() {
    if (!this.traced) return;
    this.drawStage();
    this.carrying.tell();
    this.deciders.draw();
    const { notes } = this.opening;
    if (byId("notes").textContent !== notes) byId("notes").textContent = notes;
    this.comparison.offer(this.traced);
    explainSite(this.traced, this.store.view.site);
    this.later();
  }

  /**
   * What is shown of a view.
   * @param {View} view
   * @returns {Shown}
   */
  shown(view) {
    const traced = /** @type {ClipTrace} */ (this.traced);
    const { query, table } = this;
    const marking = view.tool === "mark";
    const seen = traced.seen(view, query);
    return { traced, view, query, seen, table, carried: this.carrying.carried, marking };
  }

  /** At pointer speed: the frame and the curve. */
  drawStage() {
    const { traced, frame, comparison } = this;
    if (!traced) return;
    const shown = this.shown(this.store.view);
    this.drawPanel(this.panel, shown);
    const other = comparison.on ? this.shown(comparison.view) : null;
    if (other) this.drawPanel(comparison.panel, other);
    this.timeline.draw({
      traced,
      frame,
      when: shown.seen?.when ?? null,
      other: other?.seen?.when ?? null,
      from: traced.frameOf(this.query.step),
      shares: this.carrying.carried?.shares ?? null,
    });
    byId("place").textContent =
      `frame ${frame + 1} of ${traced.count}, ${traced.trace.frames[frame].time.toFixed(2)} s`;
    byId("hint").textContent = hintOf(this.store.view, FINGER.matches, this.carrying.carried, frame);
    const legend = byId("legend-other");
    legend.hidden = !other;
    legend.textContent = "the second picture’s";
  }

  /**
   * @param {Panel} panel
   * @param {Shown} shown
   */
  drawPanel(panel, shown) {
    const { frame } = this;
    const scene = scenesOf(shown)(frame);
    if (!scene) return;
    const marks = shown.marking ? this.marker.patches : [];
    panel.draw({ ...scene, marks }, wordsOf(shown, scene, frame));
    panel.bar.element.hidden = shown.marking;
  }

  /** What may wait until the pointer rests: the films, and then the link and what is fetched. */
  later() {
    this.shell.after("films", 80, () => this.drawFilms(true));
    this.shell.after("rest", REST, () => {
      if (!this.hover) this.drawFilms(false);
      if (!this.opening.busy) this.trail.write(this.store.view);
      this.panel.describe();
      if (this.comparison.on) this.comparison.panel.describe();
    });
  }

  /** @param {boolean} moving whether nothing is to be fetched yet */
  drawFilms(moving) {
    if (!this.traced) return;
    const shown = this.shown(this.store.view);
    this.films.draw(shown, this.frame, scenesOf(shown), moving);
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
