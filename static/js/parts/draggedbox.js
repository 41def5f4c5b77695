/**
 * A box that lies on a picture, to be moved and resized by the pointer, by its corners, or by keys.
 * Everything is in parts of the picture's width and height, 0 to 1.
 *
 * @typedef {import("../math/geometry.js").Box} Box
 * @typedef {{x: number, y: number}} Point
 * @typedef {{right: boolean, bottom: boolean}} Corner
 * @typedef {object} On
 * @property {(centre: Point) => void} move
 * @property {(corner: Corner, to: Point, from: Box) => void} resize `from` is the box as the corner was taken
 * @property {(by: 1 | -1) => void} size a step larger or smaller
 */

import { html } from "../core/dom.js";

const CORNERS = [
  { right: false, bottom: false },
  { right: true, bottom: false },
  { right: false, bottom: true },
  { right: true, bottom: true },
];
const STEP = 0.02; // of an arrow key
const ARROWS = /** @type {Record<string, [number, number]>} */ ({
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
});

export class DraggedBox {
  /**
   * @param {HTMLElement} frame which the picture fills
   * @param {string} label
   * @param {On} on
   */
  constructor(frame, label, on) {
    this.frame = frame;
    this.on = on;
    /** @type {Box} */
    this.box = { left: 0, top: 0, width: 1, height: 1 };
    this.element = html(
      "div",
      {
        class: "dragged-box",
        tabindex: "0",
        role: "application",
        "aria-roledescription": "box that can be moved",
        "aria-label": `${label}. Arrow keys move it, plus and minus resize it.`,
      },
      ...CORNERS.map((corner) => this.corner(corner)),
    );
    this.element.hidden = true; // until it has a place
    frame.append(this.element);
    this.element.addEventListener("pointerdown", (event) => this.grab(event));
    this.element.addEventListener("keydown", (event) => this.key(event));
  }

  /** @param {Box} box */
  draw(box) {
    this.box = box;
    this.element.hidden = false;
    for (const [name, value] of Object.entries(box)) {
      this.element.style.setProperty(`--${name}`, `${(100 * value).toFixed(2)}%`);
    }
  }

  /** @param {Corner} corner */
  corner(corner) {
    const side = `${corner.bottom ? "bottom" : "top"}-${corner.right ? "right" : "left"}`;
    const handle = html("span", { class: "dragged-corner", "data-corner": side, "aria-hidden": "true" });
    handle.addEventListener("pointerdown", (event) => {
      event.stopPropagation();
      const from = this.box;
      this.follow(handle, event, (to) => this.on.resize(corner, to, from));
    });
    return handle;
  }

  /** @param {PointerEvent} event */
  grab(event) {
    const { left, top, width, height } = this.box;
    const start = this.pointOf(event);
    const [x, y] = [left + width / 2 - start.x, top + height / 2 - start.y];
    this.follow(this.element, event, (to) => this.on.move({ x: to.x + x, y: to.y + y }));
  }

  /**
   * @param {HTMLElement} element
   * @param {PointerEvent} event that began it
   * @param {(to: Point) => void} moved
   */
  follow(element, event, moved) {
    if (event.button) return;
    event.preventDefault(); // no text is chosen on the way
    this.element.focus({ preventScroll: true });
    element.setPointerCapture(event.pointerId);
    const move = (/** @type {PointerEvent} */ now) => moved(this.pointOf(now));
    element.addEventListener("pointermove", move);
    for (const end of ["pointerup", "pointercancel"]) {
      element.addEventListener(end, () => element.removeEventListener("pointermove", move), { once: true });
    }
  }

  /** @param {PointerEvent} event */
  pointOf({ clientX, clientY }) {
    const { left, top, width, height } = this.frame.getBoundingClientRect();
    return { x: (clientX - left) / Math.max(1, width), y: (clientY - top) / Math.max(1, height) };
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const by = ARROWS[event.key];
    const larger = ["+", "="].includes(event.key);
    if (!by && !larger && event.key !== "-") return;
    event.preventDefault();
    const { left, top, width, height } = this.box;
    if (by) this.on.move({ x: left + width / 2 + by[0] * STEP, y: top + height / 2 + by[1] * STEP });
    else this.on.size(larger ? 1 : -1);
  }
}
