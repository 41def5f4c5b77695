/** The colour bar: the table from its true lowest to its true highest weight. */

import { find, part, pen } from "../core/dom.js";
import { barColours, formatWeight } from "../math/colour.js";

const WIDTH = 256;

export class ColourBar {
  /** @param {HTMLElement} element with a canvas and outputs named low, middle and high */
  constructor(element) {
    this.element = element;
    this.canvas = find(element, "canvas", HTMLCanvasElement);
    this.low = part(element, "low");
    this.middle = part(element, "middle");
    this.high = part(element, "high");
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
    pen(this.canvas).putImageData(new ImageData(barColours(table, scale, reach, WIDTH), WIDTH, 1), 0, 0);
    this.low.textContent = formatWeight(reach[0]);
    this.high.textContent = formatWeight(reach[1]);
    this.middle.textContent = middle;
  }
}
