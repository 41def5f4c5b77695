/** The stage: the picture that answers to pointer, finger and keys, which choose a patch. */

import { clampPatch, patchAt, place } from "../../math/geometry.js";
import { Picture } from "./picture.js";

/** @typedef {import("./scene.js").Patch} Patch */

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export class Stage extends Picture {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {{hover: (patch: Patch | null) => void, choose: (patch: Patch) => void,
   *   move: (patch: Patch) => void, leave: () => void}} on `leave`: no patch is to be looked from
   */
  constructor(canvas, on) {
    super(canvas);
    this.on = on;
    this.listen();
  }

  listen() {
    const { canvas } = this;
    canvas.addEventListener("pointermove", (event) => this.point(event));
    canvas.addEventListener("pointerdown", (event) => this.point(event));
    canvas.addEventListener("pointerleave", () => this.on.hover(null));
    canvas.addEventListener("click", (event) => {
      const patch = this.under(event);
      if (patch) this.on.choose(patch);
    });
    canvas.addEventListener("keydown", (event) => this.key(event));
  }

  /** @param {PointerEvent} event */
  point(event) {
    const patch = this.under(event);
    if (patch) this.on.hover(patch);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (!this.scene || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = STEPS[/** @type {keyof STEPS} */ (event.key)];
    const { grid, query, step: far = 1 } = this.scene;
    const from = query ?? { row: Math.floor(grid.rows / 2), column: Math.floor(grid.columns / 2) };
    if (step) this.on.move(clampPatch(from.row + far * step[0], from.column + far * step[1], grid));
    else if ((event.key === "Enter" || event.key === " ") && query) this.on.choose(query);
    else if (event.key === "Escape") this.on.leave();
    else return;
    event.preventDefault();
  }

  /**
   * The patch under the pointer.
   * @param {MouseEvent} event
   * @returns {Patch | null}
   */
  under(event) {
    if (!this.scene) return null;
    const bounds = this.canvas.getBoundingClientRect();
    const { crop, size, grid } = this.scene;
    const box = place(crop, size, bounds);
    return patchAt(event.clientX - bounds.left, event.clientY - bounds.top, box, grid);
  }
}
