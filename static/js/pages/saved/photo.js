/** A photo's view that was saved: stage, films and lenses, with the numbers beside them. */

import { byId } from "../../core/dom.js";
import { byFinger } from "../../core/finger.js";
import { kept } from "../../core/kept.js";
import { boot } from "../../core/shell.js";
import { Store } from "../../core/store.js";
import { CLS, isSame, parsePatches, parseQuery } from "../../math/query.js";
import { bindControls } from "../../parts/controls.js";
import { Panel } from "../../parts/image/panel.js";
import { Films } from "../../parts/photo/films.js";
import { listenForHold } from "../../parts/photo/original.js";
import { PHOTO_LOOK } from "../../parts/photo/photolook.js";
import { drawPhoto } from "../../parts/photo/photoscene.js";
import { PhotoTrace } from "../../parts/photo/phototrace.js";
import { hint } from "../../parts/phrases.js";
import { explainTerms } from "../../parts/term.js";

/**
 * @typedef {import("../../math/query.js").Patch} Patch
 * @typedef {Partial<import("../../parts/photo/photolook.js").PhotoLook> & {query: string, pins: string}} Spelled
 */

class SavedPhoto {
  /**
   * @param {import("../../core/shell.js").Shell<import("../../core/kept.js").Kept & {view: Spelled}>} shell
   * @param {ImageBitmap} photo
   */
  constructor(shell, photo) {
    this.shell = shell;
    /** @type {Store<import("../../parts/photo/photolook.js").PhotoLook>} */
    this.store = new Store({ ...PHOTO_LOOK, ...spelled(shell.page.view) });
    const trace = /** @type {import("../../core/api.js").ImageTrace} */ (shell.page.trace);
    this.traced = new PhotoTrace(trace, photo, (error) => shell.problem(String(error)));
    this.traced.onload = () => this.draw();
    /** @type {Patch | null} */
    this.hover = null;
    this.panel = new Panel(byId("panel"), {
      hover: (patch) => this.pointed(patch),
      choose: (patch) => this.choose(patch),
      move: (patch) => this.store.set({ query: patch }),
      leave: () => this.store.set({ query: CLS }),
    });
    this.films = new Films(this.store);
    this.films.statistics = shell.page.statistics;
    byId("cls").addEventListener("click", () => this.store.set({ query: CLS }));
    listenForHold(byId("original"), "o", (on) => this.panel.stage.original(on));
    bindControls(this.store, ["lens", "method"]);
    this.store.listen(() => this.changed());
    this.draw();
  }

  get table() {
    return /** @type {Uint8Array} */ (this.shell.tables.get(this.store.view.colormap));
  }

  get query() {
    const { query, method } = this.store.view;
    const pointed = isSame(query, CLS) && method === "weights" && this.hover;
    return this.traced.lookedFrom(pointed || query);
  }

  /** @param {Patch | null} patch */
  pointed(patch) {
    this.hover = patch;
    this.panel.pointed = patch;
    this.drawPanel();
    this.shell.after("films", 80, () => this.drawFilms());
  }

  /** @param {Patch} patch looked from until it is chosen again */
  choose(patch) {
    this.store.set({ query: isSame(patch, this.store.view.query) ? CLS : patch });
  }

  changed() {
    this.hover = null;
    this.draw();
    this.shell.after("settle", 250, () => this.panel.describe());
  }

  draw() {
    this.drawPanel();
    this.drawFilms();
  }

  drawPanel() {
    const { method, query } = this.store.view;
    byId("cls").hidden = !this.traced.hasCls;
    byId("cls").setAttribute("aria-pressed", String(method !== "saliency" && isSame(this.query, CLS)));
    byId("hint").textContent = hint(method, query, byFinger());
    drawPhoto(this.panel, this.traced, this.store.view, this.query, this.table);
  }

  drawFilms() {
    const { traced, query, table } = this;
    this.films.draw({ traced, query, hovered: this.hover !== null, table });
  }
}

/** @param {Spelled} view what was looked from as text, as a link has it */
function spelled({ query, pins, ...view }) {
  return { ...view, query: parseQuery(query) ?? CLS, pins: parsePatches(pins) ?? [] };
}

boot(async (shell) => {
  explainTerms();
  const image = new Image();
  image.src = kept().photo;
  await image.decode();
  new SavedPhoto(/** @type {any} */ (shell), await createImageBitmap(image));
});
