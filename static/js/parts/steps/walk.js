/** The walk through the steps: which one is open, what of the panel belongs to it, the way on and back. */

import { explained, NAMES } from "./formulas.js";

const LAST = NAMES.length;

export class Walk {
  /**
   * @param {import("./frame.js").Frame} frame
   * @param {string} step how far it is open: "1" to "8", or "all"
   * @param {(step: string) => void} onStep
   */
  constructor(frame, step, onStep) {
    this.frame = frame;
    this.step = step;
    this.onStep = onStep;
    /** @type {import("./formulas.js").Present | null} what the steps are said of */
    this.present = null;
    this.listen();
  }

  listen() {
    const { back, on, all, numbers } = this.frame;
    back.addEventListener("click", () => this.turn(-1));
    on.addEventListener("click", () => this.turn(1));
    all.addEventListener("click", () => this.open(this.step === "all" ? "1" : "all"));
    numbers.addEventListener("click", (event) => {
      const step = /** @type {HTMLElement} */ (event.target).closest("button")?.dataset.step;
      if (step) this.open(step);
    });
  }

  /** How many steps are open. */
  get count() {
    return this.step === "all" ? LAST : Number(this.step);
  }

  /** @param {string} step */
  open(step) {
    this.step = step;
    this.frame.root.dataset.open = step;
    this.mark();
    this.hide();
    this.say();
    this.onStep(step);
  }

  /** @param {number} by */
  turn(by) {
    const next = this.count + by;
    if (next >= 1 && next <= LAST) this.open(String(next));
  }

  /** The row of steps, and the buttons beside it. */
  mark() {
    const { numbers, back, on, all } = this.frame;
    for (const button of numbers.querySelectorAll("button")) {
      button.classList.toggle("done", Number(button.dataset.step) <= this.count);
      if (button.dataset.step === this.step) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    }
    back.setAttribute("aria-disabled", String(this.step === "1"));
    on.setAttribute("aria-disabled", String(this.count === LAST));
    all.setAttribute("aria-pressed", String(this.step === "all"));
  }

  /** What belongs to later steps is kept in its place, unseen. */
  hide() {
    const { step, count } = this;
    const { table, explained, products, outputs, under } = this.frame;
    for (const cell of table.querySelectorAll("[data-from]")) {
      cell.classList.toggle("later", Number(/** @type {HTMLElement} */ (cell).dataset.from) > count);
    }
    [...explained.children].forEach((item, i) => {
      /** @type {HTMLElement} */ (item).hidden = step !== "all" && i + 1 !== count;
    });
    this.letScroll();
    products.hidden = step !== "3" && step !== "all";
    outputs.hidden = count < LAST;
    under.hidden = count < 2;
  }

  /** A formula that is wider than its place can be reached by keys. */
  letScroll() {
    for (const box of this.frame.explained.querySelectorAll(".steps-formula")) {
      if (box.scrollWidth > box.clientWidth) box.setAttribute("tabindex", "0");
      else box.removeAttribute("tabindex");
    }
  }

  say() {
    if (!this.present || this.step === "all") return;
    const { says } = explained(this.present)[this.count - 1];
    this.frame.said.textContent = `Step ${this.step} of ${LAST}: ${NAMES[this.count - 1]}. ${says}`;
  }
}
