/** Query, key and value step by step, for the token, site and head that the sentence page shows. */

import { StepsToggle } from "../../parts/steps/toggle.js";
import { chosenOf } from "../../parts/text/content.js";

/**
 * @typedef {import("./view.js").View} View
 * @typedef {import("../../parts/text/texttrace.js").TextTrace} TextTrace
 */

export class TextSteps {
  /**
   * @param {HTMLElement} button
   * @param {HTMLElement} element
   * @param {import("../../core/store.js").Store<View>} store
   * @param {Uint8Array} table a diverging one
   * @param {(error: unknown) => void} onProblem a trace that has expired is made again there
   */
  constructor(button, element, store, table, onProblem) {
    this.store = store;
    /** @type {TextTrace | null} */
    this.traced = null;
    /** @type {import("../../parts/text/content.js").Aligner} */
    this.aligner = null;
    this.button = button;
    this.toggle = new StepsToggle(button, element, store, table, {
      onChoose: (choice) => this.chosen(choice),
      onProblem,
    });
  }

  /** Site, head and query of the view; of a mean or maximum of heads, the first. */
  choice() {
    const { trace } = /** @type {TextTrace} */ (this.traced);
    const { view } = this.store;
    const chosen = chosenOf(trace, view, this.aligner);
    if (!chosen) return null;
    const asks = this.asks(chosen.site);
    const token = Math.max(0, asks === "step" ? view.step - 1 : view.query);
    const query = Math.min(token, chosen.site.query.size - 1);
    return { site: chosen.site.name, head: Number(chosen.head) || 0, query };
  }

  /**
   * Whether the site's queries are those of the decoding steps, or of tokens that are looked from.
   * @param {import("../../schema.js").Site} site
   * @returns {"step" | "query"}
   */
  asks(site) {
    const traced = /** @type {TextTrace} */ (this.traced);
    const { trace } = traced;
    return "target" in trace && traced.texts(site).rows === trace.target ? "step" : "query";
  }

  /**
   * @param {TextTrace | null} traced
   * @param {import("../../parts/text/content.js").Aligner} aligner
   */
  draw(traced, aligner) {
    this.traced = traced;
    this.aligner = aligner;
    const choice = traced ? this.choice() : null;
    this.button.hidden = !choice;
    if (!traced) return; // it is being written: the panel waits for it
    const { id, sites } = traced.trace;
    this.toggle.draw(choice && { trace: id, sites, choice, note: this.note() });
  }

  /** A sentence where the page shows something else than one head. */
  note() {
    const { head } = this.store.view;
    if (head !== "mean" && head !== "max") return "";
    return "The matrix shows several heads together; step by step there is one head at a time: this is head 0.";
  }

  /** @param {import("../../parts/steps/steps.js").Choice} choice */
  chosen({ site, head, query }) {
    const found = this.traced?.site(site);
    if (!found) return;
    const at = this.asks(found) === "step" ? { step: Number(query) + 1 } : { query: Number(query) };
    this.store.set({ site, head: String(head), ...at });
  }
}
