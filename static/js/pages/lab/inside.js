/** Query, key and value of one model at the step that the lab shows. */

import { loadSteps } from "../../parts/steps/toggle.js";

/**
 * @typedef {import("./view.js").View} View
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
    this.element = element;
    this.store = store;
    this.table = table;
    this.onProblem = onProblem;
    /** @type {import("../../parts/steps/steps.js").StepsPanel | null} */
    this.panel = null;
    this.model = "";
    /** @type {TranslationTrace | null} */
    this.asked = null; // the last trace that was to be shown
  }

  /** @param {TranslationTrace | null} trace that of the model whose numbers are asked for */
  async draw(trace) {
    this.asked = trace;
    if (!trace?.alignment) {
      this.panel?.close();
      return;
    }
    const steps = await loadSteps().catch((error) => error);
    if (this.asked !== trace) return; // something else is asked for by now
    if (steps instanceof Error) this.failed(steps);
    else if (this.panel && this.model === trace.model) this.show(trace, trace.alignment, this.panel);
    else this.open(trace, trace.alignment, steps.openSteps);
  }

  /** @param {Error} error that of a panel whose script did not come */
  failed(error) {
    this.asked = null;
    this.store.set({ inside: "" });
    this.onProblem(error);
  }

  /** @param {TranslationTrace} trace */
  query(trace) {
    return Math.min(Math.max(this.store.view.step, 1), trace.steps.length) - 1;
  }

  /**
   * @param {TranslationTrace} trace
   * @param {Alignment} alignment
   * @param {import("../../parts/steps/steps.js").StepsPanel} panel
   */
  show(trace, { site, head }, panel) {
    const query = this.query(trace);
    const { choice } = panel;
    const shown = trace.sites.some((each) => each.name === choice.site) ? choice : { site, head, query };
    panel.show(shown.site === site ? { ...shown, query } : shown, { trace: trace.id, sites: trace.sites });
    const { steps } = this.store.view;
    if (panel.step !== steps) panel.open(steps);
  }

  /**
   * @param {TranslationTrace} trace
   * @param {Alignment} alignment
   * @param {typeof import("../../parts/steps/steps.js").openSteps} openSteps
   */
  open(trace, { site, head }, openSteps) {
    const before = this.panel;
    this.panel = null; // so that closing it asks for nothing
    before?.close();
    this.model = trace.model;
    const panel = openSteps({
      element: this.element,
      trace: trace.id,
      sites: trace.sites,
      choice: { site, head, query: this.query(trace) },
      table: this.table,
      step: this.store.view.steps,
      onChoose: (choice) => choice.site === site && this.store.set({ step: Number(choice.query) + 1 }),
      onStep: (now) => this.store.set({ steps: now }),
      onProblem: this.onProblem,
      onClose: () => this.panel === panel && this.closed(),
    });
    this.panel = panel;
  }

  closed() {
    this.panel = null;
    this.store.set({ inside: "" });
  }
}
