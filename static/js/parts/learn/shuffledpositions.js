/** What a ViT sees of the reader's photo with its positions as learned, shuffled, and removed. */

import { getVerdict } from "../../core/api.js";
import { html } from "../../core/dom.js";
import { getDifference } from "../../core/gating.js";
import { Picture } from "../image/picture.js";
import { OVERLAY } from "../image/scene.js";
import { mapped } from "../photo/mapped.js";
import { PHOTO_LOOK } from "../photo/photolook.js";

/**
 * @typedef {import("../reader/partreader.js").PartReader} PartReader
 * @typedef {import("../../math/intervention.js").Positions} Positions
 * @typedef {{model: string, head: string, resolution: number}} Options
 */

/** @type {Positions[]} */
const HOW = ["kept", "shuffled", "removed"];

/** @param {Positions} positions */
function changed(positions) {
  return positions === "kept" ? null : { gates: {}, cuts: [], positions };
}

/**
 * @param {HTMLElement} root
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function show(root, options, reader) {
  const figures = await Promise.all(HOW.map((how) => figure(how, options, reader)));
  root.append(html("div", { class: "row-of-photos" }, ...figures));
}

/**
 * The cosine of what the class token says with its positions and with them shuffled.
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function answer({ model, resolution }, reader) {
  const value = await alike("shuffled", { model, resolution }, reader);
  return { value, words: reader.words("answer", { cosine: reader.number(value, 2) }) };
}

/**
 * @param {Positions} how
 * @param {{model: string, resolution: number}} options
 * @param {PartReader} reader
 */
async function alike(how, { model, resolution }, reader) {
  const [untouched, trace] = await Promise.all(
    ["kept", how].map((each) =>
      reader.traced(model, { resolution, intervention: changed(/** @type {Positions} */ (each)) }),
    ),
  );
  return Number((await getDifference(trace.id, untouched.id)).value);
}

/**
 * @param {Positions} how
 * @param {Options} options
 * @param {PartReader} reader
 */
async function figure(how, { model, head, resolution }, reader) {
  const [traced, cosine, verdict] = await Promise.all([
    reader.opened(model, { resolution, intervention: changed(how) }),
    alike(how, { model, resolution }, reader),
    said(how, head, reader),
  ]);
  const canvas = html("canvas", { role: "img", "aria-label": reader.words(`${how}-label`) });
  const { photo, grid } = traced;
  canvas.style.aspectRatio = `${photo.width} / ${photo.height}`;
  const view = traced.seen({ ...PHOTO_LOOK });
  const map = await mapped(traced, view);
  const reach = traced.range(view, view.query, map);
  const { input } = traced.trace;
  const table = /** @type {Uint8Array} */ (reader.tables.get("inferno"));
  new Picture(canvas).draw({
    ...{ ...OVERLAY, photo, size: input, crop: input.crop, grid, map, table, smooth: true },
    ...{ scale: { low: reach[0], high: reach[1] }, reach },
  });
  const numbers = how === "kept" ? "" : reader.words("cosine", { cosine: reader.number(cosine, 2) });
  const caption = [html("b", {}, reader.words(how)), html("span", {}, numbers), html("span", {}, verdict)];
  return html("figure", {}, canvas, html("figcaption", {}, ...caption));
}

/**
 * What the vision lab's ViT takes the photo for.
 * @param {Positions} how
 * @param {string} head
 * @param {PartReader} reader
 */
async function said(how, head, reader) {
  const { id } = await reader.traced(head, { resolution: 224, intervention: changed(how) });
  const [first] = await getVerdict(id, 1, reader.signal);
  return reader.words("verdict", { label: first.label, share: reader.number(100 * first.probability) });
}
