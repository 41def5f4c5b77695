/**
 * What comes out of the network, as computed and as switched, side by side: a mask as the person cut
 * out, a picture as it is; and what has changed between the two.
 *
 * @typedef {import("../../parts/gates/gatepass.js").GatePass} GatePass
 * @typedef {import("./view.js").View["show"]} Show
 * @typedef {object} Shown
 * @property {ImageBitmap} photo
 * @property {GatePass} untouched
 * @property {GatePass | null} touched
 * @property {Show} show
 */

import { byId, html, pen } from "../../core/dom.js";
import { Drawn } from "../../core/drawn.js";
import { formatShare } from "../../math/colour.js";
import { blend, changed, opaque } from "../../math/pixels.js";
import { cropOn, pixelsOf } from "../../parts/gates/faces.js";

const GHOST = 0.13; // of the photo that is cut away
const SIDE = 344; // pixels of a canvas along its longer side, at most
/** @type {Record<string, Show[]>} */
const OFFERED = {
  mask: ["cutout", "mask", "change"],
  picture: ["picture", "detail", "change"],
  segmentation: ["picture"],
};

export class Outputs {
  constructor() {
    this.canvases = {
      untouched: byId("output-untouched", HTMLCanvasElement),
      touched: byId("output-touched", HTMLCanvasElement),
    };
    this.centre = { x: 0.5, y: 0.5 };
    /** @type {Shown | null} */
    this.shown = null;
    this.drawn = new Drawn();
    for (const canvas of Object.values(this.canvases)) {
      canvas.addEventListener("click", (event) => this.look(canvas, event));
    }
  }

  /**
   * The ways in which a kind of output is shown; the first is the usual one.
   * @param {string | null} kind
   */
  static offered(kind) {
    return OFFERED[String(kind)] ?? [];
  }

  /**
   * Moves the detail to where a picture was pressed.
   * @param {HTMLCanvasElement} canvas
   * @param {MouseEvent} event
   */
  look(canvas, event) {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    this.centre = { x: (event.clientX - left) / width, y: (event.clientY - top) / height };
    if (this.shown) this.draw(this.shown);
  }

  /** @param {Shown} shown */
  draw(shown) {
    const { x, y } = this.centre;
    if (this.drawn.of(shown.photo, shown.untouched, shown.touched, shown.show, x, y)) return;
    this.shown = shown;
    document.querySelector("#outputs .first")?.remove(); // what the server drew has been taken over
    const { untouched, touched, photo } = shown;
    const crop = cropOn(photo, untouched.trace.input);
    const { canvases } = this;
    const scale = SIDE / Math.max(crop.width, crop.height);
    for (const canvas of Object.values(canvases)) {
      const [width, height] = [Math.round(crop.width * scale), Math.round(crop.height * scale)];
      if (canvas.width !== width) canvas.width = width;
      if (canvas.height !== height) canvas.height = height;
      canvas.parentElement?.style.setProperty("--ratio", String(untouched.verdict ? 1 : width / height));
    }
    this.paint(canvases.untouched, untouched, shown);
    if (touched) this.paint(canvases.touched, touched, shown);
    else pen(canvases.touched).clearRect(0, 0, canvases.touched.width, canvases.touched.height);
    tell(byId("verdict-untouched"), untouched);
    tell(byId("verdict-touched"), touched);
    byId("change-said").hidden = !touched?.output || shown.show !== "change";
  }

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {GatePass} pass
   * @param {Shown} shown
   */
  paint(canvas, pass, shown) {
    const context = pen(canvas);
    const { width, height } = canvas;
    context.clearRect(0, 0, width, height);
    if (!pass.output) return;
    const kinds = Outputs.offered(pass.trace.offers.output);
    const show = kinds.includes(shown.show) ? shown.show : kinds[0];
    if (show === "detail") return this.paintDetail(canvas, pass.output);
    if (show === "change" && pass !== shown.untouched) return this.paintChange(canvas, pass, shown);
    if (show === "cutout" || (show === "change" && kinds[0] === "cutout")) {
      context.drawImage(cropped(shown), 0, 0, width, height);
      context.globalCompositeOperation = "destination-in";
      context.drawImage(stencil(pass.output), 0, 0, width, height);
      context.globalCompositeOperation = "destination-over";
      context.globalAlpha = GHOST;
      context.drawImage(cropped(shown), 0, 0, width, height);
      context.globalAlpha = 1;
      context.globalCompositeOperation = "source-over";
    } else context.drawImage(pass.output, 0, 0, width, height);
  }

  /**
   * A part of a picture, pixel for pixel.
   * @param {HTMLCanvasElement} canvas
   * @param {ImageBitmap} output
   */
  paintDetail(canvas, output) {
    const { width, height } = canvas;
    const [w, h] = [Math.min(output.width, width / 2), Math.min(output.height, height / 2)];
    const left = Math.round(Math.min(Math.max(0, this.centre.x * output.width - w / 2), output.width - w));
    const top = Math.round(Math.min(Math.max(0, this.centre.y * output.height - h / 2), output.height - h));
    const context = pen(canvas);
    context.imageSmoothingEnabled = false;
    context.drawImage(output, left, top, w, h, 0, 0, width, height);
  }

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {GatePass} pass
   * @param {Shown} shown
   */
  paintChange(canvas, pass, shown) {
    const { width, height } = canvas;
    const before = shown.untouched.output;
    if (!pass.output || !before) return;
    const change = changed(pixelsOf(before, width, height), pixelsOf(pass.output, width, height));
    const ground = pixelsOf(cropped(shown), width, height);
    pen(canvas).putImageData(blend(ground, change, ink(canvas)), 0, 0);
  }
}

/**
 * What is gained has the accent's colour, what is lost the alarm's.
 * @param {HTMLElement} element
 */
function ink(element) {
  const style = getComputedStyle(element);
  return { gained: style.getPropertyValue("--gained"), lost: style.getPropertyValue("--lost") };
}

/**
 * What a classifier takes the photo for, beside the picture's place.
 * @param {HTMLElement} list
 * @param {GatePass | null} pass
 */
function tell(list, pass) {
  const classes = pass?.verdict ?? [];
  list.hidden = !classes.length;
  const items = classes.map(({ label, probability }) => {
    const item = html("li", {}, html("span", {}, label), html("span", {}, formatShare(probability)));
    item.style.setProperty("--share", `${probability * 100}%`);
    return item;
  });
  list.replaceChildren(...items);
}

/** @type {WeakMap<ImageBitmap, HTMLCanvasElement>} a photo is cropped once */
const crops = new WeakMap();

/** @param {Shown} shown the part of the photo that the network saw, as large as it is drawn */
function cropped({ photo, untouched }) {
  const known = crops.get(photo);
  if (known) return known;
  const { left, top, width, height } = cropOn(photo, untouched.trace.input);
  const scale = SIDE / Math.max(width, height);
  const size = { width: String(Math.round(width * scale)), height: String(Math.round(height * scale)) };
  const canvas = html("canvas", size);
  pen(canvas).drawImage(photo, left, top, width, height, 0, 0, canvas.width, canvas.height);
  crops.set(photo, canvas);
  return canvas;
}

/**
 * A mask as a stencil: opaque where it is bright.
 * @param {ImageBitmap} mask
 */
function stencil(mask) {
  const canvas = html("canvas", { width: String(mask.width), height: String(mask.height) });
  pen(canvas).putImageData(opaque(pixelsOf(mask, mask.width, mask.height)), 0, 0);
  return canvas;
}
