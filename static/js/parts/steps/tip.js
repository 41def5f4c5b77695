/** The exact number under the pointer. */

import { cellAt, cellWords } from "./cells.js";

/** @typedef {import("./cells.js").Cells} Cells */

export class Tip {
  /** @param {{tip: HTMLElement, root: HTMLElement}} frame */
  constructor({ tip, root }) {
    this.tip = tip;
    this.root = root;
  }

  /**
   * @param {PointerEvent | null} event null hides it
   * @param {Cells[]} strips
   * @returns {{strip: Cells, index: number} | null} what is under the pointer
   */
  follow(event, strips) {
    const strip = strips.find(({ canvas }) => canvas === event?.target);
    const index = strip && event ? cellAt(strip, event) : null;
    this.tip.hidden = index === null;
    if (!strip || !event || index === null) return null;
    this.tip.textContent = cellWords(strip, index);
    this.place(event);
    return { strip, index };
  }

  /** @param {PointerEvent} event */
  place({ clientX, clientY }) {
    const box = this.root.getBoundingClientRect();
    const x = clientX - box.left;
    this.tip.style.left = `${x}px`;
    this.tip.style.top = `${clientY - box.top}px`;
    this.tip.classList.toggle("flip", x > box.width / 2);
  }
}
