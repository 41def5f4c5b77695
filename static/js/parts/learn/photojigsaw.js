/** The reader's photo and the same patches in another order, to a ViT with its positions and without. */

import { getArray, getPhoto, postTrace } from "../../core/api.js";
import { html, pen } from "../../core/dom.js";
import { mixed, moves } from "../../math/jigsaw.js";
import { cosine } from "../../math/sinusoids.js";

/**
 * @typedef {import("../reader/partreader.js").PartReader} PartReader
 * @typedef {import("../../core/api.js").ImageTrace} ImageTrace
 * @typedef {{model: string, resolution: number}} Options
 * @typedef {{canvas: HTMLCanvasElement, file: Blob}} Made
 */

/**
 * The photo as the model saw it, pixel for pixel, and its jigsaw.
 * @param {Options} options
 * @param {PartReader} reader
 * @returns {Promise<Made[]>}
 */
async function made({ model, resolution }, reader) {
  const trace = await reader.traced(model, { resolution });
  const photo = await createImageBitmap(await getPhoto(trace.id, reader.signal));
  const whole = cropped(photo, trace);
  return Promise.all([whole, jigsawOf(whole, trace)].map(asFile));
}

/**
 * @param {ImageBitmap} photo
 * @param {ImageTrace} trace
 */
function cropped(photo, { grid, input }) {
  const [width, height] = [grid.columns * grid.patch_size, grid.rows * grid.patch_size];
  const canvas = html("canvas", { width: String(width), height: String(height) });
  const ratio = photo.width / input.width;
  const [left, top, w, h] = [input.crop.left, input.crop.top, input.crop.width, input.crop.height];
  const context = pen(canvas);
  context.imageSmoothingQuality = "high";
  context.drawImage(photo, left * ratio, top * ratio, w * ratio, h * ratio, 0, 0, width, height);
  return canvas;
}

/**
 * @param {HTMLCanvasElement} whole
 * @param {ImageTrace} trace
 */
function jigsawOf(whole, { grid }) {
  const side = grid.patch_size;
  const canvas = html("canvas", { width: String(whole.width), height: String(whole.height) });
  const context = pen(canvas);
  for (const { from, to } of moves(mixed(grid.rows * grid.columns), grid, side)) {
    context.drawImage(whole, from.left, from.top, side, side, to.left, to.top, side, side);
  }
  return canvas;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @returns {Promise<Made>}
 */
async function asFile(canvas) {
  const file = await new Promise((done) => canvas.toBlob(done, "image/png"));
  return { canvas, file: /** @type {Blob} */ (file) };
}

/**
 * The cosine of the class tokens of two pictures.
 * @param {Made[]} pictures
 * @param {Options} options
 * @param {import("../../math/intervention.js").Positions} positions
 * @param {PartReader} reader
 */
async function alike(pictures, { model, resolution }, positions, reader) {
  const choice = { model, resolution, intervention: { gates: {}, cuts: [], positions } };
  const tokens = pictures.map(async ({ file }) => {
    const { id } = await postTrace({ file }, choice, reader.signal);
    return /** @type {Float32Array} */ ((await getArray(`/traces/${id}/output?format=npy`)).data);
  });
  const [one, other] = await Promise.all(tokens);
  return cosine(one, other);
}

/**
 * @param {HTMLElement} root
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function show(root, options, reader) {
  const pictures = await made(options, reader);
  const captions = ["photo", "jigsaw"].map((key) => reader.words(key));
  const figures = pictures.map(({ canvas }, i) => {
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", captions[i]);
    return html("figure", {}, canvas, html("figcaption", {}, html("b", {}, captions[i])));
  });
  const ways = /** @type {const} */ (["kept", "removed"]);
  const values = await Promise.all(ways.map((how) => alike(pictures, options, how, reader)));
  const rows = ways.map((how, i) =>
    html("li", {}, reader.words(how, { cosine: reader.number(values[i], 3) })),
  );
  root.append(html("div", { class: "row-of-photos" }, ...figures), html("ul", { class: "told" }, ...rows));
}

/**
 * How alike a photo and its jigsaw are to a model without positions.
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function answer(options, reader) {
  const value = await alike(await made(options, reader), options, "removed", reader);
  return { value, words: reader.words("answer", { cosine: reader.number(value, 3) }) };
}
