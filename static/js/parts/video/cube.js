/** The space-time cube as small multiples: every frame with its map, and one press away. */

import { Film } from "../film.js";
import { Picture } from "../image/picture.js";

/** @typedef {import("../film.js").Frame & {scene: import("../image/scene.js").Scene | null}} CubeFrame */

export class Cube extends Film {
  /**
   * @param {HTMLElement} element
   * @param {(key: string) => void} onChoose
   */
  constructor(element, onChoose) {
    super(element, onChoose);
    /** @type {WeakMap<HTMLCanvasElement, Picture>} */
    this.pictures = new WeakMap();
    this.shown = "";
  }

  /**
   * Of a strip that is wider than its room, what is chosen is brought into sight; the page stays.
   * @override
   * @param {CubeFrame[]} frames
   * @param {import("../film.js").How} how
   */
  draw(frames, how) {
    super.draw(frames, how);
    if (this.shown === how.chosen) return;
    this.shown = how.chosen;
    const button = this.frames.get(how.chosen)?.button;
    const { element } = this;
    if (button && element.scrollWidth > element.clientWidth) {
      element.scrollLeft =
        button.offsetLeft - element.offsetLeft - (element.clientWidth - button.offsetWidth) / 2;
    }
  }

  /**
   * @override
   * @param {CubeFrame} frame
   * @param {HTMLCanvasElement} canvas
   * @param {import("../film.js").How} how
   */
  paint({ scene }, canvas, { grid }) {
    const picture = this.pictures.get(canvas) ?? new Picture(canvas);
    this.pictures.set(canvas, picture);
    const size = scene?.size ?? { width: grid.columns, height: grid.rows };
    canvas.style.setProperty("--ratio", String(size.width / size.height));
    canvas.classList.toggle("waiting", !scene);
    if (scene) picture.draw(scene);
  }
}
