/** One picture with its scale: the stage, and under it the colour bar and a line on what is shown. */

import { nearlyUniform, rank } from "../../math/attention.js";
import { formatWeight } from "../../math/colour.js";
import { ColourBar } from "../colourbar.js";
import { caption, describe, keptShare, prefixShare } from "../phrases.js";
import { sceneOf } from "./scene.js";
import { Stage } from "./stage.js";

const NORMALISED = { head: "scale of this map", layer: "scale of this layer", trace: "scale of all layers" };

export class Panel {
  /**
   * @param {HTMLElement} root
   * @param {ConstructorParameters<typeof Stage>[1]} on
   */
  constructor(root, on) {
    const part = (/** @type {string} */ name) =>
      /** @type {HTMLElement} */ (root.querySelector(`[data-part="${name}"]`));
    this.root = root;
    this.frame = part("frame");
    this.caption = part("caption");
    this.share = part("share");
    this.warning = part("warning");
    this.tip = part("tip");
    this.summary = part("summary");
    this.canvas = /** @type {HTMLCanvasElement} */ (root.querySelector("canvas.stage"));
    this.stage = new Stage(this.canvas, on);
    this.bar = new ColourBar(part("bar"));
    /** @type {import("../photo/phototrace.js").PhotoTrace | null} */
    this.traced = null;
    /** @type {import("./scene.js").Scene | null} */
    this.scene = null;
    this.title = "";
    /** @type {import("./scene.js").Patch | null} under the pointer */
    this.pointed = null;
  }

  /** @param {import("../photo/phototrace.js").PhotoTrace} traced */
  show(traced) {
    this.traced = traced;
    const { width, height } = traced.trace.input;
    this.root.style.setProperty("--ratio", String(width / height));
    this.frame.dataset.state = "ready";
  }

  /**
   * Draws a view; `query` may differ from the view's own while the pointer moves.
   * @param {import("../../pages/image/view.js").View} view
   * @param {string} query
   * @param {Uint8Array} table
   */
  draw(view, query, table) {
    if (!this.traced) return;
    this.scene = sceneOf(this.traced, view, query, table);
    this.stage.draw(this.scene);
    this.words(query);
    this.point(this.pointed);
  }

  /** @param {string} query */
  words(query) {
    const { map, view, scale, reach, table, kept } = /** @type {import("./scene.js").Scene} */ (this.scene);
    const traced = /** @type {import("../photo/phototrace.js").PhotoTrace} */ (this.traced);
    const layer = traced.site(view.layer).layer;
    const of = { method: view.method, layer, head: view.head, query };
    this.title = caption(of);
    this.caption.textContent = map ? this.title : `${this.title}: being worked out`;
    this.bar.draw(table, scale, reach, this.meaning(view));
    this.share.textContent = [
      kept ? keptShare(kept, view.keep) : "",
      map ? prefixShare(map.prefix, traced.trace.prefix, of) : "",
    ].join(" ");
    const flat = map !== null && view.method !== "saliency" && nearlyUniform(map.values);
    this.warning.hidden = !flat;
  }

  /**
   * What the colour bar's ends and its middle are.
   * @param {import("../../pages/image/view.js").View} view
   */
  meaning({ method, scale, colormap }) {
    const normalised = method === "weights" ? NORMALISED[scale] : NORMALISED.head;
    if (colormap !== "vik" || method === "saliency") return normalised;
    const even = /** @type {import("../photo/phototrace.js").PhotoTrace} */ (this.traced).even;
    return `${normalised}, palest at an even spread (${formatWeight(even)})`;
  }

  /** What can be taken away of this picture. */
  shown() {
    const { canvas, title } = this;
    const { table, scale, reach } = /** @type {import("./scene.js").Scene} */ (this.scene);
    return { canvas, title, table, scale, reach };
  }

  /** Says what the map shows, for those who cannot see it. */
  describe() {
    const map = this.scene?.map;
    if (!map || !this.traced) return;
    const saliency = this.scene?.view.method === "saliency";
    const { grid } = this.traced.trace;
    this.summary.textContent = saliency ? `${this.title}.` : describe(map.values, grid, this.title);
  }

  /**
   * The tooltip: row, column, weight and rank of one patch; null hides it.
   * @param {import("./scene.js").Patch | null} patch
   */
  point(patch) {
    this.pointed = patch;
    const map = this.scene?.map;
    const { tip } = this;
    tip.hidden = !patch || !map || !this.traced;
    if (!patch || !map || !this.traced) return;
    const { grid } = this.traced.trace;
    const row = Math.floor(((patch.row + 0.5) / grid.rows) * map.rows);
    const column = Math.floor(((patch.column + 0.5) / grid.columns) * map.columns);
    const index = row * map.columns + column;
    const ranked =
      map.values.length > 10_000 ? "" : `, rank ${rank(map.values, index)} of ${map.values.length}`;
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
