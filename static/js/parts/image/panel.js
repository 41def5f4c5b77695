/** One picture with its scale: the stage, and under it the colour bar and a line on what is shown. */

import { find, part } from "../../core/dom.js";
import { rank } from "../../math/attention.js";
import { formatWeight } from "../../math/colour.js";
import { patchBox, place } from "../../math/geometry.js";
import { ColourBar } from "../colourbar.js";
import { entryAt } from "./scene.js";
import { Stage } from "./stage.js";

/**
 * @typedef {import("./scene.js").Scene} Scene
 * @typedef {import("./scene.js").Patch} Patch
 * @typedef {object} Words what is said of a scene
 * @property {string} title
 * @property {string} meaning what the colour bar's ends and its middle are
 * @property {string} share how much of the weight is where
 * @property {string} missing why there is no map and will be none; "" where it is still to come
 * @property {boolean} flat whether the colours exaggerate small differences
 * @property {() => string} summary for those who cannot see the map
 */

const WIDE = 2.5; // from here on a finger may have to push a photo aside; it is pushed up and down always
const RANKED = 10_000; // entries of a map that are still put in order while the pointer moves

export class Panel {
  /**
   * @param {HTMLElement} root
   * @param {ConstructorParameters<typeof Stage>[1]} on
   */
  constructor(root, on) {
    this.root = root;
    this.frame = part(root, "frame");
    this.caption = part(root, "caption");
    this.share = part(root, "share");
    this.warning = part(root, "warning");
    this.tip = part(root, "tip");
    this.summary = part(root, "summary");
    this.canvas = find(root, "canvas.stage", HTMLCanvasElement);
    this.stage = new Stage(this.canvas, { ...on, move: (patch) => this.moved(patch, on.move) });
    this.bar = new ColourBar(part(root, "bar"));
    /** @type {Scene | null} */
    this.scene = null;
    /** @type {Words | null} */
    this.words = null;
    /** @type {Patch | null} under the pointer */
    this.pointed = null;
  }

  /**
   * @param {Scene} scene
   * @param {Words} words
   */
  draw(scene, words) {
    const other = this.scene?.photo !== scene.photo;
    if (other) this.open(scene);
    this.scene = scene;
    this.words = words;
    this.stage.draw(scene);
    this.tell(scene, words);
    if (other && scene.query) this.reveal(scene.query);
    this.point(this.pointed);
  }

  /**
   * @param {Patch} patch that an arrow key has chosen
   * @param {(patch: Patch) => void} move
   */
  moved(patch, move) {
    move(patch);
    this.reveal(patch);
  }

  /**
   * Scrolls a patch into the frame, which holds but a part of a very tall or wide photo.
   * @param {Patch} patch
   */
  reveal(patch) {
    const { scene, frame, canvas } = this;
    if (!scene) return;
    const own = { width: canvas.clientWidth, height: canvas.clientHeight };
    const { left, top, width, height } = patchBox(patch, place(scene.crop, scene.size, own), scene.grid);
    frame.scrollTo({
      left: nearest(frame.scrollLeft, left, left + width, frame.clientWidth),
      top: nearest(frame.scrollTop, top, top + height, frame.clientHeight),
    });
  }

  /**
   * Makes room for another photo.
   * @param {Scene} scene
   */
  open({ size }) {
    const ratio = size.width / size.height;
    this.frame.hidden = this.bar.element.hidden = false;
    this.root.style.setProperty("--ratio", String(ratio));
    this.frame.dataset.shape = ratio > WIDE ? "wide" : "";
  }

  /**
   * @param {Scene} scene
   * @param {Words} words
   */
  tell({ map, table, scale, reach }, { title, meaning, share, missing, flat }) {
    const settled = map ? !map.rough : missing !== "";
    this.frame.dataset.state = settled ? "ready" : "";
    this.caption.textContent = map ? title : missing || `${title}: being worked out`;
    this.bar.element.hidden = missing !== "";
    this.bar.draw(table, scale, reach, meaning);
    this.share.textContent = share;
    this.warning.hidden = !flat;
  }

  /**
   * Puts the picture away.
   * @param {string} sentence why there is none
   */
  empty(sentence) {
    Object.assign(this, { scene: null, words: null });
    for (const what of [this.frame, this.bar.element, this.warning]) what.hidden = true;
    this.caption.textContent = sentence;
    this.share.textContent = this.summary.textContent = "";
  }

  /** What can be taken away of this picture; null while there is none. */
  shown() {
    if (!this.scene || !this.words) return null;
    const { table, scale, reach } = this.scene;
    return { canvas: this.canvas, title: this.words.title, table, scale, reach };
  }

  /** Says what the map shows, for those who cannot see it. */
  describe() {
    if (this.scene?.map && this.words) this.summary.textContent = this.words.summary();
  }

  /**
   * The tooltip: row, column, weight and rank of one patch; null hides it.
   * @param {Patch | null} patch
   */
  point(patch) {
    this.pointed = patch;
    const { tip, scene } = this;
    const map = scene?.map;
    tip.hidden = !patch || !map;
    if (!patch || !map || !scene) return;
    const { grid } = scene;
    const index = entryAt(map, patch, grid);
    const { length } = map.values;
    const ranked = length > RANKED ? "" : `, rank ${rank(map.values, index)} of ${length}`;
    tip.textContent = `row ${patch.row}, column ${patch.column}: ${formatWeight(map.values[index])}${ranked}`;
    this.placeTip((patch.column + 0.5) / grid.columns, patch.row / grid.rows, 1 / grid.rows);
  }

  /**
   * Puts the tooltip under a patch, or over one that lies low. It slides along with the patch from
   * its own start to its own end, so that it stays in the frame, and nothing need be measured.
   * @param {number} x middle of the patch, as a share of the frame's width
   * @param {number} y its upper edge, as a share of the frame's height
   * @param {number} height of the patch, likewise
   */
  placeTip(x, y, height) {
    const over = y > 0.8;
    const { style } = this.tip;
    style.left = `${x * 100}%`;
    style.top = `${(over ? y : y + height) * 100}%`;
    style.transform = `translate(${-x * 100}%, ${over ? "calc(-100% - 6px)" : "6px"})`;
  }
}

/**
 * Where to scroll so that something is seen, and no farther than need be.
 * @param {number} at where it is scrolled to
 * @param {number} start
 * @param {number} end
 * @param {number} room
 */
function nearest(at, start, end, room) {
  return Math.min(Math.max(at, end - room), start);
}
