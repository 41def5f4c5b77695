/**
 * One head of the vision lab: the picture with the map that it laid on it, or, where it laid none, with
 * the class activation map of what it said; its gates as bars or its branches as shares; and its verdict.
 *
 * @typedef {import("../../schema.js").LabHead} LabHead
 * @typedef {import("../../schema.js").LabSite} LabSite
 * @typedef {import("../../math/geometry.js").Box} Box
 * @typedef {{name: string, title: string, paper: string, paper_url: string, kind: "pooling" | "gate" | "block",
 *   chooses: string, words: string}} HeadCard
 * @typedef {object} Shown what all lanes show alike
 * @property {ImageBitmap} picture
 * @property {Box} box of the object
 * @property {string} label of the object, or ""
 * @property {{row: number, column: number} | null} pin
 * @property {boolean} dark
 * @property {Uint8Array} table of weights
 * @property {Uint8Array} spoken colours of what speaks for a class
 */

import { find, html, svg } from "../../core/dom.js";
import { range } from "../../math/attention.js";
import { formatShare } from "../../math/colour.js";
import { barsPath } from "../../math/gate.js";
import { clampPatch, patchAt } from "../../math/geometry.js";
import { lineMark } from "../../parts/chart.js";
import { headName } from "../../parts/evidence/vision.js";
import { scale } from "../../parts/gates/gatebars.js";
import { Shares } from "../../parts/gates/shares.js";
import { Picture } from "../../parts/image/picture.js";
import { OVERLAY } from "../../parts/image/scene.js";
import { gateTable } from "../../parts/ink.js";
import { attendedSaid, isRight, laidOf, listed, sharesOf, siteOf } from "./visiontelling.js";

const GRID = { rows: 14, columns: 14 }; // of places that all heads see
const UNIT = { left: 0, top: 0, width: 1, height: 1 };
const BARS = { width: 96, height: 26 };

export class HeadLane {
  /**
   * @param {HeadCard} card
   * @param {(place: {row: number, column: number}) => void} onPin
   */
  constructor(card, onPin) {
    this.card = card;
    this.onPin = onPin;
    this.canvas = html("canvas", {
      class: "head-map",
      tabindex: "0",
      role: "application",
      "aria-roledescription": "attention map",
      "aria-label": `What ${headName(card)} attends to. A click, a tap or arrow keys pin attention to a place.`,
    });
    this.picture = new Picture(this.canvas);
    this.target = html("span", { class: "head-target", hidden: "" });
    this.spoken = html("span", { class: "head-spoken", hidden: "" });
    this.shares = new Shares();
    this.bars = svg("path", { fill: `url(#scale-${card.name})` });
    this.element = this.build();
    /** @type {LabHead | null} what is drawn */
    this.head = null;
    this.pin = { row: GRID.rows >> 1, column: GRID.columns >> 1 };
    this.listen();
  }

  build() {
    const { card } = this;
    const id = `lane-${card.name}`;
    const extent = `0 0 ${BARS.width} ${BARS.height}`;
    const bars = svg(
      "svg",
      { viewBox: extent, preserveAspectRatio: "none", class: "head-bars", "aria-hidden": "true" },
      scale(`scale-${card.name}`, BARS.height),
      this.bars,
    );
    const name = html("h3", { id }, html("span", { class: "head-mark" }), headName(card));
    const link = html("a", { href: `/models#${card.name}`, "aria-label": `Card of ${card.title}` }, "Card");
    return html(
      "article",
      { class: "headlane", "aria-labelledby": id },
      html("header", {}, name, link),
      html("p", { class: "quiet head-words" }, card.words),
      html("div", { class: "head-picture" }, this.canvas, this.target, this.spoken),
      html(
        "div",
        { class: "head-says" },
        html("p", { class: "head-right" }),
        html("ol", { class: "head-verdict" }),
      ),
      html("div", { class: "head-inside" }, bars, this.shares.element),
      html("p", { class: "head-said" }),
    );
  }

