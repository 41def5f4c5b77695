/** Queries that are no patches (object queries, a pooling head's probe): a list to choose one from. */

import { html, part, pen } from "../../core/dom.js";
import { place } from "../../math/geometry.js";
import { spellQuery } from "../../math/query.js";

/**
 * @typedef {import("./phototrace.js").Other} Other
 * @typedef {import("./tracedphoto.js").Traced} Traced
 */

const WIDTH = 96; // pixels of a small photo

export class OtherQueries {
  /**
   * @param {HTMLElement} element
   * @param {(query: import("../../math/query.js").AnyQuery) => void} onChoose
   */
  constructor(element, onChoose) {
    this.element = element;
    this.list = part(element, "list");
    this.title = part(element, "title");
    this.onChoose = onChoose;
    /** @type {Traced | null} */
    this.traced = null;
  }

  /**
   * @param {Traced} traced
   * @param {import("../../math/query.js").AnyQuery} query that is looked from
   */
  draw(traced, query) {
    const others = "others" in traced ? traced.others() : [];
    this.element.hidden = !others.length;
    if (traced !== this.traced) this.build(traced, others);
    this.traced = traced;
    for (const button of this.list.querySelectorAll("button"))
      button.setAttribute("aria-pressed", String(button.dataset.query === spellQuery(query)));
  }

  /**
   * @param {Traced} traced
   * @param {Other[]} others
   */
  build(traced, others) {
    const objects = others.some(({ box }) => box);
    this.title.textContent = objects ? "Object queries" : "Queries that are no patches";
    this.list.replaceChildren(...others.map((other) => this.entry(traced, other)));
  }

  /**
   * @param {Traced} traced
   * @param {Other} other
   */
  entry(traced, { query, label, box }) {
    const name = html("span", { class: "frame-label" }, label);
    const drawn = box ? [boxed(traced, box)] : [];
    const spelled = spellQuery(query);
    const button = html("button", { type: "button", class: "frame", "data-query": spelled }, ...drawn, name);
    if (box) button.setAttribute("aria-label", `${label}, ${wordsOf(box)}`);
    button.addEventListener("click", () => this.onChoose(query));
    return button;
  }
}

/** @param {import("../../math/geometry.js").Box} box in pixels of the photo */
function wordsOf({ left, top, width, height }) {
  const [x, y, w, h] = [left, top, width, height].map(Math.round);
  return `${w} by ${h} pixels from ${x}, ${y}`;
}

/**
 * The photo in small, with the box of what was found.
 * @param {Traced} traced
 * @param {import("../../math/geometry.js").Box} box
 */
function boxed({ photo, trace }, box) {
  const { input } = trace;
  const height = Math.max(1, Math.round((WIDTH * input.height) / input.width));
  const canvas = html("canvas", { width: String(WIDTH), height: String(height), "aria-hidden": "true" });
  canvas.style.setProperty("--ratio", String(input.width / input.height));
  const context = pen(canvas);
  context.drawImage(photo, 0, 0, WIDTH, height);
  const { left, top, width, height: tall } = place(box, input, canvas);
  for (const [colour, line] of /** @type {[string, number][]} */ ([
    ["#000", 4],
    ["#fff", 2],
  ])) {
    context.strokeStyle = colour;
    context.lineWidth = line;
    context.strokeRect(left, top, width, tall);
  }
  return canvas;
}
