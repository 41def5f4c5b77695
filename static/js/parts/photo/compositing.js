/**
 * The picture that is made here: an object on a background among other things, as the heads see it.
 *
 * @typedef {import("../../math/geometry.js").Box} Box
 * @typedef {import("../../schema.js").Sample & {label?: string | null}} Thing
 * @typedef {{image: CanvasImageSource, width: number, height: number}} Drawable
 * @typedef {object} Scene
 * @property {Drawable} object
 * @property {Box} box of the object
 * @property {Drawable | null} ground null for plain grey
 * @property {{drawable: Drawable, box: Box}[]} around
 */

import { html, pen } from "../../core/dom.js";
import { filling } from "../../math/composite.js";

const SIDE = 224; // pixels that the heads see
const SHOWN = 448; // pixels that the page shows
const GREY = "#808080";

/** Pictures by their addresses, each fetched once. */
export class Pictures {
  /**
   * @param {() => void} onload
   * @param {(error: unknown) => void} onError
   */
  constructor(onload, onError) {
    this.onload = onload;
    this.onError = onError;
    /** @type {Map<string, Drawable | null>} null while it is on its way */
    this.known = new Map();
  }

  /** @param {string} url */
  of(url) {
    if (!this.known.has(url)) this.load(url);
    return this.known.get(url) ?? null;
  }

  /** @param {string} url */
  async load(url) {
    this.known.set(url, null);
    try {
      this.known.set(url, await Pictures.fetched(url));
      this.onload();
    } catch (error) {
      this.known.delete(url);
      this.onError(error);
    }
  }

  /**
   * @param {string} url
   * @returns {Promise<Drawable>}
   */
  static async fetched(url) {
    const image = new Image();
    image.src = url;
    try {
      await image.decode();
    } catch {
      throw new Error(`The picture ${url} did not arrive: choose another, or load the page again.`);
    }
    return { image, width: image.naturalWidth, height: image.naturalHeight };
  }
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Scene} scene
 */
export function paintScene(canvas, scene) {
  const context = pen(canvas);
  context.imageSmoothingQuality = "high";
  context.fillStyle = GREY;
  context.fillRect(0, 0, canvas.width, canvas.height);
  if (scene.ground) fill(canvas, scene.ground, { left: 0, top: 0, width: 1, height: 1 });
  for (const { drawable, box } of scene.around) fill(canvas, drawable, box);
  fill(canvas, scene.object, scene.box);
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {Drawable} drawable
 * @param {Box} box
 */
function fill(canvas, drawable, box) {
  const from = filling(drawable, box);
  const [width, height] = [canvas.width * box.width, canvas.height * box.height];
  const [x, y] = [canvas.width * box.left, canvas.height * box.top];
  pen(canvas).drawImage(drawable.image, from.left, from.top, from.width, from.height, x, y, width, height);
}

/**
 * A scene as a file, at the size that the heads see: a PNG, so that nothing is lost on its way.
 * @param {Scene} scene
 * @returns {Promise<Blob>}
 */
export async function fileOfScene(scene) {
  const canvas = html("canvas", { width: String(SIDE), height: String(SIDE) });
  paintScene(canvas, scene);
  const blob = await new Promise((/** @type {BlobCallback} */ done) => canvas.toBlob(done, "image/png"));
  if (!blob) throw new Error("The browser could not write the picture: try a smaller photo.");
  return blob;
}

/**
 * A scene as it is shown under maps.
 * @param {Scene} scene
 */
export function bitmapOfScene(scene) {
  const canvas = html("canvas", { width: String(SHOWN), height: String(SHOWN) });
  paintScene(canvas, scene);
  return createImageBitmap(canvas);
}
