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
import { blend, changed, cutOut } from "../../math/pixels.js";
import { cropOn } from "../../parts/gates/faces.js";

const SIDE = 480; // pixels of a canvas along its longer side, at most
/** @type {Record<string, Show[]>} */
const OFFERED = { mask: ["cutout", "mask", "change"], picture: ["picture", "detail", "change"] };

export class Outputs {
  constructor() {
    this.canvases = {
      untouched: byId("output-untouched", HTMLCanvasElement),
      touched: byId("output-touched", HTMLCanvasElement),
    };
    this.centre = { x: 0.5, y: 0.5 };
    /** @type {Shown | null} */
    this.shown = null;
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
    this.shown = shown;
    const { untouched, touched, photo } = shown;
    const crop = cropOn(photo, untouched.trace.input);
    const { canvases } = this;
    const scale = SIDE / Math.max(crop.width, crop.height);
    for (const canvas of Object.values(canvases)) {
      const [width, height] = [Math.round(crop.width * scale), Math.round(crop.height * scale)];
      if (canvas.width !== width) canvas.width = width;
      if (canvas.height !== height) canvas.height = height;
      canvas.parentElement?.style.setProperty("--ratio", String(width / height));
    }
    this.paint(canvases.untouched, untouched, shown);
    if (touched) this.paint(canvases.touched, touched, shown);
    else pen(canvases.touched).clearRect(0, 0, canvases.touched.width, canvases.touched.height);
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
      const image = pixelsOf(cropped(shown), width, height);
      context.putImageData(cutOut(image, pixelsOf(pass.output, width, height)), 0, 0);
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

/** @param {Shown} shown the part of the photo that the network saw */
function cropped({ photo, untouched }) {
  const crop = cropOn(photo, untouched.trace.input);
  const canvas = html("canvas", {
    width: String(Math.round(crop.width)),
    height: String(Math.round(crop.height)),
  });
  pen(canvas).drawImage(
    photo,
    crop.left,
    crop.top,
    crop.width,
    crop.height,
    0,
    0,
    canvas.width,
    canvas.height,
  );
  return canvas;
}

/**
 * @param {CanvasImageSource} image
 * @param {number} width
 * @param {number} height
 */
function pixelsOf(image, width, height) {
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("This browser gives no canvas to draw on.");
  context.drawImage(image, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}
