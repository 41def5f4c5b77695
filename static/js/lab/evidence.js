/**
 * The evidence under the lab: charts and tables of what `foveate evaluate` measured. Every number
 * comes from its file.
 *
 * @typedef {import("./view.js").View} View
 * @typedef {import("./figures.js").Evidence} Evidence
 * @typedef {import("./figures.js").Table} Table
 * @typedef {import("./scales.js").Series} Series
 */

import { ApiError } from "../api.js";
import { html } from "../dom.js";
import { saveBlob } from "../saving.js";
import { NIGHT, PAPER, drawChart } from "./chart.js";
import { chartTable, coverages, curves, findings, scoreTable, searchTable, sheet } from "./figures.js";
import { csvOf } from "./scales.js";

const FIGURE_WIDTH = 760; // of a chart that is taken away

/**
 * @param {string} url
 * @returns {Promise<Evidence>}
 */
export async function getEvidence(url) {
  const response = await fetch(url);
  if (!response.ok) throw new ApiError(response.status, `The evidence at ${url} cannot be read: ${response.status}. Load the page again.`);
  return response.json();
}

export class EvidenceView {
  /**
   * @param {HTMLElement} root
   * @param {import("../state.js").Store<View>} store
   * @param {Evidence} evidence
   */
  constructor(root, store, evidence) {
    this.root = root;
    this.store = store;
    this.evidence = evidence;
    this.dark = matchMedia("(prefers-color-scheme: dark)");
    this.width = 0;
    this.dark.addEventListener("change", () => this.draw());
    store.listen((changed) => changed.has("curve") && this.draw());
    new ResizeObserver(() => this.resized()).observe(this.part("length"));
    this.tables();
    this.draw();
  }

  /** @param {string} name */
  part(name) {
    return /** @type {HTMLElement} */ (this.root.querySelector(`[data-part="${name}"]`));
  }

  resized() {
    if (Math.abs(this.part("length").clientWidth - this.width) > 1) this.draw();
  }

  /** What is drawn against source length.
   * @returns {{part: string, measure: string, title: string, series: Series[], highest?: number}[]}
   */
  get charts() {
    const { evidence } = this;
    const { curve } = this.store.view;
    const search = curve === "beam" ? `a beam of ${evidence.beam}` : "greedy search";
    return [
      { part: "length", measure: "BLEU", title: `BLEU against words of the source, ${search}, with 95 % intervals`, series: curves(evidence, curve) },
      { part: "covered", measure: "% covered", title: "Share of every source word that all steps together looked at, up to once", series: coverages(evidence, "covered"), highest: 100 },
      { part: "overlooked", measure: "% overlooked", title: "Source words that all steps together hardly looked at (less than 0.2)", series: coverages(evidence, "overlooked") },
    ];
  }

  draw() {
    const colours = this.dark.matches ? NIGHT : PAPER;
    this.width = this.part("length").clientWidth;
    for (const { part, ...chart } of this.charts) {
      const element = this.part(part);
      const drawn = chart.series.length > 0;
      /** @type {HTMLElement} */ (element.closest("figure")).hidden = !drawn;
      if (!drawn) continue;
      element.replaceChildren(drawChart({ ...chart, colours, width: Math.max(240, element.clientWidth) }));
      this.part(`${part}-table`).replaceChildren(tableOf(chartTable(chart.series, chart.title)));
    }
    this.part("findings").replaceChildren(...findings(this.charts[0].series).map((said) => html("li", {}, said)));
  }

  tables() {
    const { evidence } = this;
    this.part("scores").replaceChildren(tableOf(scoreTable(evidence)));
    this.part("searches").replaceChildren(tableOf(searchTable(evidence)));
    this.part("signature").textContent = evidence.signature;
  }

  /** @type {Record<string, () => void>} */
  get take() {
    const [length] = this.charts;
    const picture = (/** @type {object} */ chart) => {
      const made = drawChart({ .../** @type {any} */ (chart), colours: PAPER, width: FIGURE_WIDTH });
      return `${new XMLSerializer().serializeToString(made)}\n`;
    };
    return {
      "chart-svg": () => saveText(picture(length), "image/svg+xml", "foveate-bleu-by-length.svg"),
      "evidence-csv": () => saveText(csvOf(sheet(this.evidence)), "text/csv", "foveate-evidence.csv"),
      "evidence-json": () => saveText(`${JSON.stringify(this.evidence, null, 1)}\n`, "application/json", "foveate-evidence.json"),
    };
  }
}

/**
 * @param {string} text
 * @param {string} type
 * @param {string} name
 */
function saveText(text, type, name) {
  saveBlob(new Blob([text], { type }), name);
}

/** @param {Table} table */
function tableOf({ caption, head, rows }) {
  const heads = head.map((name) => html("th", { scope: "col" }, name));
  const lines = rows.map(([name, ...cells]) =>
    html("tr", {}, html("th", { scope: "row" }, name), ...cells.map((cell) => html("td", {}, cell))));
  return html("table", {}, html("caption", {}, caption), html("thead", {}, html("tr", {}, ...heads)), html("tbody", {}, ...lines));
}
