/** A U-Net on the reader's photo: what comes out with its skips, and with each of them cut. */

import { html, pen } from "../../core/dom.js";
import { getDifference, getOutputPicture } from "../../core/gating.js";
import { opaque } from "../../math/pixels.js";
import { cropOn, pixelsOf } from "../gates/faces.js";

/**
 * @typedef {import("../reader/partreader.js").PartReader} PartReader
 * @typedef {import("../../core/api.js").ImageTrace} ImageTrace
 * @typedef {{model: string, resolution: number}} Options
 * @typedef {{cuts: string[], trace: ImageTrace}} Cut
 */

const SIDE = 300; // pixels of a picture along its longer side
const GHOST = 0.13; // of the photo that is cut away

/**
 * The untouched pass, one without each skip, and one without any.
 * @param {Options} options
 * @param {PartReader} reader
 * @returns {Promise<Cut[]>}
 */
async function passes({ model, resolution }, reader) {
  const untouched = await reader.traced(model, { resolution });
  const names = untouched.offers.cuts;
  const sets = [...names.map((name) => [name]), ...(names.length > 1 ? [names] : [])];
  const others = sets.map(async (cuts) => {
    const intervention = { gates: {}, cuts };
    return { cuts, trace: await reader.traced(model, { resolution, intervention }) };
  });
  return [{ cuts: [], trace: untouched }, ...(await Promise.all(others))];
}

/**
 * @param {HTMLElement} root
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function show(root, options, reader) {
  const found = await passes(options, reader);
  const { photo } = await reader.opened("", { resolution: 224 });
  const figures = await Promise.all(found.map((cut) => figure(cut, found, photo, reader)));
  root.append(html("div", { class: "row-of-photos" }, ...figures));
}

/**
 * How much of the mask is left without any skip.
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function answer(options, reader) {
  const found = await passes(options, reader);
  const { value } = await getDifference(found[found.length - 1].trace.id, found[0].trace.id);
  return {
    value: Number(value),
    words: reader.words("answer", { share: reader.number(100 * Number(value)) }),
  };
}

/**
 * @param {Cut} cut
 * @param {Cut[]} all
 * @param {ImageBitmap} photo
 * @param {PartReader} reader
 */
async function figure({ cuts, trace }, all, photo, reader) {
  const output = await getOutputPicture(trace.id, reader.signal);
  const name = titled(cuts, all, reader);
  const canvas = html("canvas", { role: "img", "aria-label": name });
  draw(canvas, photo, output, trace);
  const said = cuts.length ? await change(trace, all[0].trace, reader) : reader.words("untouched-said");
  return html("figure", {}, canvas, html("figcaption", {}, html("b", {}, name), html("span", {}, said)));
}

/**
 * @param {string[]} cuts
 * @param {Cut[]} all
 * @param {PartReader} reader
 */
function titled(cuts, all, reader) {
  if (!cuts.length) return reader.words("untouched");
  if (cuts.length === all[0].trace.offers.cuts.length && cuts.length > 1) return reader.words("none");
  return reader.words("without", { name: cuts.join(", ") });
}

/**
 * @param {ImageTrace} trace
 * @param {ImageTrace} untouched
 * @param {PartReader} reader
 */
async function change(trace, untouched, reader) {
  const { value, measure } = await getDifference(trace.id, untouched.id);
  return reader.words(measure, {
    value: reader.number(measure === "iou" ? 100 * (value ?? 1) : (value ?? 0)),
  });
}

/**
 * A mask as what it leaves of the photo, a picture as it is.
 * @param {HTMLCanvasElement} canvas
 * @param {ImageBitmap} photo
 * @param {ImageBitmap} output
 * @param {ImageTrace} trace
 */
function draw(canvas, photo, output, { input, offers }) {
  const box = cropOn(photo, input);
  const scale = SIDE / Math.max(box.width, box.height);
  canvas.width = Math.round(box.width * scale);
  canvas.height = Math.round(box.height * scale);
  const { width, height } = canvas;
  const context = pen(canvas);
  if (offers.output !== "mask") return context.drawImage(output, 0, 0, width, height);
  const stencil = html("canvas", { width: String(output.width), height: String(output.height) });
  pen(stencil).putImageData(opaque(pixelsOf(output, output.width, output.height)), 0, 0);
  context.drawImage(stencil, 0, 0, width, height);
  context.globalCompositeOperation = "source-in";
  context.drawImage(photo, box.left, box.top, box.width, box.height, 0, 0, width, height);
  context.globalCompositeOperation = "destination-over";
  context.globalAlpha = GHOST;
  context.drawImage(photo, box.left, box.top, box.width, box.height, 0, 0, width, height);
}
