/** Query, key and value of one model at the step that the lab shows. */

/**
 * @typedef {import("./view.js").View} View
 * @typedef {import("../schema.js").TranslationTrace} TranslationTrace
 */

export class Inside {
  /**
   * @param {HTMLElement} element
   * @param {import("../state.js").Store<View>} store
   * @param {Uint8Array} table a diverging one
   * @param {(error: unknown) => void} onProblem
   */
  constructor(element, store, table, onProblem) {
    this.element = element;
    this.store = store;
    this.table = table;
    this.onProblem = onProblem;
    /** @type {import("../steps/steps.js").StepsPanel | null} */
    this.panel = null;
    this.model = "";
  }

  /** @param {TranslationTrace | null} trace that of the model whose numbers are asked for */
  async draw(trace) {
    if (!trace?.alignment) {
      this.panel?.close();
      return;
    }
    const { openSteps } = await import("../steps/steps.js");
    const { step, steps } = this.store.view;
    const query = String(Math.min(Math.max(step, 1), trace.steps.length) - 1);
    const { site, head } = trace.alignment;
    if (this.panel && this.model === trace.model) {
      const { choice } = this.panel;
      const shown = trace.sites.some((each) => each.name === choice.site) ? choice : { site, head, query };
      const cross = shown.site === site ? { ...shown, query } : shown;
      this.panel.show(cross, { trace: trace.id, sites: trace.sites });
      if (this.panel.step !== steps) this.panel.open(steps);
      return;
    }
    this.model = trace.model;
    this.panel = openSteps({
      element: this.element,
      trace: trace.id,
      sites: trace.sites,
      choice: { site, head, query },
      table: this.table,
      step: steps,
      onChoose: (choice) => choice.site === site && this.store.set({ step: Number(choice.query) + 1 }),
      onStep: (now) => this.store.set({ steps: now }),
      onProblem: this.onProblem,
      onClose: () => {
        this.panel = null;
        this.store.set({ inside: "" });
      },
    });
  }
}
