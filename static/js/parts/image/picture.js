/** A photo and its heatmap, painted on one canvas. */

import { html, pen } from "../../core/dom.js";
import { paint, paintAttenuation, paintFilter } from "../../math/colour.js";
import { patchBox, place } from "../../math/geometry.js";
import { finer } from "../../math/smooth.js";
import { drawMask } from "./maskveil.js";

/**
 * @typedef {import("./scene.js").Scene} Scene
 * @typedef {import("./scene.js").HeatMap} HeatMap
 * @typedef {import("../../math/geometry.js").Box} Box
 */

const FINER = 4; // as many pixels along a patch, where a map is smooth
const LARGEST = 128; // patches along a side of a map that is made finer
const LONGEST = 8192; // pixels along a side of the canvas: browsers draw nothing on much larger ones

export class Picture {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.context = pen(canvas);
    this.heat = html("canvas");
    this.base = html("canvas");
    /** @type {CanvasImageSource | null} */
    this.basePhoto = null;
    /** @type {Scene | null} */
    this.scene = null;
    this.bare = false;
    new ResizeObserver(() => this.redraw()).observe(canvas);
  }

  /** @param {Scene} scene */
  draw(scene) {
    this.scene = scene;
    this.redraw();
  }

  /** @param {boolean} on whether the photo is shown as it is, without the map */
  original(on) {
    this.bare = on;
    this.redraw();
  }

  redraw() {
    if (!this.scene || !this.resize()) return;
    const { context, canvas, scene, bare } = this;
    context.clearRect(0, 0, canvas.width, canvas.height);
    if (bare || scene.lens !== "heat" || !scene.map) context.drawImage(this.photo(scene), 0, 0);
    if (bare) return;
    const box = place(scene.crop, scene.size, canvas);
    if (scene.map) this.drawMap(scene, scene.map, box);
    if (scene.mask) drawMask(context, scene.mask, box, scene.tinted ?? false);
    this.drawMarks(scene, box);
  }

  /** Makes the canvas as fine as the screen; false while it is not on the page. */
  resize() {
    const { clientWidth, clientHeight } = this.canvas;
    const ratio = Math.min(window.devicePixelRatio || 1, 2, LONGEST / Math.max(clientWidth, clientHeight));
    const width = Math.round(clientWidth * ratio);
    const height = Math.round(clientHeight * ratio);
    if (!width || !height) return false;
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
      this.basePhoto = null;
    }
    return true;
  }

  /**
   * The photo at the canvas's own size: a large photo is reduced once, not at every frame.
   * @param {Scene} scene
   */
  photo({ photo }) {
    if (this.basePhoto !== photo) {
      this.base.width = this.canvas.width;
      this.base.height = this.canvas.height;
      const context = pen(this.base);
      context.imageSmoothingQuality = "high";
      context.drawImage(photo, 0, 0, this.base.width, this.base.height);
      this.basePhoto = photo;
    }
    return this.base;
  }

  /**
   * @param {Scene} scene
   * @param {HeatMap} map
   * @param {Box} box
   */
  drawMap(scene, map, box) {
    const { context } = this;
    const { lens, opacity, floor, smooth } = scene;
    this.fill(scene, map);
    const dark = { overlay: opacity, heat: 0, filter: 1, attenuate: 1 - floor }[lens];
    if (dark) this.veil(box, dark);
    context.imageSmoothingEnabled = smooth && lens !== "filter";
    context.drawImage(this.heat, box.left, box.top, box.width, box.height);
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
   * @param {Scene} scene
   * @param {HeatMap} map
   */
  fill(scene, map) {
    const { rows, columns, values } = scene.smooth && !scene.kept ? smoothed(map) : map;
    if (this.heat.width !== columns || this.heat.height !== rows) {
      this.heat.width = columns;
      this.heat.height = rows;
    }
    const context = pen(this.heat);
    const image = context.createImageData(columns, rows);
    colour(scene, values, image.data);
    context.putImageData(image, 0, 0);
  }

  /**
   * @param {Scene} scene
   * @param {Box} box
   */
  drawMarks({ lines, grid, marks, query, boxes, size }, box) {
    const { context } = this;
    if (lines) this.drawGrid(box, grid);
    context.lineWidth = Math.max(2, this.canvas.width / 500);
    for (const patch of marks) this.outline(patchBox(patch, box, grid), [4, 3]);
    for (const each of boxes ?? []) this.outline(place(each, size, this.canvas), []);
    if (query && !boxes?.length) this.outline(patchBox(query, box, grid), []);
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

/**
 * A map with more entries than patches; one that is fine already (saliency) stays as it is.
 * @param {HeatMap} map
 * @returns {HeatMap}
 */
function smoothed(map) {
  const { values, rows, columns } = map;
  if (columns > LARGEST || rows > LARGEST) return map;
  return { values: finer(values, rows, columns, FINER), rows: rows * FINER, columns: columns * FINER };
}

/**
 * @param {Scene} scene
 * @param {Float32Array} values
 * @param {Uint8ClampedArray} pixels
 */
function colour({ lens, kept, reach, floor, scale, table, cover }, values, pixels) {
  if (kept) paintFilter(kept, pixels);
  else if (lens === "attenuate") paintAttenuation(values, reach[1], floor, pixels);
  else paint(values, scale, table, pixels, lens === "overlay" ? cover : null);
}

/**
 * One patch of a photo, as large as the canvas.
 * @param {HTMLCanvasElement} canvas
 * @param {Pick<Scene, "photo" | "size" | "crop" | "grid">} scene
 * @param {import("./scene.js").Patch} patch
 */
export function drawPatch(canvas, { photo, size, crop, grid }, patch) {
  const { left, top, width, height } = patchBox(patch, crop, grid);
  const ratio = photo.width / size.width; // it is drawn from a reduced copy
  const from = [left, top, width, height].map((side) => side * ratio);
  pen(canvas).drawImage(photo, from[0], from[1], from[2], from[3], 0, 0, canvas.width, canvas.height);
}
