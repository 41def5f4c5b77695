/** A text's view that was saved: matrix, ribbons and heads, with the numbers beside them. */

import { byId } from "../../core/dom.js";
import { kept } from "../../core/kept.js";
import { boot } from "../../core/shell.js";
import { Store } from "../../core/store.js";
import { bindControls } from "../../parts/controls.js";
import { HeadStrip } from "../../parts/heads/headstrip.js";
import { darkness, inkTable } from "../../parts/ink.js";
import { Passage } from "../../parts/passage/passage.js";
import { explainTerms } from "../../parts/term.js";
import { chosenOf, contentOf } from "../../parts/text/content.js";
import { Pickers } from "../../parts/text/pickers.js";
import { TEXT_LOOK } from "../../parts/text/textlook.js";
import { TextTrace } from "../../parts/text/texttrace.js";

class SavedText {
  /** @param {import("../../core/shell.js").Shell<any>} shell */
  constructor(shell) {
    this.shell = shell;
    this.dark = darkness();
    /** @type {Store<import("../../parts/text/textlook.js").TextLook>} */
    this.store = new Store({ ...TEXT_LOOK, ...shell.page.view });
    const failed = (/** @type {unknown} */ error) => shell.problem(String(error));
    const trace = /** @type {import("../../parts/text/texttrace.js").AnyTrace} */ (kept().trace);
    const traced = new TextTrace(trace, failed);
    traced.onload = () => this.draw();
    this.entry = { text: "", id: trace.id, growing: null, traced, aligned: null };
    this.passage = new Passage(byId("passage"), {
      step: (step) => this.store.set({ step }),
      query: (query) => this.store.set({ query }),
    });
    this.pickers = new Pickers(this.store);
    this.heads = new HeadStrip(byId("heads-strip"), byId("heads"), {
      choose: ({ site, head }) => this.store.set({ site, head: String(head) }),
      problem: failed,
    });
    bindControls(this.store, ["view"]);
    this.dark.addEventListener("change", () => this.draw());
    this.store.listen(() => this.draw());
    this.draw();
  }

  /** @returns {import("../../parts/text/content.js").Aligner} */
  get aligner() {
    return this.shell.page.aligner;
  }

  draw() {
    const { entry, aligner } = this;
    const { view } = this.store;
    const table = this.shell.tables.get(view.colormap) ?? inkTable(this.dark.matches);
    const { trace } = entry.traced;
    this.passage.draw(contentOf(entry, view, aligner), {
      ...view,
      threshold: view.threshold / 100,
      table,
      diverging: view.colormap === "vik",
    });
    this.pickers.draw(entry, aligner);
    this.heads.draw(trace, chosenOf(trace, view, aligner), aligner, table);
  }
}

boot((shell) => {
  explainTerms();
  new SavedText(shell);
});
