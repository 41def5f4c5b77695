/**
 * One decoder of street scenes: the photo with the class of every place on it, what it attended to, and a
 * sentence on what it found.
 *
 * @typedef {import("../../schema.js").StreetModel} StreetModel
 * @typedef {import("../../schema.js").LabSite} LabSite
 * @typedef {import("../../math/classmap.js").ClassMap} ClassMap
 * @typedef {{name: string, title: string, paper: string, paper_url: string, licence: string, kind: string,
 *   words: string, at_hand: boolean}} StreetCard
 * @typedef {{x: number, y: number}} Point in parts of the picture's width and height
 * @typedef {object} Shown what is shown of one model
 * @property {ImageBitmap} photo
 * @property {ClassMap} map
 * @property {import("../../math/classmap.js").Veil} veil
 * @property {readonly LabSite[]} sites
 * @property {string} said
 * @property {readonly string[]} labels by the numbers of classes
 * @property {Point | null} point that is looked at in all lanes
 * @property {boolean} dark
 * @property {Uint8Array} table of weights
 */

import { find, html, pen } from "../../core/dom.js";
import { range } from "../../math/attention.js";
import { classAt, veilOf } from "../../math/classmap.js";
import { clamp } from "../../math/geometry.js";
import { decoderName } from "../../parts/evidence/streetfigures.js";
import { Picture } from "../../parts/image/picture.js";
import { OVERLAY } from "../../parts/image/scene.js";
import { gateTable } from "../../parts/ink.js";
import { siteSaid, siteTitle } from "./streettelling.js";

const WIDTH = 640; // pixels of a photo as it is drawn
const STEP = 0.025; // of the picture, for an arrow key
const UNIT = { left: 0, top: 0, width: 1, height: 1 };
/** @type {Record<string, [number, number]>} */
const STEPS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

export class StreetLane {
  /**
   * @param {StreetCard} card
   * @param {(point: Point | null) => void} onPoint
   */
  constructor(card, onPoint) {
    this.card = card;
    this.onPoint = onPoint;
    this.canvas = html("canvas", {
      class: "street-map",
      tabindex: "0",
      role: "application",
      "aria-roledescription": "class map",
      "aria-label": `Classes that ${card.title} names. Arrow keys go from place to place.`,
    });
    this.here = html("span", { class: "street-here", hidden: "" });
    this.cross = html("span", { class: "street-cross", hidden: "" });
    this.said = html("p", { class: "street-said" });
    this.inside = html("div", { class: "street-sites" });
    this.overlay = html("canvas");
    /** @type {Map<string, {figure: HTMLElement, picture: Picture}>} by the names of sites */
    this.sites = new Map();
    this.element = this.build();
    /** @type {Shown | null} */
    this.shown = null;
    this.listen();
  }

  build() {
    const { card } = this;
    const id = `lane-${card.name}`;
    const link = html("a", { href: `/models#${card.name}`, "aria-label": `Card of ${card.title}` }, "Card");
    return html(
      "article",
      { class: "street-lane", "aria-labelledby": id },
      html("header", {}, html("h3", { id }, decoderName(card.title)), link),
      html("p", { class: "quiet" }, card.words),
      html("div", { class: "street-picture" }, this.canvas, this.cross, this.here),
      this.said,
      this.inside,
    );
  }

  listen() {
    const { canvas } = this;
    canvas.addEventListener("pointermove", ({ offsetX, offsetY }) =>
      this.onPoint({ x: offsetX / canvas.clientWidth, y: offsetY / canvas.clientHeight }),
    );
    canvas.addEventListener("pointerleave", () => this.onPoint(null));
    canvas.addEventListener("blur", () => this.onPoint(null));
    canvas.addEventListener("keydown", (event) => {
      const by = STEPS[event.key];
      if (!by || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      const from = this.shown?.point ?? { x: 0.5, y: 0.5 };
      this.onPoint({
        x: clamp(from.x + STEP * by[0], 0, 0.999),
        y: clamp(from.y + STEP * by[1], 0, 0.999),
      });
    });
  }

  /** @param {Shown} shown */
  draw(shown) {
    const before = this.shown;
    this.shown = shown;
    if (!before || before.photo !== shown.photo || before.map !== shown.map || before.veil !== shown.veil)
      this.drawMap(shown);
    this.drawPoint(shown);
    if (this.said.textContent !== shown.said) this.said.textContent = shown.said;
    if (before?.sites !== shown.sites || before?.photo !== shown.photo || before?.dark !== shown.dark)
      this.drawSites(shown);
  }

  /** @param {Shown} shown */
  drawMap({ photo, map, veil }) {
    const { canvas, overlay } = this;
    canvas.width = WIDTH;
    canvas.height = Math.max(1, Math.round((WIDTH * photo.height) / photo.width));
    overlay.width = map.columns;
    overlay.height = map.rows;
    pen(overlay).putImageData(new ImageData(veilOf(map, veil), map.columns, map.rows), 0, 0);
    const context = pen(canvas);
    context.imageSmoothingQuality = "high";
    context.drawImage(photo, 0, 0, canvas.width, canvas.height);
    context.imageSmoothingEnabled = false; // a place has one class
    context.drawImage(overlay, 0, 0, canvas.width, canvas.height);
  }

  /** @param {Shown} shown */
  drawPoint({ point, map, labels }) {
    this.here.hidden = !point;
    this.cross.hidden = !point;
    if (!point) return;
    this.here.textContent = labels[classAt(map, point.y, point.x)];
    this.cross.style.setProperty("--x", `${(100 * point.x).toFixed(2)}%`);
    this.cross.style.setProperty("--y", `${(100 * point.y).toFixed(2)}%`);
  }

  /** @param {Shown} shown */
  drawSites({ photo, sites, dark, table }) {
    for (const site of sites) {
      if (site.key.kind !== "patch") continue;
      const { figure, picture } = this.figureOf(site);
      const values = Float32Array.from(site.values);
      const [low, high] = range(values);
      picture.canvas.style.aspectRatio = `${photo.width} / ${photo.height}`;
      picture.draw({
        ...OVERLAY,
        ...{ photo, size: { width: 1, height: 1 }, crop: UNIT, grid: site.key.grid, smooth: true },
        map: { ...site.key.grid, values },
        table: site.normalised ? table : gateTable(dark),
        scale: { low: 0, high: site.normalised ? high : 1 },
        reach: [low, high],
      });
      find(figure, "figcaption").textContent = siteSaid(site);
    }
    const names = sites.map(({ name }) => name);
    for (const [name, { figure }] of this.sites) figure.hidden = !names.includes(name);
  }

  /** @param {LabSite} site */
  figureOf(site) {
    const known = this.sites.get(site.name);
    if (known) return known;
    const canvas = html("canvas", { role: "img", "aria-label": siteTitle(site) });
    const figure = html("figure", {}, canvas, html("figcaption"));
    const made = { figure, picture: new Picture(canvas) };
    this.sites.set(site.name, made);
    this.inside.append(figure);
    return made;
  }
}
