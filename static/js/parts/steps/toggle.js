/** A button that opens the query-key-value panel, on a page with one; "" in the view is closed. */

import { StepsDock } from "./dock.js";

export class StepsToggle {
  /**
   * @param {HTMLElement} button
   * @param {HTMLElement} element
   * @param {{view: {steps: string}, set: (change: {steps: string}) => void}} store
   * @param {Uint8Array} table a diverging one
   * @param {Pick<import("./steps.js").Opening, "drawKey" | "onChoose" | "onProblem">} on see StepsDock
   */
  constructor(button, element, store, table, on) {
    this.button = button;
    this.store = store;
    this.dock = new StepsDock(element, store, table, { ...on, onClose: () => store.set({ steps: "" }) });
    button.addEventListener("click", () => store.set({ steps: store.view.steps ? "" : "1" }));
  }

  /** @param {import("./dock.js").Subject | null} subject null where there is nothing to take apart */
  draw(subject) {
    const { steps } = this.store.view;
    this.button.setAttribute("aria-expanded", String(Boolean(steps)));
    return this.dock.show(steps ? subject : null);
  }
}
