/** The control of the decoding steps: replays decoding from the first token to the last. */

import { part } from "../core/dom.js";

const PACE = 700; // milliseconds a step

export class Replay {
  /**
   * @param {HTMLElement} root with buttons and a slider named by data-part
   * @param {(step: number) => void} onStep a decoding step, from 1; 0 shows everything
   */
  constructor(root, onStep) {
    this.root = root;
    this.onStep = onStep;
    this.slider = part(root, "slider", HTMLInputElement);
    this.place = part(root, "place");
    this.button = part(root, "play");
    this.all = part(root, "all");
    this.step = 0;
    this.count = 0;
    this.timer = 0;
    this.slider.addEventListener("input", () => this.go(Number(this.slider.value)));
    this.button.addEventListener("click", () => (this.timer ? this.pause() : this.play()));
    part(root, "back").addEventListener("click", () => this.go((this.step || this.count + 1) - 1));
    part(root, "forward").addEventListener("click", () => this.go(this.step + 1));
    this.all.addEventListener("click", () => this.go(0));
    root.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.go(0);
    });
  }

  /**
   * @param {number} step
   * @param {number} count
   */
  show(step, count) {
    this.step = Math.min(step, count);
    this.count = count;
    this.slider.max = String(Math.max(1, count));
    this.slider.disabled = count === 0;
    this.slider.value = String(this.step || count);
    const words = this.step ? `step ${this.step} of ${count}` : `all ${count} steps`;
    this.slider.setAttribute("aria-valuetext", words);
    this.place.textContent = words;
    this.all.setAttribute("aria-pressed", String(this.step === 0));
  }

  /** A step that was asked for by hand ends the playing.
   * @param {number} step
   */
  go(step) {
    this.pause();
    this.onStep(step < 0 ? 0 : Math.min(step, this.count));
  }

  play() {
    if (!this.count) return;
    const next = () => {
      const step = this.step + 1;
      this.onStep(Math.min(step, this.count));
      if (step >= this.count) this.pause();
      else this.timer = window.setTimeout(next, PACE);
    };
    if (this.step >= this.count) this.step = 0;
    this.timer = window.setTimeout(next, 0);
    this.label("Pause");
  }

  pause() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.label("Play");
  }

  /** @param {"Play" | "Pause"} name */
  label(name) {
    this.button.setAttribute("aria-label", name);
    this.button.dataset.does = name.toLowerCase();
  }
}
