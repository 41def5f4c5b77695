/**
 * A button that opens the query-key-value panel, and the panel as the page's view asks for it.
 *
 * @typedef {import("./steps.js").Opening} Opening
 * @typedef {object} Subject what the page shows at present
 * @property {string} trace
 * @property {import("../../schema.js").Site[]} sites
 * @property {import("./steps.js").Choice} choice
 * @property {string} note a sentence where the page shows something else than one head
 */

/**
 * The panel of query, key and value, which comes when somebody opens it.
 * Throws an Error with a sentence for the page where its script does not arrive.
 */
export async function loadSteps() {
  try {
    return await import("./steps.js");
  } catch {
    throw new Error(
      "Query, key and value cannot be opened: their script did not arrive. Load the page again.",
    );
  }
}

export class StepsToggle {
  /**
   * @param {HTMLElement} button
   * @param {HTMLElement} element
   * @param {{view: {steps: string}, set: (change: {steps: string}) => void}} store
   * @param {Uint8Array} table a diverging one
   * @param {Pick<Opening, "drawKey" | "onChoose" | "onProblem">} on
   */
  constructor(button, element, store, table, on) {
    this.button = button;
    this.element = element;
    this.store = store;
    this.table = table;
    this.on = on;
    /** @type {Subject | null} */
    this.subject = null;
    /** @type {Promise<import("./steps.js").StepsPanel> | null} */
    this.panel = null;
    button.addEventListener("click", () => store.set({ steps: store.view.steps ? "" : "1" }));
  }

  /** @param {Subject | null} subject null where there is nothing to take apart */
  async draw(subject) {
    const { steps } = this.store.view;
    this.subject = subject;
    this.button.setAttribute("aria-expanded", String(Boolean(steps)));
    if (!subject || !steps) return this.close();
    this.panel ??= this.open(subject);
    const panel = await this.panel.catch((error) => this.failed(error));
    if (!panel || this.panel === null || this.subject !== subject) return;
    panel.show(subject.choice, subject);
    if (panel.step !== this.store.view.steps) panel.open(this.store.view.steps);
  }

  /** @param {unknown} error that of a panel whose script did not come */
  failed(error) {
    this.panel = null;
    this.store.set({ steps: "" });
    this.on.onProblem?.(error);
  }

  /** @param {Subject} subject */
  async open(subject) {
    const { openSteps } = await loadSteps();
    return openSteps({
      ...subject,
      ...this.on,
      element: this.element,
      table: this.table,
      step: this.store.view.steps,
      onStep: (step) => this.store.set({ steps: step }),
      onClose: () => {
        this.panel = null;
        this.store.set({ steps: "" });
      },
    });
  }

  async close() {
    const open = this.panel;
    this.panel = null;
    (await open?.catch(() => null))?.close();
  }
}
