/** The colour bar: the table from its true lowest to its true highest weight. */

import { formatWeight } from "./colour.js";

export class ScaleBar {
  /** @param {HTMLElement} element with a canvas and outputs named low, middle and high */
  constructor(element) {
    this.canvas = /** @type {HTMLCanvasElement} */ (element.querySelector("canvas"));
    const part = (/** @type {string} */ name) =>
      /** @type {HTMLElement} */ (element.querySelector(`[data-part="${name}"]`));
    this.low = part("low");
    this.middle = part("middle");
    this.high = part("high");
    this.canvas.width = 256;
    this.canvas.height = 1;
  }

  /**
   * @param {Uint8Array} table
   * @param {import("./colour.js").Scale} scale
   * @param {string} middle what to say between the ends
   */
  draw(table, { low, high }, middle) {
    const context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    const image = context.createImageData(256, 1);
    for (let i = 0; i < 256; i++) {
      image.data.set(table.subarray(3 * i, 3 * i + 3), 4 * i);
      image.data[4 * i + 3] = 255;
    }
    context.putImageData(image, 0, 0);
    this.low.textContent = formatWeight(low);
    this.high.textContent = formatWeight(high);
    this.middle.textContent = middle;
  }
}
