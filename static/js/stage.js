/**
 * The stage: a photo and its heatmap on one canvas, and the pointer that chooses a patch.
 *
 * @typedef {import("./traced.js").HeatMap} HeatMap
 * @typedef {import("./geometry.js").Box} Box
 * @typedef {{row: number, column: number}} Patch
 * @typedef {object} Scene everything one picture needs
 * @property {import("./traced.js").Traced} traced
 * @property {HeatMap | null} map
 * @property {import("./state.js").View} view
 * @property {import("./colour.js").Scale} scale
 * @property {Uint8Array} table
 * @property {Uint8Array | null} kept the filter's mask
 * @property {number} high the heaviest weight of the map
 * @property {Patch | null} query
 * @property {Patch[]} pins
 */

import { paint, paintAttenuation, paintFilter } from "./colour.js";
import { clampPatch, patchAt, patchBox, place } from "./geometry.js";

const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export class Stage {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {{hover: (patch: Patch | null) => void, choose: (patch: Patch) => void,
   *   move: (patch: Patch) => void, cls: () => void}} on
   */
  constructor(canvas, on) {
    this.canvas = canvas;
    this.on = on;
    this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    this.heat = document.createElement("canvas");
    this.base = document.createElement("canvas");
    /** @type {CanvasImageSource | null} */
    this.basePhoto = null;
    /** @type {Scene | null} */
    this.scene = null;
    this.listen();
  }

  listen() {
    const { canvas } = this;
    canvas.addEventListener("pointermove", (event) => this.point(event));
    canvas.addEventListener("pointerdown", (event) => this.point(event));
    canvas.addEventListener("pointerleave", () => this.on.hover(null));
    canvas.addEventListener("click", (event) => {
      const patch = this.under(event);
      if (patch) this.on.choose(patch);
    });
    canvas.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.redraw()).observe(canvas);
  }

  /** @param {PointerEvent} event */
  point(event) {
    const patch = this.under(event);
    if (patch) this.on.hover(patch);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (!this.scene || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = STEPS[/** @type {keyof STEPS} */ (event.key)];
    const { grid } = this.scene.traced.trace;
    const from = this.scene.query ?? {
      row: Math.floor(grid.rows / 2),
      column: Math.floor(grid.columns / 2),
    };
    if (step) {
      this.on.move(clampPatch(from.row + step[0], from.column + step[1], grid));
    } else if ((event.key === "Enter" || event.key === " ") && this.scene.query) {
      this.on.choose(this.scene.query);
    } else if (event.key === "Escape") {
      this.on.cls();
    } else return;
    event.preventDefault();
  }

  /**
   * The patch under the pointer.
   * @param {MouseEvent} event
   * @returns {Patch | null}
   */
  under(event) {
    if (!this.scene) return null;
    const bounds = this.canvas.getBoundingClientRect();
    const { input, grid } = this.scene.traced.trace;
    const box = place(input.crop, input, bounds);
    return patchAt(event.clientX - bounds.left, event.clientY - bounds.top, box, grid);
  }

  /** @param {Scene} scene */
  draw(scene) {
    this.scene = scene;
    this.redraw();
  }

  redraw() {
    if (!this.scene || !this.resize()) return;
    const { context, canvas, scene } = this;
    const { input } = scene.traced.trace;
    context.clearRect(0, 0, canvas.width, canvas.height);
    if (scene.view.lens !== "heat" || !scene.map) context.drawImage(this.photo(), 0, 0);
    const box = place(input.crop, input, canvas);
    if (scene.map) this.drawMap(scene.map, box);
    this.drawMarks(box);
  }

  /** Makes the canvas as fine as the screen; false while it is not on the page. */
  resize() {
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    const width = Math.round(this.canvas.clientWidth * ratio);
    const height = Math.round(this.canvas.clientHeight * ratio);
    if (!width || !height) return false;
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
      this.basePhoto = null;
    }
    return true;
  }

  /** The photo at the canvas's own size: a large photo is reduced once, not at every frame. */
  photo() {
    const photo = /** @type {Scene} */ (this.scene).traced.photo;
    if (this.basePhoto !== photo) {
      this.base.width = this.canvas.width;
      this.base.height = this.canvas.height;
      const context = /** @type {CanvasRenderingContext2D} */ (this.base.getContext("2d"));
      context.imageSmoothingQuality = "high";
      context.drawImage(photo, 0, 0, this.base.width, this.base.height);
      this.basePhoto = photo;
    }
    return this.base;
  }

  /**
   * @param {HeatMap} map
   * @param {Box} box
   */
  drawMap(map, box) {
    const { context, scene } = this;
    const { view } = /** @type {Scene} */ (scene);
    this.fill(map);
    if (view.lens === "filter") this.veil(box, 1);
    if (view.lens === "attenuate") this.veil(box, 1 - view.floor / 100);
    context.imageSmoothingEnabled = view.smooth && view.lens !== "filter";
    context.globalAlpha = view.lens === "overlay" ? view.opacity / 100 : 1;
    context.drawImage(this.heat, box.left, box.top, box.width, box.height);
    context.globalAlpha = 1;
  }

  /**
   * Darkens what lies beside the patch grid: the model has not seen it.
   * @param {Box} box
   * @param {number} opacity
   */
  veil({ left, top, width, height }, opacity) {
    const { context, canvas } = this;
    context.fillStyle = `rgb(0 0 0 / ${opacity})`;
    context.beginPath();
    context.rect(0, 0, canvas.width, canvas.height);
    context.rect(left, top, width, height);
    context.fill("evenodd");
  }

  /**
   * Paints the map into a canvas of one pixel a patch.
   * @param {HeatMap} map
   */
  fill(map) {
    const { view, scale, table, kept, high } = /** @type {Scene} */ (this.scene);
    if (this.heat.width !== map.columns || this.heat.height !== map.rows) {
      this.heat.width = map.columns;
      this.heat.height = map.rows;
    }
    const context = /** @type {CanvasRenderingContext2D} */ (this.heat.getContext("2d"));
    const image = context.createImageData(map.columns, map.rows);
    if (view.lens === "filter" && kept) paintFilter(kept, image.data);
    else if (view.lens === "attenuate") {
      paintAttenuation(map.values, high, view.floor / 100, image.data);
    } else paint(map.values, scale, table, image.data);
    context.putImageData(image, 0, 0);
  }

  /** @param {Box} box */
  drawMarks(box) {
    const { context, scene } = this;
    const { traced, view, query, pins } = /** @type {Scene} */ (scene);
    if (view.grid) this.drawGrid(box, traced.trace.grid);
    context.lineWidth = Math.max(2, this.canvas.width / 500);
    for (const pin of pins) this.outline(patchBox(pin, box, traced.trace.grid), [4, 3]);
    if (query && view.method !== "saliency") {
      this.outline(patchBox(query, box, traced.trace.grid), []);
    }
  }

  /**
   * A patch's outline in white on black, so that it shows on any photo.
   * @param {Box} box
   * @param {number[]} dash
   */
  outline({ left, top, width, height }, dash) {
    const { context } = this;
    const line = context.lineWidth;
    context.setLineDash([]);
    context.strokeStyle = "#000";
    context.lineWidth = line * 2;
    context.strokeRect(left, top, width, height);
    context.strokeStyle = "#fff";
    context.lineWidth = line;
    context.setLineDash(dash);
    context.strokeRect(left, top, width, height);
    context.setLineDash([]);
  }

  /**
   * @param {Box} box
   * @param {import("./geometry.js").Grid} grid
   */
  drawGrid(box, { rows, columns }) {
    const { context } = this;
    context.strokeStyle = "rgb(255 255 255 / 0.35)";
    context.lineWidth = 1;
    context.beginPath();
    for (let row = 0; row <= rows; row++) {
      const y = Math.round(box.top + (row * box.height) / rows) + 0.5;
      context.moveTo(box.left, y);
      context.lineTo(box.left + box.width, y);
    }
    for (let column = 0; column <= columns; column++) {
      const x = Math.round(box.left + (column * box.width) / columns) + 0.5;
      context.moveTo(x, box.top);
      context.lineTo(x, box.top + box.height);
    }
    context.stroke();
  }
}
