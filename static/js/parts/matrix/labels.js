/** The labels of one axis of a matrix; only those in sight are elements. */

import { svg } from "../../core/dom.js";
import { shortened } from "../lettering.js";

/** @typedef {import("../../math/words.js").Label} Label */

export class AxisLabels {
  /**
   * @param {string} anchor
   * @param {SVGElement} parent
   */
  constructor(anchor, parent) {
    this.group = svg("g", { "text-anchor": anchor });
    /** @type {Map<number, SVGElement>} */
    this.elements = new Map();
    /** @type {number | null} */
    this.lit = null;
    parent.append(this.group);
  }

  clear() {
    this.group.replaceChildren();
    this.elements.clear();
  }

  /**
   * @param {Label[]} labels
   * @param {number[]} range first and last (exclusive)
   * @param {(element: SVGElement, index: number) => void} position
   */
  show(labels, [first, last], position) {
    for (const [index, element] of this.elements) {
      if (index >= first && index < last) continue;
      element.remove();
      this.elements.delete(index);
    }
    for (let index = first; index < last; index++) {
      const element = this.elements.get(index) ?? this.add(labels[index], index);
      position(element, index);
    }
  }

  /**
   * @param {Label} label
   * @param {number} index
   */
  add(label, index) {
    const name = label.special ? "special" : "";
    const element = svg("text", { class: name }, shortened(label.text));
    element.classList.toggle("on", index === this.lit);
    this.elements.set(index, element);
    this.group.append(element);
    return element;
  }

  /** @param {number | null} index */
  light(index) {
    if (this.lit !== null) this.elements.get(this.lit)?.classList.remove("on");
    this.lit = index;
    if (index !== null) this.elements.get(index)?.classList.add("on");
  }
}

/**
 * The entries in sight: first and last (exclusive).
 * @param {number} scroll
 * @param {number} room
 * @param {number} cell
 * @param {number} count
 */
export function sight(scroll, room, cell, count) {
  return [Math.max(0, Math.floor(scroll / cell)), Math.min(count, Math.ceil((scroll + room) / cell))];
}

/**
 * @param {SVGElement} element
 * @param {number} x
 * @param {number} y
 * @param {boolean} there
 */
export function placeLabel(element, x, y, there) {
  element.setAttribute("x", x.toFixed(1));
  element.setAttribute("y", y.toFixed(1));
  element.toggleAttribute("hidden", !there);
}
