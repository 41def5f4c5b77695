/** A photo of one's own, and the object that is cut out of it: all of it, a part, or a person. */

import { getPhoto, postTrace } from "../../core/api.js";
import { html, pen } from "../../core/dom.js";
import { getOutputPicture } from "../../core/gating.js";
import { boundsOf } from "../../math/composite.js";
import { cutOut } from "../../math/pixels.js";

/**
 * @typedef {import("../../parts/photo/compositing.js").Drawable} Drawable
 * @typedef {import("./view.js").View} View
 * @typedef {import("../../math/geometry.js").Box} Box
 */

const RESOLUTION = 224;
const THOUSAND = 1000;
const NOBODY = "No person was found in this photo: take all of it, or a part.";

export class OwnPhoto {
  /**
   * @param {string} id of a trace that holds it
   * @param {ImageBitmap} bitmap the server's copy, upright and reduced
   * @param {string} note what is to be said of it
   */
  constructor(id, bitmap, note) {
    this.id = id;
    this.bitmap = bitmap;
    this.note = note;
    /** @type {Drawable | null} */
    this.person = null;
  }

  /**
   * A new photo: the server reads it, whatever its format.
   * @param {Blob} file
   * @param {string} model that sees it
   * @param {string} note
   * @param {AbortSignal} signal
   * @param {(seconds: number) => void} onWait
   */
  static async sent(file, model, note, signal, onWait) {
    const { id, input } = await postTrace({ file }, { model, resolution: RESOLUTION }, signal, onWait);
    const notes = [note, ...input.notes.filter((each) => !each.startsWith(model))]; // it sees the composite alone
    return OwnPhoto.kept(id, notes.filter(Boolean).join(" "), signal);
  }

  /**
   * One that the server still holds.
   * @param {string} id
   * @param {string} note
   * @param {AbortSignal} [signal]
   */
  static async kept(id, note = "", signal = undefined) {
    return new OwnPhoto(id, await createImageBitmap(await getPhoto(id, signal)), note);
  }

  /**
   * What is the object; all of it as long as no person is cut out.
   * @param {Pick<View, "cut" | "crop">} view
   * @returns {Drawable}
   */
  object({ cut, crop }) {
    if (cut === "box") return part(this.bitmap, cropOf(crop));
    return (cut === "person" ? this.person : null) ?? whole(this.bitmap);
  }

  /**
   * Finds the person in it. Throws an Error with a sentence where there is none.
   * @param {string} model that makes the mask
   */
  async findPerson(model) {
    if (this.person) return;
    const file = await fileOf(this.bitmap);
    const trace = await postTrace(
      { file },
      { model, resolution: 448 },
      new AbortController().signal,
      () => {},
    );
    const person = cutPerson(this.bitmap, await getOutputPicture(trace.id));
    if (!person) throw new Error(NOBODY);
    this.person = person;
  }
}

/** @param {ImageBitmap} image */
function whole(image) {
  return { image, width: image.width, height: image.height };
}

/**
 * @param {string} crop "left,top,width,height" in thousandths
 * @returns {Box} in parts of the photo, all inside
 */
export function cropOf(crop) {
  const [left, top, width, height] = crop.split(",").map((each) => Math.min(1, Number(each) / THOUSAND));
  return {
    left: Math.min(left, 0.95),
    top: Math.min(top, 0.95),
    width: Math.max(0.05, Math.min(width, 1 - left)),
    height: Math.max(0.05, Math.min(height, 1 - top)),
  };
}

/** @param {Box} box */
export function spellCrop({ left, top, width, height }) {
  return [left, top, width, height].map((each) => Math.round(each * THOUSAND)).join();
}

/**
 * @param {ImageBitmap} image
 * @param {Box} box in parts of it
 * @returns {Drawable}
 */
function part(image, { left, top, width, height }) {
  const size = { width: Math.round(width * image.width), height: Math.round(height * image.height) };
  const canvas = canvasOf(size);
  pen(canvas).drawImage(image, -left * image.width, -top * image.height);
  return { image: canvas, ...size };
}

/**
 * @param {ImageBitmap} photo
 * @param {ImageBitmap} mask
 * @returns {Drawable | null}
 */
function cutPerson(photo, mask) {
  const pixels = (/** @type {ImageBitmap} */ of) => {
    const canvas = canvasOf(photo);
    pen(canvas).drawImage(of, 0, 0, photo.width, photo.height);
    return pen(canvas).getImageData(0, 0, photo.width, photo.height);
  };
  const found = pixels(mask);
  const box = boundsOf(found);
  if (!box) return null;
  const canvas = canvasOf(box);
  pen(canvas).putImageData(cutOut(pixels(photo), found), -box.left, -box.top);
  return { image: canvas, width: box.width, height: box.height };
}

/** @param {{width: number, height: number}} size */
function canvasOf({ width, height }) {
  return html("canvas", { width: String(width), height: String(height) });
}

/** @param {ImageBitmap} image */
async function fileOf(image) {
  const canvas = canvasOf(image);
  pen(canvas).drawImage(image, 0, 0);
  const blob = await new Promise((/** @type {BlobCallback} */ done) =>
    canvas.toBlob(done, "image/jpeg", 0.92),
  );
  return /** @type {Blob} */ (blob);
}
