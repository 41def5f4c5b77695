/** Query, key and value step by step, for the patch, layer and head that the image page shows. */

import { ApiError } from "../../core/api.js";
import { placeOf, seenFrom } from "../../math/axis.js";
import { samePlace } from "../../math/geometry.js";
import { CLS, isPatch, patchOn } from "../../math/query.js";
import { drawPatch } from "../../parts/image/picture.js";
import { headName } from "../../parts/phrases.js";
import { StepsToggle } from "../../parts/steps/toggle.js";

/**
 * @typedef {import("../../parts/photo/phototrace.js").PhotoTrace} PhotoTrace
 * @typedef {import("../../parts/steps/steps.js").Choice} Choice
 * @typedef {import("../../core/store.js").Store<import("./view.js").View>} Store
 */

const FOLLOWED = ["steps", "layer", "head", "query"];

export class PhotoSteps {
  /**
   * @param {HTMLElement} button
   * @param {HTMLElement} element
   * @param {Store} store
   * @param {Uint8Array} table a diverging one
   */
  constructor(button, element, store, table) {
    this.store = store;
    /** @type {PhotoTrace | null} */
    this.traced = null;
    this.toggle = new StepsToggle(button, element, store, table, {
      drawKey: (canvas, key) => this.drawKey(canvas, key),
      onChoose: (choice) => this.chosen(choice),
      onProblem: (error) => this.failed(error),
    });
    store.listen((changed) => {
      if (FOLLOWED.some((name) => changed.has(name))) this.draw();
    });
  }

  /** @param {import("../../parts/photo/tracedphoto.js").Traced} traced */
  follow(traced) {
    this.traced = traced.attends ? /** @type {PhotoTrace} */ (traced) : null;
    this.draw();
  }

  sites() {
    return this.traced?.sites(this.store.view.query) ?? [];
  }

  /**
   * What the view asks for: layer, query, and a head; of their mean or maximum, the first.
   * @param {PhotoTrace} traced
   * @returns {Choice}
   */
  choice(traced) {
    const { layer, head, query } = this.store.view;
    const site = traced.site({ layer, query });
    const one = Number(head) < site.heads ? Number(head) : 0;
    const { grid } = traced;
    const from = traced.lookedFrom(isPatch(query) ? (patchOn(query, grid) ?? CLS) : query);
    return { site: site.name, head: one, query: seenFrom(site.query, from, grid) };
  }

  /** @param {Choice} choice what was chosen in the panel */
  chosen({ site, head, query }) {
    const { trace } = /** @type {PhotoTrace} */ (this.traced);
    const sites = this.sites();
    const found = sites.find((each) => each.name === site);
    const axis = found?.query;
    const across = axis?.kind === "token";
    const place = typeof query === "number" && !across ? CLS : query;
    const seen =
      isPatch(place) && axis?.kind === "patch" && isPatch(place)
        ? samePlace(place, axis.grid, trace.grid)
        : place;
    this.store.set({ head: String(head), query: seen, layer: found?.layer });
  }

  /**
   * One that is gone is sent again; of the others the panel says its own by itself.
   * @param {unknown} error
   */
  failed(error) {
    if (!(error instanceof ApiError) || error.gone) this.traced?.onError(error);
  }

  /** A sentence where the picture shows something else than one head. */
  note() {
    const { head, method } = this.store.view;
    if (method !== "weights")
      return `The picture shows ${method}; these are the attention weights of one head.`;
    if (!Number.isNaN(Number(head))) return "";
    return `The picture shows the ${headName(head)}; step by step there is one head at a time: this is head 0.`;
  }

  draw() {
    const { traced } = this;
    if (!traced) return this.toggle.draw(null);
    const { id } = traced.trace;
    return this.toggle.draw({
      trace: id,
      sites: this.sites(),
      choice: this.choice(traced),
      note: this.note(),
    });
  }

  /**
   * A key's patch of the photo; CLS and registers have none.
   * @param {HTMLCanvasElement} canvas
   * @param {number} key
   */
  drawKey(canvas, key) {
    const traced = /** @type {PhotoTrace} */ (this.traced);
    const axis = traced.site(this.store.view).key;
    const patch = placeOf(axis, key);
    const { input } = traced.trace;
    if (!patch || axis.kind !== "patch") return;
    drawPatch(canvas, { photo: traced.photo, size: input, crop: input.crop, grid: axis.grid }, patch);
  }
}
