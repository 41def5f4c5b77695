/** A thing's mask on a picture: tinted, and outlined in white on black so that it shows on anything. */

import { html, pen } from "../../core/dom.js";
import { finer } from "../../math/smooth.js";

const FINER = 8; // as many pixels along a patch
const TINT = [255, 77, 46]; // as of the files that the server writes
const OPACITY = 0.45;

export class MaskVeil {
  constructor() {
    this.canvas = html("canvas");
    /** @type {import("./scene.js").Mask | null} that is on the canvas */
    this.mask = null;
    this.tinted = false;
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {import("./scene.js").Mask} mask
   * @param {import("../../math/geometry.js").Box} box
   * @param {boolean} tinted
   */
  draw(context, mask, { left, top, width, height }, tinted) {
    if (this.mask !== mask || this.tinted !== tinted) this.fill(mask, tinted);
    Object.assign(this, { mask, tinted });
    context.imageSmoothingEnabled = true;
    context.drawImage(this.canvas, left, top, width, height);
  }

  /**
   * @param {import("./scene.js").Mask} mask
   * @param {boolean} tinted
   */
  fill({ values, rows, columns, level }, tinted) {
    const [high, wide] = [rows * FINER, columns * FINER];
    const fine = finer(values, rows, columns, FINER);
    Object.assign(this.canvas, { width: wide, height: high });
    const context = pen(this.canvas);
    const image = context.createImageData(wide, high);
    const inside = (/** @type {number} */ x, /** @type {number} */ y) =>
      x >= 0 && y >= 0 && x < wide && y < high && fine[y * wide + x] > level;
    for (let y = 0, at = 0; y < high; y++) {
      for (let x = 0; x < wide; x++, at += 4) image.data.set(pixelAt(x, y, inside, tinted), at);
    }
    context.putImageData(image, 0, 0);
  }
}

/**
 * White along the inner edge, black along the outer one.
 * @param {number} x
 * @param {number} y
 * @param {(x: number, y: number) => boolean} inside
 * @param {boolean} tinted
 */
function pixelAt(x, y, inside, tinted) {
  const here = inside(x, y);
  const edge = [inside(x - 1, y), inside(x + 1, y), inside(x, y - 1), inside(x, y + 1)].some(
    (is) => is !== here,
  );
  if (edge) return here ? [255, 255, 255, 255] : [0, 0, 0, 160];
  return here && tinted ? [...TINT, 255 * OPACITY] : [0, 0, 0, 0];
}
