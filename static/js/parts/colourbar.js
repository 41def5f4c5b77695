/** The colour bar: the table from its true lowest to its true highest weight. */

import { barColours, formatWeight } from "../math/colour.js";

const WIDTH = 256;

export class ColourBar {
  /** @param {HTMLElement} element with a canvas and outputs named low, middle and high */
  constructor(element) {
    this.canvas = /** @type {HTMLCanvasElement} */ (element.querySelector("canvas"));
    const part = (/** @type {string} */ name) =>
      /** @type {HTMLElement} */ (element.querySelector(`[data-part="${name}"]`));
    this.low = part("low");
    this.middle = part("middle");
    this.high = part("high");
    this.canvas.width = WIDTH;
    this.canvas.height = 1;
  }

  /**
   * @param {Uint8Array} table
   * @param {import("../math/colour.js").Scale} scale
   * @param {[number, number]} reach the true lowest and highest weight
   * @param {string} middle what to say between the ends
   */
  draw(table, scale, reach, middle) {
    const context = /** @type {CanvasRenderingContext2D} */ (this.canvas.getContext("2d"));
    context.putImageData(new ImageData(barColours(table, scale, reach, WIDTH), WIDTH, 1), 0, 0);
    this.low.textContent = formatWeight(reach[0]);
    this.high.textContent = formatWeight(reach[1]);
    this.middle.textContent = middle;
  }
}
