/** Query, key and value of one model, at the decoding step that the lab shows. */

import { StepsDock } from "../../parts/steps/dock.js";

/**
 * @typedef {import("./view.js").View} View
 * @typedef {import("../../parts/steps/steps.js").Choice} Choice
 * @typedef {import("../../schema.js").TranslationTrace} TranslationTrace
 * @typedef {NonNullable<TranslationTrace["alignment"]>} Alignment
 */

export class Inside {
  /**
   * @param {HTMLElement} element
   * @param {import("../../core/store.js").Store<View>} store
   * @param {Uint8Array} table a diverging one
   * @param {(error: unknown) => void} onProblem
   */
  constructor(element, store, table, onProblem) {
    this.store = store;
    /** @type {TranslationTrace | null} */
    this.trace = null;
    this.dock = new StepsDock(element, store, table, {
      onChoose: (choice) => this.chosen(choice),
      onProblem,
      onClose: () => store.set({ inside: "" }),
    });
  }

  /** @param {TranslationTrace | null} trace that of the model whose numbers are asked for */
  draw(trace) {
    this.trace = trace;
    if (!trace?.alignment) return this.dock.show(null);
    const { id, sites, model } = trace;
    return this.dock.show({ trace: id, sites, choice: this.choice(trace, trace.alignment), model });
  }

  /**
   * The aligner at the step that is shown; another site or head stays, once it is chosen in the panel.
   * @param {TranslationTrace} trace
   * @param {Alignment} alignment
   * @returns {Choice}
   */
  choice(trace, { site, head }) {
    const query = Math.min(Math.max(this.store.view.step, 1), trace.steps.length) - 1;
    const { panel, model } = this.dock;
    const now = panel && model === trace.model ? panel.choice : null;
    if (!now || !trace.sites.some((each) => each.name === now.site)) return { site, head, query };
    return now.site === site ? { ...now, query } : now;
  }

  /** @param {Choice} choice what was chosen in the panel */
  chosen({ site, query }) {
    if (site === this.trace?.alignment?.site) this.store.set({ step: Number(query) + 1 });
  }
}
