/** One picture with its scale: the stage, and under it the colour bar and a line on what is shown. */

import { kept, nearlyUniform, rank } from "./attention.js";
import { formatShare, formatWeight, scaleOf } from "./colour.js";
import { parsePatch } from "./geometry.js";
import { caption, describe } from "./phrases.js";
import { ScaleBar } from "./scalebar.js";
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
    this.canvas = /** @type {HTMLCanvasElement} */ (root.querySelector("canvas.stage"));
    this.stage = new Stage(this.canvas, on);
    this.bar = new ScaleBar(part("bar"));
    /** @type {import("./traced.js").Traced | null} */
    this.traced = null;
    /** @type {import("./stage.js").Scene | null} */
    this.scene = null;
    this.title = "";
  }

  /** @param {import("./traced.js").Traced} traced */
  show(traced) {
    this.traced = traced;
    const { width, height } = traced.trace.input;
    this.frame.style.setProperty("--ratio", String(width / height));
    this.frame.dataset.state = "ready";
  }

  /**
   * Draws a view; `query` may differ from the view's own while the pointer moves.
   * @param {import("./state.js").View} view
   * @param {string} query
   * @param {Uint8Array} table
   */
  draw(view, query, table) {
    const { traced } = this;
    if (!traced) return;
    const { grid, prefix } = traced.trace;
    const map = traced.map(view, query);
    const reach = map ? traced.range(view, query, map) : /** @type {[number, number]} */ ([0, 1]);
    const even = 1 / (grid.rows * grid.columns + prefix.length);
    const diverging = view.colormap === "vik" && view.method !== "saliency";
    this.scene = {
      traced,
      map,
      view,
      scale: scaleOf(reach, diverging ? even : null),
      table,
      kept: map && view.lens === "filter" ? kept(map.values, view.keep / 100) : null,
      high: reach[1],
      query: parsePatch(query, grid),
      pins: view.pins.split(";").flatMap((pin) => parsePatch(pin, grid) ?? []),
    };
    this.stage.draw(this.scene);
    this.words(query);
  }

  /** @param {string} query */
  words(query) {
    const { map, view, scale, table, kept } = /** @type {import("./stage.js").Scene} */ (this.scene);
    const traced = /** @type {import("./traced.js").Traced} */ (this.traced);
    const layer = traced.site(view.layer).layer;
    this.title = caption({ method: view.method, layer, head: view.head, query });
    this.caption.textContent = map ? this.title : `${this.title}: being worked out`;
    const normalised = view.method === "weights" ? NORMALISED[view.scale] : "scale of this map";
    const diverging = view.colormap === "vik" && view.method !== "saliency";
    this.bar.draw(table, scale, diverging ? `${normalised}, centre: an even spread` : normalised);
    this.share.textContent = kept ? shareOf(kept, view.keep) : "";
    const flat = map !== null && view.method !== "saliency" && nearlyUniform(map.values);
    this.warning.hidden = !flat;
  }

  /** What the map shows, for those who cannot see it. */
  describe() {
    const map = this.scene?.map;
    if (!map || !this.traced) return "";
    if (this.scene?.view.method === "saliency") return `${this.title}.`;
    return describe(map.values, this.traced.trace.grid, this.title);
  }

  /**
   * The tooltip: row, column, weight and rank of one patch; null hides it.
   * @param {{row: number, column: number} | null} patch
   */
  point(patch) {
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
    tip.textContent =
      `row ${patch.row}, column ${patch.column}: ${formatWeight(map.values[index])}${ranked}`;
    tip.classList.toggle("flip", patch.column > grid.columns / 2);
    tip.style.setProperty("--x", String((patch.column + 0.5) / grid.columns));
    tip.style.setProperty("--y", String((patch.row + 0.5) / grid.rows));
  }
}

/**
 * @param {Uint8Array} mask
 * @param {number} keep
 */
function shareOf(mask, keep) {
  const count = mask.reduce((sum, on) => sum + on, 0);
  const share = formatShare(count / mask.length);
  return `${keep} % of the weight lies on ${share} of the patches (${count} of ${mask.length}).`;
}