  listen() {
    this.canvas.addEventListener("click", ({ offsetX, offsetY }) => {
      const { clientWidth: width, clientHeight: height } = this.canvas;
      this.onPin(patchAt(offsetX, offsetY, { left: 0, top: 0, width, height }, GRID));
    });
    this.canvas.addEventListener("keydown", (event) => {
      const by = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
      if (!by || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      this.onPin(clampPatch(this.pin.row + by[0], this.pin.column + by[1], GRID));
    });
  }

  /**
   * @param {number} number of its look in the charts
   * @param {import("../../parts/chart.js").Colours} colours
   */
  mark(number, colours) {
    find(this.element, ".head-mark").replaceChildren(lineMark(number, colours));
  }

  /**
   * @param {LabHead} head
   * @param {Shown} shown
   */
  draw(head, shown) {
    this.head = head;
    if (shown.pin) this.pin = shown.pin;
    this.drawMap(head, shown);
    this.drawInside(head);
    this.drawVerdict(head, shown.label);
    this.target.hidden = false;
    for (const [name, value] of Object.entries(shown.box)) {
      this.target.style.setProperty(`--${name}`, `${(100 * value).toFixed(2)}%`);
    }
    find(this.element, ".head-said").textContent = attendedSaid(head, shown.box);
  }

  /**
   * @param {LabHead} head
   * @param {Shown} shown
   */
  drawMap(head, { picture, pin, dark, ...tables }) {
    const laid = laidOf(head);
    const map = laid && { ...laid, values: Float32Array.from(laid.values) };
    this.spoken.hidden = laid?.kind !== "class";
    this.spoken.textContent = laid?.kind === "class" ? `Class map of “${laid.label}”` : "";
    this.picture.draw({
      ...OVERLAY,
      ...{ photo: picture, size: { width: 1, height: 1 }, crop: UNIT, grid: GRID, map },
      table: coloursOf(laid?.kind ?? "weights", dark, tables),
      scale: { low: 0, high: laid?.high ?? 1 },
      reach: map ? range(map.values) : [0, 1],
      query: head.intervention.pin ? pin : null,
    });
  }

  /** @param {LabHead} head */
  drawInside(head) {
    const channels = siteOf(head, "channel");
    const branches = siteOf(head, "branch");
    this.element.dataset.inside = branches ? "branches" : channels ? "channels" : "";
    const sorted = Float32Array.from(channels?.values ?? [])
      .sort()
      .toReversed();
    this.bars.setAttribute("d", barsPath(sorted, BARS, 0.15));
    if (branches) this.shares.draw(sharesOf(branches));
  }

  /**
   * @param {LabHead} head
   * @param {string} label
   */
  drawVerdict({ verdict }, label) {
    const right = isRight(verdict, label);
    this.element.dataset.right = right === null ? "" : String(right);
    find(this.element, ".head-right").textContent =
      { null: "", true: "✓ found", false: "✗ lost" }[String(right)] ?? "";
    const rows = listed(verdict, label).map((each) => {
      const bar = html("span", { class: "head-bar", "aria-hidden": "true" });
      bar.style.setProperty("--share", `${100 * each.probability}%`);
      const own = { class: each.label === label ? "of-object" : "" };
      return html(
        "li",
        own,
        html("span", {}, each.label),
        html("span", {}, formatShare(each.probability)),
        bar,
      );
    });
    find(this.element, ".head-verdict").replaceChildren(...rows);
  }

  /** The probability of a class, as drawn. @param {string} label */
  probability(label) {
    return this.head?.verdict.find((each) => each.label === label)?.probability ?? null;
  }
}

/**
 * The colours of a map by what it is, so that what speaks for a class is not taken for attention.
 * @param {import("./visiontelling.js").Laid["kind"]} kind
 * @param {boolean} dark
 * @param {Pick<Shown, "table" | "spoken">} tables
 */
export function coloursOf(kind, dark, { table, spoken }) {
  return { weights: table, gate: gateTable(dark), class: spoken }[kind];
}
