/** What was measured of heads over time: a chart, findings and a table; every number is its file's. */

import { getPart, sentenceOf } from "../../core/api.js";
import { html, part } from "../../core/dom.js";
import { drawChart, NIGHT, PAPER } from "../../parts/chart.js";
import { tableOf } from "../../parts/evidence/tables.js";
import { TIME, whenAbout, whenCurves, whenFindings, whenTable } from "../../parts/evidence/whenfigures.js";
import { darkness } from "../../parts/ink.js";
import { listenForTakeaways, saveText } from "../../parts/takeaway/saving.js";

/** @typedef {import("../../parts/evidence/whenfigures.js").WhenEvidence} Evidence */

const WIDTH = 760; // pixels of a chart that is taken away
const TITLES = /** @type {const} */ ({
  accuracy: ["% right", "Clips whose thing is named rightly"],
  pointing: ["% on it", "Clips whose heaviest frame is one with the thing"],
  weight: ["% of weight", "Weight that falls on the frames with the thing"],
});

export class WhenEvidenceView {
  /**
   * @param {HTMLElement} root
   * @param {import("../../core/store.js").Store<import("./view.js").View>} store
   * @param {import("../../parts/evidence/whenfigures.js").Titles} titles
   * @param {(sentence: string) => void} say
   */
  constructor(root, store, titles, say) {
    this.root = root;
    this.store = store;
    this.titles = titles;
    this.dark = darkness();
    /** @type {Evidence | null} */
    this.evidence = null;
    const drawn = () => this.draw();
    this.dark.addEventListener("change", drawn);
    new ResizeObserver(drawn).observe(part(root, "measured"));
    store.listen((changed) => changed.has("measure") && this.draw());
    listenForTakeaways(part(root, "take-evidence"), { take: this.take, copy: {} }, say);
  }

  /** @param {string} url */
  async read(url) {
    try {
      this.evidence = await getPart(url, "What was measured");
    } catch (error) {
      part(this.root, "measured-title").textContent = `${sentenceOf(error)} Load the page again.`;
    }
    if (!this.evidence) return;
    const said = whenFindings(this.evidence, this.titles).map((sentence) => html("li", {}, sentence));
    part(this.root, "findings").replaceChildren(...said);
    part(this.root, "table").replaceChildren(tableOf(whenTable(this.evidence, this.titles)));
    part(this.root, "about").textContent = whenAbout(this.evidence);
    this.draw();
  }

  draw() {
    if (!this.evidence) return;
    const element = part(this.root, "measured");
    const colours = this.dark.matches ? NIGHT : PAPER;
    element.replaceChildren(this.chart(Math.max(240, element.clientWidth), colours));
    part(this.root, "measured-title").textContent = `${TITLES[this.measure][1]}, with 95 % intervals`;
  }

  get measure() {
    return this.store.view.measure;
  }

  /**
   * @param {number} width
   * @param {import("../../parts/chart.js").Colours} colours
   */
  chart(width, colours) {
    const [unit, title] = TITLES[this.measure];
    const series = whenCurves(/** @type {Evidence} */ (this.evidence), this.measure, this.titles);
    return drawChart({ series, width, colours, measure: unit, title, axis: TIME, highest: 100 });
  }

  /** @type {Record<string, () => void>} */
  get take() {
    const of = (/** @type {() => void} */ save) => () => {
      if (this.evidence) save();
    };
    const picture = () => `${new XMLSerializer().serializeToString(this.chart(WIDTH, PAPER))}\n`;
    const numbers = () => `${JSON.stringify(this.evidence, null, 1)}\n`;
    return {
      "chart-svg": of(() => saveText(picture(), "image/svg+xml", "foveate-accuracy-by-time.svg")),
      "evidence-json": of(() => saveText(numbers(), "application/json", "foveate-when.json")),
    };
  }
}
