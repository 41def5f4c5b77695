/** The image page: puts state, server, picture and controls together. */

import { getStatistics } from "../../core/api.js";
import { byId } from "../../core/dom.js";
import { byFinger, onPointer } from "../../core/finger.js";
import { boot } from "../../core/shell.js";
import { fromSearch, Store } from "../../core/store.js";
import { Trail } from "../../core/trail.js";
import { CLS, isSame } from "../../math/query.js";
import { bindControls } from "../../parts/controls.js";
import { Panel } from "../../parts/image/panel.js";
import { Films } from "../../parts/photo/films.js";
import { listenForHold } from "../../parts/photo/original.js";
import { OtherQueries } from "../../parts/photo/others.js";
import { drawPhoto } from "../../parts/photo/photoscene.js";
import { SelectionCurve } from "../../parts/photo/selection.js";
import { VerdictList } from "../../parts/photo/verdict.js";
import { hint } from "../../parts/phrases.js";
import { listenForTakeaways } from "../../parts/takeaway/saving.js";
import { Comparison } from "./compare.js";
import { Opening } from "./opening.js";
import { PatchPins } from "./patchpins.js";
import { PhotoSteps } from "./photosteps.js";
import { imageTakeaways } from "./phototakeaway.js";
import { FIELDS, MANNERS } from "./view.js";

/**
 * @typedef {import("../../math/query.js").Patch} Patch
 * @typedef {import("../../parts/photo/tracedphoto.js").Traced} Traced
 * @typedef {object} PageData
 * @property {import("../../schema.js").Sample[]} samples
 * @property {string} default_sample
 * @property {number} upload_bytes the largest request with a photo that the server takes
 * @property {string} default_model
 * @property {string} timed_model whose passes' times stand beside the resolutions
 * @property {Record<string, string>} titles of models, by their names
 * @typedef {import("../../core/shell.js").Shell<PageData>} ImageShell
 */

const STAGES = {
  attention: "Photo with its attention. Arrow keys choose a patch, Enter pins it, Escape goes back to CLS.",
  classes:
    "Photo with its class map. Arrow keys choose a unit and show what it sees, Enter pins it, Escape goes back to the class map.",
};
const REST = 400; // milliseconds after which a pointer is taken to rest

class ImagePage {
  /** @param {ImageShell} shell */
  constructor(shell) {
    this.shell = shell;
    /** @type {Store<import("./view.js").View>} */
    this.store = new Store(fromSearch(location.search, FIELDS));
    const { store } = this;
    /** @type {Traced | null} */
    this.traced = null;
    /** @type {Patch | null} */
    this.hover = null;
    this.pins = new PatchPins(byId("pins"), store);
    const sent = new Map();
    this.comparison = new Comparison(byId("compare"), store, { sent, page: shell.page }, (patch) =>
      this.pointed(patch),
    );
    this.steps = new PhotoSteps(byId("steps-on"), byId("steps"), store, shell.diverging);
    this.panel = new Panel(byId("panel"), {
      hover: (patch) => this.pointed(patch),
      choose: (patch) => this.choose(patch),
      move: (patch) => this.move(patch),
      leave: () => this.lookFromCls(),
    });
    this.films = new Films(store);
    this.verdict = new VerdictList(byId("verdict"), (number) => this.chooseClass(number));
    this.others = new OtherQueries(byId("others"), (query) => store.set({ query, method: "weights" }));
    this.selection = new SelectionCurve(byId("selection"), (change) => store.set(change));
    this.opening = new Opening(store, shell, sent, {
      traced: (traced) => this.show(traced),
      settled: () => this.settle(),
    });
    this.trail = new Trail(MANNERS, store.view, (view) => this.restore(view));
    this.listen();
    this.opening.start();
  }

  listen() {
    byId("cls").addEventListener("click", () => this.lookFromCls());
    document.addEventListener("keydown", (event) => this.key(event));
    listenForHold(byId("original"), "o", (on) => this.original(on));
    onPointer(() => this.showQuery());
    const takeaways = imageTakeaways(() => this.shown());
    listenForTakeaways(byId("take"), takeaways, (text) => this.shell.say(text));
    bindControls(this.store, ["lens", "method"]);
    this.store.listen(() => this.changed());
  }

  get table() {
    return /** @type {Uint8Array} */ (this.shell.tables.get(this.store.view.colormap));
  }

  /** Whether the picture follows the pointer: while nothing is chosen. */
  get follows() {
    return Boolean(this.traced?.follows(this.store.view));
  }

  /** The query on the stage: the pointer's, or the chosen one. */
  get query() {
    const query = (this.follows && this.hover) || this.store.view.query;
    return this.traced?.lookedFrom(query) ?? query;
  }

  /** At the whole photo: where nothing attends, the map of a class is that. */
  lookFromCls() {
    const whole = this.traced?.attends === false && this.store.view.method === "receptive";
    this.store.set(whole ? { query: CLS, method: "grad-cam" } : { query: CLS });
  }

  /** @param {Patch} patch that is pressed: of a class map, its unit is looked at */
  choose(patch) {
    const { traced } = this;
    if (!traced?.methods.length) return;
    if (!traced.attends) this.store.set({ method: "receptive" });
    this.pins.toggle(patch);
  }

  /** @param {string} number of a class, whose map is shown */
  chooseClass(number) {
    const { method } = this.store.view;
    this.store.set({ class: number, method: method === "receptive" ? "grad-cam" : method });
  }

  /** @param {Traced} traced */
  show(traced) {
    this.trail.opened(this.store.view);
    this.shell.problem("");
    this.traced = traced;
    this.films.statistics = null;
    this.hover = null;
    traced.onload = () => this.draw();
    this.comparison.follow(traced);
    this.steps.follow(traced);
    this.draw();
    this.settle();
    if (traced.attends) this.shell.after("statistics", 300, () => this.loadStatistics(traced));
  }

