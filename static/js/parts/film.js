/**
 * A filmstrip: one small map a head or layer; choosing one is instant. `name` is what a screen
 * reader says where the label is too short for that.
 *
 * @typedef {{key: string, label: string, name: string, note: string, values: Float32Array | null,
 *   scale: import("../math/colour.js").Scale}} Frame
 */

import { paint } from "../math/colour.js";

export class Film {
  /**
   * @param {HTMLElement} element
   * @param {(key: string) => void} onChoose
   */
  constructor(element, onChoose) {
    this.element = element;
    this.onChoose = onChoose;
    /** @type {Map<string, {button: HTMLButtonElement, canvas: HTMLCanvasElement,
     *   label: HTMLElement, note: HTMLElement}>} */
    this.frames = new Map();
    element.addEventListener("keydown", (event) => this.key(event));
  }

  /**
   * @param {Frame[]} frames
   * @param {{chosen: string, rows: number, columns: number, table: Uint8Array, smooth: boolean}} how
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
    this.element.replaceChildren(
      ...frames.map(({ key }) => {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "frame";
        button.dataset.key = key;
        const canvas = document.createElement("canvas");
        canvas.setAttribute("aria-hidden", "true");
        const label = document.createElement("span");
        label.className = "frame-label";
        const note = document.createElement("span");
        note.className = "frame-note";
        button.append(canvas, label, note);
        button.addEventListener("click", () => this.onChoose(key));
        this.frames.set(key, { button, canvas, label, note });
        return button;
      }),
    );
  }

  /**
   * @param {Frame} frame
   * @param {{chosen: string, rows: number, columns: number, table: Uint8Array, smooth: boolean}} how
   */
  update(frame, { chosen, rows, columns, table, smooth }) {
    const { button, canvas, label, note } = /** @type {NonNullable<ReturnType<typeof this.frames.get>>} */ (
      this.frames.get(frame.key)
    );
    const on = frame.key === chosen;
    button.setAttribute("aria-pressed", String(on));
    if (frame.name) button.setAttribute("aria-label", frame.name);
    if (label.textContent !== frame.label) label.textContent = frame.label;
    if (note.textContent !== frame.note) note.textContent = frame.note;
    if (canvas.width !== columns || canvas.height !== rows) {
      canvas.width = columns;
      canvas.height = rows;
      canvas.style.aspectRatio = `${columns} / ${rows}`;
    }
    canvas.classList.toggle("flat", !smooth);
    canvas.classList.toggle("waiting", !frame.values);
    if (frame.values) draw(canvas, frame.values, frame.scale, table);
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
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  const image = context.createImageData(canvas.width, canvas.height);
  paint(values, scale, table, image.data);
  context.putImageData(image, 0, 0);
}
