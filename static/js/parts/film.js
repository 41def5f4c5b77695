/**
 * A filmstrip: one small map a head or layer, each of its own rows and columns; choosing one is
 * instant. `name` is what a screen reader says where the label is too short for that.
 *
 * @typedef {{key: string, label: string, name: string, note: string,
 *   map: import("./image/scene.js").HeatMap | null, scale: import("../math/colour.js").Scale}} Frame
 * @typedef {object} How
 * @property {string} chosen
 * @property {{rows: number, columns: number}} grid of a frame whose map is still to come
 * @property {Uint8Array} table
 * @property {boolean} smooth
 */

import { html, pen } from "../core/dom.js";
import { paint } from "../math/colour.js";

export class Film {
  /**
   * @param {HTMLElement} element
   * @param {(key: string) => void} onChoose
   */
  constructor(element, onChoose) {
    this.element = element;
    this.onChoose = onChoose;
    /** @type {Map<string, ReturnType<Film["made"]>>} */
    this.frames = new Map();
    element.addEventListener("keydown", (event) => this.key(event));
  }

  /**
   * @param {Frame[]} frames
   * @param {How} how
   */
  draw(frames, how) {
    if (frames.map((frame) => frame.key).join() !== [...this.frames.keys()].join()) {
      this.build(frames);
    }
    for (const frame of frames) this.update(frame, how);
  }

  /** @param {Frame[]} frames */
  build(frames) {
    this.frames.clear();
    for (const { key } of frames) this.frames.set(key, this.made(key));
    this.element.replaceChildren(...[...this.frames.values()].map(({ button }) => button));
  }

  /** @param {string} key */
  made(key) {
    const canvas = html("canvas", { "aria-hidden": "true" });
    const label = html("span", { class: "frame-label" });
    const note = html("span", { class: "frame-note" });
    const button = html("button", { type: "button", class: "frame", "data-key": key }, canvas, label, note);
    button.addEventListener("click", () => this.onChoose(key));
    return { button, canvas, label, note };
  }

  /**
   * @param {Frame} frame
   * @param {How} how
   */
  update(frame, how) {
    const { button, canvas, label, note } = /** @type {ReturnType<Film["made"]>} */ (
      this.frames.get(frame.key)
    );
    const on = frame.key === how.chosen;
    button.setAttribute("aria-pressed", String(on));
    if (frame.name) button.setAttribute("aria-label", frame.name);
    if (label.textContent !== frame.label) label.textContent = frame.label;
    if (note.textContent !== frame.note) note.textContent = frame.note;
    this.paint(frame, canvas, how);
  }

  /**
   * @param {Frame} frame
   * @param {HTMLCanvasElement} canvas
   * @param {How} how
   */
  paint(frame, canvas, { grid, table, smooth }) {
    const { rows, columns } = frame.map ?? grid;
    if (canvas.width !== columns || canvas.height !== rows) {
      canvas.width = columns;
      canvas.height = rows;
      canvas.style.setProperty("--ratio", String(columns / rows));
    }
    canvas.classList.toggle("flat", !smooth);
    canvas.classList.toggle("waiting", !frame.map);
    if (frame.map) draw(canvas, frame.map.values, frame.scale, table);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const key = /** @type {HTMLElement} */ (event.target).dataset?.key;
    if (!step || key === undefined) return;
    const keys = [...this.frames.keys()];
    const forward = getComputedStyle(this.element).direction === "rtl" ? -step : step;
    const next = keys[keys.indexOf(key) + forward];
    if (next === undefined) return;
    this.frames.get(next)?.button.focus();
    this.onChoose(next);
    event.preventDefault();
  }
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Float32Array} values
 * @param {import("../math/colour.js").Scale} scale
 * @param {Uint8Array} table
 */
export function draw(canvas, values, scale, table) {
  const context = pen(canvas);
  const image = context.createImageData(canvas.width, canvas.height);
  paint(values, scale, table, image.data);
  context.putImageData(image, 0, 0);
}