  /** @param {Traced} traced of whose model only those methods are offered that it has */
  offer(traced) {
    const { query } = this;
    const inputs = /** @type {NodeListOf<HTMLInputElement>} */ (
      document.querySelectorAll("input[data-state=method]")
    );
    for (const input of inputs) {
      const method = /** @type {import("../../parts/photo/tracedphoto.js").Method} */ (input.value);
      const label = /** @type {HTMLElement} */ (input.closest("label"));
      label.hidden = traced.lacking(method) !== "" || traced.offered(method, query) !== method;
    }
  }

  /** @param {Traced} traced */
  async loadStatistics(traced) {
    try {
      const found = await getStatistics(traced.trace.id);
      if (this.traced !== traced) return;
      this.films.statistics = found;
      this.drawFilms();
    } catch (error) {
      traced.onError(error);
    }
  }

  changed() {
    this.hover = null;
    if (!this.opening.busy) this.trail.add(this.store.view);
    if (this.traced?.trace === this.opening.trace) this.draw(); // else the view is already that of the next
    this.settle();
  }

  /** @param {import("./view.js").View} view that of an entry of the history which was gone back to */
  restore(view) {
    this.opening.restore(view);
    if (!this.opening.busy) this.trail.opened(this.store.view);
    this.settle();
  }

  /** @param {boolean} on whether the photos are shown as they are */
  original(on) {
    this.panel.stage.original(on);
    this.comparison.original(on);
  }

  /** What may wait until the pointer rests: the link, words for screen readers, neighbours. */
  settle() {
    this.shell.after("settle", 250, () => {
      const { view } = this.store;
      if (!this.opening.busy) this.trail.write(view);
      this.panel.describe();
      if (this.comparison.shown) this.comparison.panel.describe();
      this.traced?.prefetch(view);
    });
  }

  /** @param {Patch | null} patch */
  pointed(patch) {
    this.panel.pointed = patch; // drawing tells of it
    if (this.follows && !isSame(patch, this.hover) && this.ready()) this.follow(patch);
    else this.panel.point(patch);
    this.comparison.point(patch, this.query, this.table);
  }

  /**
   * The picture at once, its films a little later, and of one that rests all layers.
   * @param {Patch | null} patch
   */
  follow(patch) {
    this.hover = patch;
    this.drawPanel();
    this.showQuery();
    this.shell.after("films", 80, () => this.drawFilms());
    this.shell.after("rest", REST, () => this.hover && this.rested(this.hover));
  }

  /** @param {Patch} patch under a pointer that rests: what it sees in all layers */
  rested(patch) {
    if (this.traced?.attends) this.traced.heatmaps(patch);
  }

  /** Whether a new query can be shown at once, without asking the server. */
  ready() {
    const { traced } = this;
    return Boolean(traced?.ready(this.store.view));
  }

  /** @param {Patch} patch */
  move(patch) {
    const { traced } = this;
    if (!traced?.methods.length) return;
    this.store.set({ query: patch, method: traced.attends ? this.store.view.method : "receptive" });
    this.panel.point(patch);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.target instanceof HTMLSelectElement) return; // a letter there chooses an option
    if (event.key.toLowerCase() === "c" && !event.ctrlKey && !event.metaKey && !event.altKey)
      this.lookFromCls();
  }

  draw() {
    const { traced } = this;
    if (!traced) return;
    this.offer(traced);
    this.verdict.draw(traced, this.store.view.class);
    this.others.draw(traced, this.query);
    this.selection.draw(traced, { ...this.store.view, query: this.query });
    this.drawPanel();
    this.comparison.draw(this.query, this.table);
    this.drawFilms();
    this.showQuery();
    this.showNotes();
  }

  showNotes() {
    const notes = byId("notes");
    if (notes.textContent !== this.opening.notes) notes.textContent = this.opening.notes;
  }

  drawPanel() {
    const { traced, store, comparison } = this;
    if (!traced) return;
    drawPhoto(this.panel, traced, store.view, this.query, this.table, comparison.title(traced));
  }

  showQuery() {
    const { method, query } = this.store.view;
    const cls = byId("cls", HTMLButtonElement);
    cls.disabled = method === "saliency";
    cls.hidden = !this.traced?.hasCls;
    cls.setAttribute("aria-pressed", String(method !== "saliency" && isSame(this.query, CLS)));
    this.panel.canvas.setAttribute(
      "aria-label",
      STAGES[this.traced?.attends === false ? "classes" : "attention"],
    );
    const from = typeof this.query === "number" ? this.query : query;
    byId("hint").textContent = this.traced?.methods.length ? hint(method, from, byFinger()) : "";
  }

  drawFilms() {
    const { traced, query, table } = this;
    if (!traced) return;
    this.films.draw({ traced, query, hovered: this.hover !== null, table });
    this.pins.draw(traced, table);
  }

  /** @returns {import("./phototakeaway.js").Shown | null} */
  shown() {
    const { traced } = this;
    const panels = this.comparison.shown ? [this.panel, this.comparison.panel] : [this.panel];
    const pictures = panels.map((panel) => panel.shown()).filter((picture) => picture !== null);
    if (!traced || !pictures.length) return null;
    const { source } = this.opening;
    const first = { traced, view: this.store.view, source };
    const second = this.comparison.shown ? this.comparison.seen() : null;
    const looks = second ? [first, second] : [first];
    return { ...first, looks, pictures, renew: () => this.opening.again() };
  }
}

boot((/** @type {ImageShell} */ shell) => new ImagePage(shell));
