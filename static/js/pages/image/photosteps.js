/** Query, key and value step by step, for the patch, layer and head that the image studio shows. */

/**
 * @typedef {import("../../parts/photo/phototrace.js").PhotoTrace} PhotoTrace
 * @typedef {import("../../core/store.js").Store<import("./view.js").View>} Store
 */

import { ApiError } from "../../core/api.js";
import { parsePatch, patchBox } from "../../math/geometry.js";
import { headName } from "../../parts/phrases.js";
import { StepsToggle } from "../../parts/steps/toggle.js";

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
      drawKey: (canvas, key) => this.drawPatch(canvas, key),
      onChoose: ({ site, head, query }) =>
        store.set({
          head: String(head),
          query,
          layer: this.traced?.trace.sites.find((each) => each.name === site)?.layer,
        }),
      onProblem: (error) => {
        // One that is gone is sent again; of the others the panel says its own by itself.
        if (!(error instanceof ApiError) || error.gone) this.traced?.onError(error);
      },
    });
    store.listen((changed) => {
      if (["steps", "layer", "head", "query"].some((name) => changed.has(name))) this.draw();
    });
  }

  /** @param {PhotoTrace} traced */
  follow(traced) {
    this.traced = traced;
    this.draw();
  }

  /** What the view asks for: layer, query, and a head; of their mean or maximum, the first. */
  choice() {
    const { layer, head, query } = this.store.view;
    const traced = /** @type {PhotoTrace} */ (this.traced);
    const site = traced.site(layer);
    const one = Number(head) < site.heads ? Number(head) : 0;
    const there = parsePatch(query, traced.trace.grid) ? query : "cls";
    return { site: site.name, head: one, query: there };
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
    const trace = this.traced?.trace;
    this.toggle.draw(
      trace ? { trace: trace.id, sites: trace.sites, choice: this.choice(), note: this.note() } : null,
    );
  }

  /**
   * A patch of the photo; CLS and registers have none.
   * @param {HTMLCanvasElement} canvas
   * @param {number} key
   */
  drawPatch(canvas, key) {
    const { trace, photo } = /** @type {PhotoTrace} */ (this.traced);
    const index = key - trace.prefix.length;
    if (index < 0) return;
    const { grid, input } = trace;
    const patch = { row: Math.floor(index / grid.columns), column: index % grid.columns };
    const { left, top, width, height } = patchBox(patch, input.crop, grid);
    const size = /** @type {{width: number, naturalWidth?: number}} */ (photo);
    const ratio = (size.naturalWidth ?? size.width) / input.width;
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    context.drawImage(
      photo,
      left * ratio,
      top * ratio,
      width * ratio,
      height * ratio,
      0,
      0,
      canvas.width,
      canvas.height,
    );
  }
}
