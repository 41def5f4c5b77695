/**
 * The query-key-value panel as a page asks for it: it is fetched when somebody first opens it, shows
 * what the page shows, and gives way to another one.
 *
 * @typedef {import("./steps.js").Opening} Opening
 * @typedef {import("./steps.js").StepsPanel} StepsPanel
 * @typedef {object} Subject what the page shows at present
 * @property {string} trace
 * @property {import("../../schema.js").Site[]} sites
 * @property {import("./steps.js").Choice} choice
 * @property {string} [note] a sentence where the page shows something else than one head
 * @property {string} [model] whose numbers they are, where a page has several: each has its own panel
 */

import { ApiError } from "../../core/api.js";

/** Throws an Error with a sentence for the page where the panel's script does not arrive. */
async function loadPanel() {
  try {
    return await import("./steps.js");
  } catch {
    throw new Error(
      "Query, key and value cannot be opened: their script did not arrive. Load the page again.",
    );
  }
}

export class StepsDock {
  /**
   * @param {HTMLElement} element
   * @param {{view: {steps: string}, set: (change: {steps: string}) => void}} store `steps` is how far
   *   the panel is open
   * @param {Uint8Array} table a diverging one
   * @param {Pick<Opening, "drawKey" | "onChoose" | "onProblem"> & {onClose: () => void}} on `onProblem`
   *   hears what the panel cannot say or mend by itself: no script, or a trace that is gone
   */
  constructor(element, store, table, on) {
    this.element = element;
    this.store = store;
    this.table = table;
    this.on = on;
    /** @type {StepsPanel | null} */
    this.panel = null;
    this.model = ""; // whose panel is open
    /** @type {Subject | null} */
    this.subject = null;
  }

  /** @param {Subject | null} subject null closes the panel */
  async show(subject) {
    this.subject = subject;
    if (!subject) {
      this.panel?.close();
      return;
    }
    const loaded = await loadPanel().catch((error) => /** @type {Error} */ (error));
    if (this.subject !== subject) return; // something else is asked for by now
    if (loaded instanceof Error) this.failed(loaded);
    else if (this.panel && this.model === (subject.model ?? "")) this.follow(subject, this.panel);
    else this.open(subject, loaded.openSteps);
  }

  /**
   * @param {Subject} subject
   * @param {StepsPanel} panel
   */
  follow(subject, panel) {
    panel.show(subject.choice, subject);
    const { steps } = this.store.view;
    if (panel.step !== steps) panel.open(steps);
  }

  /**
   * @param {Subject} subject
   * @param {typeof import("./steps.js").openSteps} openSteps
   */
  open(subject, openSteps) {
    const before = this.panel;
    this.panel = null; // so that closing it asks for nothing
    before?.close();
    this.model = subject.model ?? "";
    const panel = openSteps({
      ...subject,
      ...this.on,
      element: this.element,
      table: this.table,
      step: this.store.view.steps,
      onStep: (steps) => this.store.set({ steps }),
      onProblem: (error) => this.problem(error),
      onClose: () => this.panel === panel && this.closed(),
    });
    this.panel = panel;
  }

  closed() {
    this.panel = null;
    this.on.onClose();
  }

  /** @param {Error} error that of a script that did not come */
  failed(error) {
    this.subject = null;
    this.on.onClose();
    this.problem(error);
  }

  /** @param {unknown} error */
  problem(error) {
    if (!(error instanceof ApiError) || error.gone) this.on.onProblem?.(error); // else the panel says it
  }
}
