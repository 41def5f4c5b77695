/** The evidence of the vision lab: a chart and a table of what was measured; every number is its file's. */

import { getPart, sentenceOf } from "../../core/api.js";
import { html, part } from "../../core/dom.js";
import { csvOf } from "../../math/csv.js";
import { drawChart, PAPER } from "../../parts/chart.js";
import { tableOf } from "../../parts/evidence/tables.js";
import { curvesOf, SHARES } from "../../parts/evidence/vision.js";
import { listenForTakeaways, saveText } from "../../parts/takeaway/saving.js";
import { aboutOf, findingsOf, headTable, publishedOf, visionSheet } from "./visionfindings.js";

/** @typedef {import("../../parts/evidence/vision.js").VisionEvidence} Evidence */

const WIDTH = 760; // pixels of a chart that is taken away
const TITLES = /** @type {const} */ ({
  accuracy: ["% right", "Pictures whose object is named rightly"],
  pointing: ["% on it", "Pictures in which the maximum of the map lies on the object"],
  weight: ["% of weight", "Weight of the map that lies on the object"],
});

export class VisionEvidenceView {
  /**
   * @param {HTMLElement} root
   * @param {import("../../core/store.js").Store<import("./view.js").View>} store
   * @param {import("../../parts/evidence/vision.js").Titles} titles
   * @param {(sentence: string) => void} say
   */
  constructor(root, store, titles, say) {
    this.root = root;
    this.titles = titles;
    this.store = store;
    /** @type {Evidence | null} */
    this.evidence = null;
    /** @type {readonly string[]} */
    this.heads = [];
    listenForTakeaways(part(root, "take"), { take: this.take, copy: {} }, say);
  }

  /** @param {string} url */
  async read(url) {
    try {
      this.evidence = await getPart(url, "What was measured");
    } catch (error) {
      part(this.root, "measured-title").textContent = `${sentenceOf(error)} Load the page again.`;
    }
    if (!this.evidence) return;
    const said = findingsOf(this.evidence, this.titles).map((sentence) => html("li", {}, sentence));
    part(this.root, "findings").replaceChildren(...said);
    part(this.root, "table").replaceChildren(tableOf(headTable(this.evidence, this.titles)));
    part(this.root, "about").textContent = aboutOf(this.evidence);
    part(this.root, "published").textContent = publishedOf(this.evidence);
  }

  /**
   * @param {readonly string[]} heads that are shown, and have their colours
   * @param {import("../../parts/chart.js").Colours} colours
   */
  draw(heads, colours) {
    this.heads = heads;
    if (!this.evidence) return;
    const element = part(this.root, "measured");
    element.replaceChildren(this.chart(Math.max(240, element.clientWidth), colours));
    part(this.root, "measured-title").textContent =
      `${TITLES[this.store.view.measure][1]}, with 95 % intervals`;
  }

  /**
   * @param {number} width
   * @param {import("../../parts/chart.js").Colours} colours
   */
  chart(width, colours) {
    const { measure } = this.store.view;
    const [unit, title] = TITLES[measure];
    const series = curvesOf(/** @type {Evidence} */ (this.evidence), measure, this.heads, this.titles);
    return drawChart({ series, width, colours, measure: unit, title, axis: SHARES, highest: 100 });
  }

  /** @type {Record<string, () => void>} */
  get take() {
    const of =
      (
        /** @type {(evidence: Evidence) => string} */ text,
        /** @type {string} */ type,
        /** @type {string} */ name,
      ) =>
      () =>
        this.evidence && saveText(text(this.evidence), type, name);
    const picture = () => `${new XMLSerializer().serializeToString(this.chart(WIDTH, PAPER))}\n`;
    return {
      "chart-svg": of(picture, "image/svg+xml", "foveate-accuracy-by-share.svg"),
      "evidence-csv": of((evidence) => csvOf(visionSheet(evidence)), "text/csv", "foveate-vision.csv"),
      "evidence-json": of(
        (evidence) => `${JSON.stringify(evidence, null, 1)}\n`,
        "application/json",
        "foveate-vision.json",
      ),
    };
  }
}
