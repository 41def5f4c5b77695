/** Overlap-tile: the parts that a picture is computed in, and what each of them sees beyond itself. */

import { byId, html, svg } from "../../core/dom.js";

/**
 * @typedef {import("../../schema.js").NetworkTile} Tile
 * @typedef {Tile["core"]} Edges in pixels of the upright photo
 */

export class Tiles {
  constructor() {
    this.section = byId("tiles");
    this.photo = byId("tiles-photo", HTMLCanvasElement);
    this.chosen = 0;
    /** @type {SVGRectElement[]} */
    this.cores = [];
    /** @type {Tile[]} */
    this.tiles = [];
    this.whole = svg("rect", { class: "tile-whole" });
  }

  /**
   * @param {Tile[] | null} tiles
   * @param {ImageBitmap} photo
   * @param {import("../../math/geometry.js").Size} size of the upright photo, in whose pixels the tiles are
   */
  draw(tiles, photo, size) {
    this.section.hidden = !tiles;
    if (!tiles) return;
    this.tiles = tiles;
    this.drawPhoto(photo);
    this.cores = tiles.map(({ core }, i) => this.core(core, i));
    const reach = reachOf(tiles, size);
    const picture = svg(
      "svg",
      { viewBox: `${reach.left} ${reach.top} ${reach.width} ${reach.height}`, "aria-hidden": "true" },
      ...this.cores,
      this.whole,
    );
    const frame = byId("tiles-frame");
    frame.style.setProperty("--ratio", String(reach.width / reach.height));
    place(this.photo, reach, size);
    frame.replaceChildren(this.photo, picture);
    byId("tiles-list").replaceChildren(...tiles.map((_, i) => this.button(i)));
    this.choose(Math.min(Math.floor(tiles.length / 2), tiles.length - 1));
  }

  /** @param {ImageBitmap} photo */
  drawPhoto(photo) {
    this.photo.width = photo.width;
    this.photo.height = photo.height;
    this.photo.getContext("2d")?.drawImage(photo, 0, 0);
  }

  /**
   * @param {Edges} core
   * @param {number} i
   */
  core(core, i) {
    const rect = svg("rect", { class: "tile-core" });
    lay(rect, core);
    rect.addEventListener("pointerenter", () => this.choose(i));
    return rect;
  }

  /** @param {number} i */
  button(i) {
    const { row, column } = this.tiles[i];
    const button = html("button", { type: "button", class: "button small" }, `${row + 1}, ${column + 1}`);
    button.setAttribute("aria-label", `Tile in row ${row + 1}, column ${column + 1}`);
    button.addEventListener("click", () => this.choose(i));
    return button;
  }

  /** @param {number} i */
  choose(i) {
    this.chosen = i;
    const { core, whole, row, column } = this.tiles[i];
    lay(this.whole, whole);
    this.cores.forEach((rect, at) => rect.classList.toggle("here", at === i));
    [...byId("tiles-list").children].forEach((button, at) =>
      button.setAttribute("aria-pressed", String(at === i)),
    );
    byId("tiles-said").textContent =
      `Tile in row ${row + 1}, column ${column + 1}: ${told(core)} pixels come out of it, ${told(whole)} go in. ` +
      "What lies between is seen twice or more, once by each neighbour; beyond the photo it is mirrored.";
  }
}

/**
 * All that the tiles see, which reaches out of the photo.
 * @param {Tile[]} tiles
 * @param {import("../../math/geometry.js").Size} size
 */
function reachOf(tiles, { width, height }) {
  const wholes = tiles.map(({ whole }) => whole);
  const left = Math.min(0, ...wholes.map((whole) => whole.left));
  const top = Math.min(0, ...wholes.map((whole) => whole.top));
  const right = Math.max(width, ...wholes.map((whole) => whole.right));
  const bottom = Math.max(height, ...wholes.map((whole) => whole.bottom));
  return { left, top, width: right - left, height: bottom - top };
}

/**
 * @param {HTMLElement} photo
 * @param {import("../../math/geometry.js").Box} reach
 * @param {import("../../math/geometry.js").Size} size
 */
function place({ style }, reach, size) {
  style.left = `${(-reach.left / reach.width) * 100}%`;
  style.top = `${(-reach.top / reach.height) * 100}%`;
  style.width = `${(size.width / reach.width) * 100}%`;
  style.height = `${(size.height / reach.height) * 100}%`;
}

/**
 * @param {SVGRectElement} rect
 * @param {Edges} edges
 */
function lay(rect, { left, top, right, bottom }) {
  const size = { x: left, y: top, width: right - left, height: bottom - top };
  for (const [name, value] of Object.entries(size)) rect.setAttribute(name, String(value));
}

/** @param {Edges} edges */
function told({ left, top, right, bottom }) {
  return `${Math.round(right - left)} × ${Math.round(bottom - top)}`;
}
