/** The heads grid: a layer a row, a head a thumbnail; the head that was trained to align comes first. */

import { getQK, getWeights } from "../../core/api.js";
import { html } from "../../core/dom.js";
import { range } from "../../math/attention.js";
import { sendsQueryKeys } from "../../math/site.js";
import { moved, orderOf, pooledPlaces, thumbsFromQK, thumbsFromWeights } from "../../math/thumbnails.js";
import { reordered } from "../../math/words.js";
import { draw } from "../film.js";
import { siteName } from "../sitenames.js";

/**
 * @typedef {import("../../math/thumbnails.js").Site} Site
 * @typedef {import("../../math/thumbnails.js").Head} Head
 * @typedef {import("../../math/thumbnails.js").Thumb} Thumb
 * @typedef {(site: Site, signal: AbortSignal) => Promise<Iterable<Thumb>>} WeightsOf
 * @typedef {(site: Site) => number[]} PlacesOf the key that stands at each place, from the left
 * @typedef {object} Drawing
 * @property {Site[]} sites
 * @property {WeightsOf} weightsOf see `weightsOfTrace`
 * @property {Head | null} chosen
 * @property {Head | null} [aligner] the head that was trained to align
 * @property {Uint8Array} table of colours, (256, 3)
 * @property {PlacesOf} [placesOf] where keys do not stand in their own order
 * @property {(head: Head) => void} onChoose
 * @property {(error: unknown) => void} [onProblem]
 */

const SLICE = 12; // milliseconds of work before the page may answer

/**
 * What `drawHeads` takes its thumbnails from: queries and keys where they are all that is needed, a
 * few hundred kilobytes a layer; else the weights themselves.
 * @param {string} trace
 * @returns {WeightsOf}
 */
export function weightsOfTrace(trace) {
  return async (site, signal) => {
    if (sendsQueryKeys(site)) return thumbsFromQK(await getQK(trace, site.name, signal), site);
    return thumbsFromWeights(await getWeights(trace, site.name, undefined, signal));
  };
}

/**
 * Draws the grid; thumbnails appear as they are worked out.
 * @param {HTMLElement} element
 * @param {Drawing} drawing
 */
export function drawHeads(element, drawing) {
  return new HeadsView(element, drawing);
}

export class HeadsView {
  /**
   * @param {HTMLElement} element
   * @param {Drawing} drawing
   */
  constructor(element, drawing) {
    this.drawing = drawing;
    this.stopping = new AbortController();
    this.lines = orderOf(drawing.sites, drawing.aligner ?? null);
    this.cells = this.lines.map(({ site, heads }) => heads.map((head) => this.cell(site, head)));
    const grid = html(
      "div",
      { class: "heads-grid", role: "grid", "aria-label": "Heads by layer" },
      ...this.lines.map(({ site }, i) =>
        html(
          "div",
          { class: "heads-row", role: "row" },
          html("div", { class: "heads-site", role: "rowheader" }, siteName(site, drawing.sites)),
          ...this.cells[i],
        ),
      ),
    );
    grid.addEventListener("keydown", (event) => this.key(event));
    element.replaceChildren(grid);
    this.choose(drawing.chosen);
    this.done = this.fill();
  }

  /**
   * @param {Site} site
   * @param {number} head
   */
  cell(site, head) {
    const aligns = site.name === this.drawing.aligner?.site && head === this.drawing.aligner.head;
    const canvas = html("canvas", { "aria-hidden": "true" });
    const ratio = Math.min(2, Math.max(0.5, site.key.size / Math.max(1, site.query.size)));
    canvas.style.aspectRatio = String(ratio);
    const button = html(
      "button",
      { type: "button", class: `heads-cell${aligns ? " aligner" : ""}`, role: "gridcell", tabindex: "-1" },
      canvas,
      html("span", { class: "heads-label" }, aligns ? `${head} guided` : String(head)),
      html("span", { class: "heads-note" }, "\u00a0"),
    );
    const name = `${siteName(site, this.drawing.sites)}, head ${head}${aligns ? ", guided by word alignment" : ""}`;
    button.setAttribute("aria-label", name);
    button.addEventListener("click", () => {
      this.choose({ site: site.name, head });
      this.drawing.onChoose({ site: site.name, head });
    });
    return button;
  }

  /**
   * Marks the chosen head, and lets Tab come to it.
   * @param {Head | null} chosen
   */
  choose(chosen) {
    let stop = this.cells[0]?.[0];
    this.each((button, site, head) => {
      const on = site.name === chosen?.site && head === chosen.head;
      button.setAttribute("aria-selected", String(on));
      button.tabIndex = -1;
      if (on) stop = button;
    });
    if (stop) stop.tabIndex = 0;
  }

  /** @param {(button: HTMLButtonElement, site: Site, head: number) => void} visit */
  each(visit) {
    for (const [row, { site, heads }] of this.lines.entries())
      for (const [column, head] of heads.entries()) visit(this.cells[row][column], site, head);
  }

  /** Works thumbnails out, layer by layer, without holding up the page. */
  async fill() {
    const { signal } = this.stopping;
    let start = performance.now();
    try {
      for (const [row, { site, heads }] of this.lines.entries()) {
        for (const thumb of await this.drawing.weightsOf(site, signal)) {
          if (signal.aborted) return;
          this.show(this.cells[row][heads.indexOf(thumb.head)], thumb, this.drawing.placesOf?.(site));
          if (performance.now() - start < SLICE) continue;
          await new Promise((resolve) => setTimeout(resolve));
          start = performance.now();
        }
      }
    } catch (error) {
      if (!signal.aborted) this.drawing.onProblem?.(error);
    }
  }

  /**
   * @param {HTMLButtonElement} button
   * @param {Thumb} thumb
   * @param {number[]} [places]
   */
  show(button, { rows, columns, values: read, entropy }, places) {
    const values = places ? reordered(read, pooledPlaces(places, columns)) : read;
    const canvas = /** @type {HTMLCanvasElement} */ (button.querySelector("canvas"));
    canvas.width = columns;
    canvas.height = rows;
    const [, high] = range(values);
    if (values.length) draw(canvas, values, { low: 0, high }, this.drawing.table);
    if (entropy === null) return;
    const note = `${entropy.toFixed(1)} bits`;
    /** @type {HTMLElement} */ (button.querySelector(".heads-note")).textContent = note;
    button.setAttribute("aria-label", `${button.getAttribute("aria-label")}, entropy ${note}`);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const row = this.cells.findIndex((cells) =>
      cells.includes(/** @type {HTMLButtonElement} */ (event.target)),
    );
    if (row < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    const column = this.cells[row].indexOf(/** @type {HTMLButtonElement} */ (event.target));
    const next = moved(
      this.cells.map((cells) => cells.length),
      { row, column },
      event.key,
    );
    if (!next) return;
    event.preventDefault();
    this.each((button) => (button.tabIndex = -1));
    const button = this.cells[next.row][next.column];
    button.tabIndex = 0;
    button.focus();
  }

  /** Stops what is still being fetched and drawn. */
  stop() {
    this.stopping.abort();
  }
}
