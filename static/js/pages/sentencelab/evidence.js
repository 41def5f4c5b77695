/**
 * The evidence under the lab: charts and tables of what `foveate evaluate` measured. Every number
 * comes from its file.
 *
 * @typedef {import("./view.js").View} View
 * @typedef {import("../../parts/evidence/bleu.js").Evidence} Evidence
 * @typedef {import("../../math/scales.js").Series} Series
 */

import { getPart } from "../../core/api.js";
import { html, part } from "../../core/dom.js";
import { csvOf } from "../../math/csv.js";
import { drawChart, NIGHT, PAPER } from "../../parts/chart.js";
import {
  captions,
  chartTable,
  coverages,
  curves,
  forcedCurves,
  measuredHere,
  partCurves,
  repeats,
  scoreTable,
  searchTable,
} from "../../parts/evidence/bleu.js";
import { tableOf } from "../../parts/evidence/tables.js";
import { listenForTakeaways, saveText } from "../../parts/takeaway/saving.js";
import { findings } from "./findings.js";
import { sheet } from "./sheet.js";

const HERE = "hansards.test"; // the test that stands beside published ones
const FIGURE_WIDTH = 760; // of a chart that is taken away

/**
 * Reads what was measured and shows it; where it does not come, that is said in its place.
 * @param {HTMLElement} root
 * @param {string} url
 * @param {import("../../core/store.js").Store<View>} store
 * @param {(sentence: string) => void} say
 */
export function openEvidence(root, url, store, say) {
  const there = (/** @type {string} */ name) => part(root, name);
  const read = async () => {
    const evidence = await getPart(url, "What was measured").catch((error) => {
      there("unread-said").textContent = error.message;
    });
    if (evidence && there("again").contains(document.activeElement)) there("title").focus();
    there("unread").hidden = Boolean(evidence);
    there("measured").hidden = !evidence;
    if (!evidence) return;
    const view = new EvidenceView(root, store, evidence);
    listenForTakeaways(there("take"), { take: view.take, copy: {} }, say);
  };
  there("again").addEventListener("click", read);
  read();
}

export class EvidenceView {
  /**
   * @param {HTMLElement} root
   * @param {import("../../core/store.js").Store<View>} store
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
    return part(this.root, name);
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
    const title = captions(evidence, curve);
    return [
      { part: "length", measure: "BLEU", title: title.length, series: curves(evidence, curve) },
      { part: "forced", measure: "% right", title: title.forced, series: forcedCurves(evidence) },
      { part: "repeated", measure: "% repeated", title: title.repeated, series: repeats(evidence, curve) },
      {
        part: "covered",
        measure: "% covered",
        title: title.covered,
        series: coverages(evidence, "covered"),
        highest: 100,
      },
      {
        part: "overlooked",
        measure: "% overlooked",
        title: title.overlooked,
        series: coverages(evidence, "overlooked"),
      },
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
      this.part(`${part}-title`).textContent = chart.title;
      this.part(`${part}-table`).replaceChildren(
        tableOf(chartTable(part === "length" ? this.lengths : chart.series, chart.title)),
      );
    }
    const said = findings(this.evidence, this.store.view.curve);
    this.part("findings").replaceChildren(...said.map((sentence) => html("li", {}, sentence)));
  }

  /** A beam's numbers stand beside those of greedy search on the same pairs. */
  get lengths() {
    const { curve } = this.store.view;
    return [...curves(this.evidence, curve), ...(curve === "beam" ? partCurves(this.evidence) : [])];
  }

  tables() {
    const { evidence } = this;
    for (const cell of /** @type {NodeListOf<HTMLElement>} */ (this.root.querySelectorAll("[data-here]"))) {
      const names = (cell.dataset.here ?? "").split(" ");
      cell.textContent = measuredHere(evidence, names, HERE) || cell.textContent;
    }
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
      "evidence-json": () =>
        saveText(`${JSON.stringify(this.evidence, null, 1)}\n`, "application/json", "foveate-evidence.json"),
    };
  }
}
