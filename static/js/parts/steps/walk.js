/**
 * The walk through the eight query-key-value steps: which of them is open, one after another or all at
 * once. What belongs to later ones is kept in its place, unseen.
 */

import { explained, NAMES } from "./formulas.js";

const LAST = NAMES.length;
const ALL = "all";

export class Walk {
  /**
   * @param {import("./frame.js").Frame} frame
   * @param {(step: string) => void} onStep "1" to "8", or "all"
   */
  constructor(frame, onStep) {
    this.frame = frame;
    this.onStep = onStep;
    this.step = "1";
    /** @type {import("./formulas.js").Present | null} */
    this.present = null;
    const { back, on, all, numbers } = frame;
    new ResizeObserver(() => this.reach()).observe(frame.explained);
    back.addEventListener("click", () => this.turn(-1));
    on.addEventListener("click", () => this.turn(1));
    all.addEventListener("click", () => this.open(this.step === ALL ? "1" : ALL));
    numbers.addEventListener("click", (event) => {
      const step = /** @type {HTMLElement} */ (event.target).closest("button")?.dataset.step;
      if (step) this.open(step);
    });
  }

  /** How many steps are open. */
  get shown() {
    return this.step === ALL ? LAST : Number(this.step);
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

  /** @param {number} by steps */
  turn(by) {
    const next = this.shown + by;
    if (next >= 1 && next <= LAST) this.open(String(next));
  }

  mark() {
    const { numbers, back, on, all } = this.frame;
    for (const button of numbers.querySelectorAll("button")) {
      button.classList.toggle("done", Number(button.dataset.step) <= this.shown);
      if (button.dataset.step === this.step) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    }
    back.setAttribute("aria-disabled", String(this.step === "1"));
    on.setAttribute("aria-disabled", String(this.shown === LAST));
    all.setAttribute("aria-pressed", String(this.step === ALL));
  }

  hide() {
    const { step, shown } = this;
    const { table, products, outputs, under } = this.frame;
    for (const cell of /** @type {NodeListOf<HTMLElement>} */ (table.querySelectorAll("[data-from]")))
      cell.classList.toggle("later", Number(cell.dataset.from) > shown);
    products.hidden = step !== "3" && step !== ALL;
    outputs.hidden = shown < LAST;
    under.hidden = shown < 2;
    this.hideFormulas();
  }

  hideFormulas() {
    const items = /** @type {HTMLElement[]} */ ([...this.frame.explained.children]);
    items.forEach((item, i) => {
      item.hidden = this.step !== ALL && i + 1 !== this.shown;
    });
    this.reach();
  }

  /** A formula that is too wide for its place can be scrolled with the keyboard. */
  reach() {
    for (const box of this.frame.explained.querySelectorAll(".steps-formula")) {
      if (box.scrollWidth > box.clientWidth) box.setAttribute("tabindex", "0");
      else box.removeAttribute("tabindex");
    }
  }

  say() {
    const { present, step, shown } = this;
    if (!present || step === ALL) return;
    const { says } = explained(present)[shown - 1];
    this.frame.said.textContent = `Step ${step} of ${LAST}: ${NAMES[shown - 1]}. ${says}`;
  }
}
