/** A photo and its heatmap, painted on one canvas. */

import { paint, paintAttenuation, paintFilter } from "../../math/colour.js";
import { patchBox, place } from "../../math/geometry.js";
import { finer } from "../../math/smooth.js";

/**
 * @typedef {import("./scene.js").Scene} Scene
 * @typedef {import("../photo/phototrace.js").HeatMap} HeatMap
 * @typedef {import("../../math/geometry.js").Box} Box
 */

const FINER = 4; // as many pixels along a patch, where a map is smooth
const LARGEST = 128; // patches along a side; what is finer already (saliency) is drawn as it is

export class Picture {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    this.heat = document.createElement("canvas");
    this.base = document.createElement("canvas");
    /** @type {CanvasImageSource | null} */
    this.basePhoto = null;
    /** @type {Scene | null} */
    this.scene = null;
    new ResizeObserver(() => this.redraw()).observe(canvas);
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
    if (view.lens === "overlay") this.veil(box, view.opacity / 100);
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
   * Paints the map into a canvas of its own: one pixel a patch, or several where it is smooth.
   * @param {HeatMap} map
   */
  fill(map) {
    const { view, scale, reach, table, kept } = /** @type {Scene} */ (this.scene);
    const factor = view.smooth && !kept && map.columns <= LARGEST && map.rows <= LARGEST ? FINER : 1;
    const { rows, columns } = { rows: map.rows * factor, columns: map.columns * factor };
    const values = factor > 1 ? finer(map.values, map.rows, map.columns, factor) : map.values;
    if (this.heat.width !== columns || this.heat.height !== rows) {
      this.heat.width = columns;
      this.heat.height = rows;
    }
    const context = /** @type {CanvasRenderingContext2D} */ (this.heat.getContext("2d"));
    const image = context.createImageData(columns, rows);
    if (kept) paintFilter(kept, image.data);
    else if (view.lens === "attenuate") {
      paintAttenuation(values, reach[1], view.floor / 100, image.data);
    } else paint(values, scale, table, image.data);
    context.putImageData(image, 0, 0);
  }

  /** @param {Box} box */
  drawMarks(box) {
    const { context, scene } = this;
    const { traced, view, query, pins } = /** @type {Scene} */ (scene);
    if (view.grid) this.drawGrid(box, traced.trace.grid);
    context.lineWidth = Math.max(2, this.canvas.width / 500);
    for (const pin of pins) this.outline(patchBox(pin, box, traced.trace.grid), [4, 3]);
    if (query) this.outline(patchBox(query, box, traced.trace.grid), []);
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
   * @param {import("../../math/geometry.js").Grid} grid
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
