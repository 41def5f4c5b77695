/**
 * A clip to look at: one frame in large with its map, when, where in every frame, heads and layers. The
 * page of videos is one that also opens clips, marks things in them and compares; a saved view is one.
 *
 * @typedef {import("../../math/geometry.js").Patch} Patch
 * @typedef {import("../../math/spacetime.js").ClipPatch} ClipPatch
 * @typedef {import("./carried.js").Carried} Carried
 * @typedef {import("./cliplook.js").ClipLook} ClipLook
 * @typedef {import("./clipscene.js").Shown} Shown
 * @typedef {import("./cliptrace.js").ClipTrace} ClipTrace
 */

import { byId, part } from "../../core/dom.js";
import { byFinger, onPointer } from "../../core/finger.js";
import { isSame } from "../../math/query.js";
import { onAxis } from "../../math/spacetime.js";
import { Panel } from "../image/panel.js";
import { listenForHold } from "../photo/original.js";
import { ClipFilms } from "./clipfilms.js";
import { explainSite, hintOf } from "./cliphints.js";
import { scenesOf, wordsOf } from "./clipscene.js";
import { PlayHead } from "./playhead.js";
import { Timeline } from "./timeline.js";

const REST = 400; // milliseconds after which a pointer is taken to rest

/** @template {ClipLook} Look of a view, which may have more to it */
export class ClipStage {
  /**
   * @param {import("../../core/shell.js").Shell<any>} shell
   * @param {import("../../core/store.js").Store<Look>} store
   */
  constructor(shell, store) {
    this.shell = shell;
    this.store = store;
    /** @type {ClipTrace | null} */
    this.traced = null;
    /** @type {Patch | null} under the pointer */
    this.hover = null;
    this.on = {
      hover: (/** @type {Patch | null} */ patch) => this.pointed(patch),
      choose: (/** @type {Patch} */ patch) => this.choose(patch),
      move: (/** @type {Patch} */ patch) => this.pin(patch),
      leave: () => this.set({ query: null, follow: "stay" }),
    };
    this.panel = new Panel(byId("panel"), this.on);
    this.timeline = new Timeline(byId("timeline"), (frame) => this.scrub(frame));
    const transport = byId("transport");
    this.play = new PlayHead(part(transport, "play"), {
      frame: () => this.frame,
      go: (frame) => this.go(frame),
    });
    part(transport, "back").addEventListener("click", () => this.timeline.go(this.frame - 1));
    part(transport, "forward").addEventListener("click", () => this.timeline.go(this.frame + 1));
    this.films = new ClipFilms(store);
    listenForHold(byId("original"), "o", (on) => this.original(on));
    document.addEventListener("keydown", (event) => this.key(event));
    onPointer(() => this.draw());
  }

  get table() {
    return /** @type {Uint8Array} */ (this.shell.tables.get(this.store.view.colormap));
  }

  /** The thing that is followed. @returns {Carried | null} */
  get carried() {
    return null;
  }

  /** Patches that are being marked. @returns {readonly Patch[]} */
  get marks() {
    return [];
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
    const { frame, carried } = this;
    const thing = this.store.view.follow === "thing" && carried ? carried.middle(frame) : null;
    const here = (this.follows && this.hover) || thing;
    return here ? { ...here, step: traced.stepOf(frame) } : this.pinned;
  }

  /** @param {Partial<ClipLook>} change */
  set(change) {
    this.store.set(/** @type {Partial<Look>} */ (change));
  }

  /** @param {ClipTrace} traced */
  show(traced) {
    this.traced = traced;
    this.hover = null;
    traced.onload = () => this.draw();
    this.play.load(traced.trace.frames.map(({ time }) => time));
    traced.loadFrames(this.frame, (frame) => this.come(frame));
    this.draw();
  }

  /** @param {number} frame whose picture has come */
  come(frame) {
    this.timeline.drawFrame(frame);
    if (frame === this.frame) this.drawStage();
    this.later();
  }

  /** @param {number} frame that a hand goes to */
  scrub(frame) {
    this.play.pause();
    this.go(frame);
  }

  /** @param {number} frame */
  go(frame) {
    this.hover = null;
    this.set({ frame });
  }

  /** @param {boolean} on whether the frames are shown as they are */
  original(on) {
    this.panel.stage.original(on);
  }

  /** @param {Patch | null} patch */
  pointed(patch) {
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
    this.pin(patch);
  }

  /** @param {Patch} patch of the frame that is shown */
  pin(patch) {
    const step = this.traced?.stepOf(this.frame) ?? 0;
    this.hover = null;
    this.set({ query: { ...patch, step }, frame: this.frame, follow: "stay" });
    this.panel.point(patch);
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
    explainSite(this.traced, this.store.view.site);
    this.later();
  }

  /**
   * What is shown of a view.
   * @param {ClipLook} view
   * @returns {Shown}
   */
  shown(view) {
    const traced = /** @type {ClipTrace} */ (this.traced);
    const { query, table, carried } = this;
    const marking = view.tool === "mark";
    return { traced, view, query, seen: traced.seen(view, query), table, carried, marking };
  }

  /** At pointer speed: the frame and the curve. */
  drawStage() {
    const { traced, frame, carried } = this;
    if (!traced) return;
    const shown = this.shown(this.store.view);
    this.drawPanel(this.panel, shown);
    this.timeline.draw({
      traced,
      frame,
      when: shown.seen?.when ?? null,
      other: this.drawOther()?.seen?.when ?? null,
      from: traced.frameOf(this.query.step),
      shares: carried?.shares ?? null,
    });
    byId("place").textContent =
      `frame ${frame + 1} of ${traced.count}, ${traced.trace.frames[frame].time.toFixed(2)} s`;
    byId("hint").textContent = hintOf(this.store.view, byFinger(), carried, frame);
  }

  /** Draws what is compared, where something is. @returns {Shown | null} */
  drawOther() {
    return null;
  }

  /**
   * @param {Panel} panel
   * @param {Shown} shown
   */
  drawPanel(panel, shown) {
    const { frame } = this;
    const scene = scenesOf(shown)(frame);
    if (!scene) return;
    panel.draw({ ...scene, marks: shown.marking ? this.marks : [] }, wordsOf(shown, scene, frame));
    panel.bar.element.hidden = shown.marking;
  }

  /** What may wait until the pointer rests: the films, and then what is fetched and said. */
  later() {
    this.shell.after("films", 80, () => this.drawFilms(true));
    this.shell.after("rest", REST, () => this.rested());
  }

  rested() {
    if (!this.hover) this.drawFilms(false);
    this.panel.describe();
  }

  /** @param {boolean} moving whether nothing is to be fetched yet */
  drawFilms(moving) {
    if (!this.traced) return;
    const shown = this.shown(this.store.view);
    this.films.draw(shown, this.frame, scenesOf(shown), moving);
  }
}
