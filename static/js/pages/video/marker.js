/**
 * A thing is marked: a click takes what is like the patch under it, a brush takes the patches it passes.
 * Once a thing is carried, a brush adds to its mask in any frame, or erases of it.
 *
 * @typedef {import("../../math/geometry.js").Patch} Patch
 * @typedef {import("../../parts/video/carried.js").Thing} Thing
 */

import { byId } from "../../core/dom.js";

export class Marker {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {() => Patch[]} base the patches of the thing in the frame that is shown, as it is carried
   * @param {(thing: Pick<Thing, "grown" | "patches">) => void} onMarked
   */
  constructor(canvas, base, onMarked) {
    this.base = base;
    this.onMarked = onMarked;
    this.pressed = false;
    /** @type {Map<string, Patch>} that the brush has passed, while it is pressed */
    this.brushed = new Map();
    canvas.addEventListener("pointerdown", (event) => {
      this.pressed = event.isPrimary;
      this.brushed.clear();
    });
    for (const name of ["pointerup", "pointercancel"]) {
      window.addEventListener(name, () => (this.pressed = false));
    }
    const erase = byId("erase");
    erase.addEventListener("click", () => erase.setAttribute("aria-pressed", String(!this.erasing)));
  }

  get erasing() {
    return byId("erase").getAttribute("aria-pressed") === "true";
  }

  /** @returns {readonly Patch[]} */
  get patches() {
    return [...this.brushed.values()];
  }

  /**
   * @param {Patch} patch under the pointer
   * @returns {boolean} whether the brush has a patch more
   */
  pass(patch) {
    const spelled = keyOf(patch);
    if (!this.pressed || this.brushed.has(spelled)) return false;
    this.brushed.set(spelled, patch);
    return true;
  }

  /** @param {Patch} patch at which the pointer was let go, or that was chosen by a key */
  finish(patch) {
    const { patches, erasing } = this;
    this.brushed.clear();
    if (patches.length < 2 && !erasing) return this.onMarked({ grown: true, patches: [patch] });
    const found = new Map(this.base().map((each) => [keyOf(each), each]));
    for (const each of patches.length ? patches : [patch]) {
      if (erasing) found.delete(keyOf(each));
      else found.set(keyOf(each), each);
    }
    if (found.size) this.onMarked({ grown: false, patches: [...found.values()] });
  }
}

/** @param {Patch} patch */
function keyOf({ row, column }) {
  return `${row},${column}`;
}
