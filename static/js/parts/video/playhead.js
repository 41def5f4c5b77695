/** Plays a clip at the pace at which it was taken; who wants less motion sees a frame a second, once. */

import { paces } from "../../math/spacetime.js";

const STILL = window.matchMedia("(prefers-reduced-motion: reduce)");
const SLOW = 1000; // milliseconds a frame

export class PlayHead {
  /**
   * @param {HTMLElement} button
   * @param {{frame: () => number, go: (frame: number) => void}} on
   */
  constructor(button, on) {
    this.button = button;
    this.on = on;
    /** @type {number[]} milliseconds that each frame stands */
    this.paces = [];
    this.timer = 0;
    button.addEventListener("click", () => this.toggle());
  }

  get playing() {
    return this.timer !== 0;
  }

  /** @param {number[]} times of the frames of another clip, in seconds */
  load(times) {
    this.pause();
    this.paces = paces(times);
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  play() {
    if (this.paces.length < 2) return;
    if (this.on.frame() === this.paces.length - 1) this.on.go(0);
    this.wait();
    this.label("Pause");
  }

  wait() {
    const pace = STILL.matches ? SLOW : this.paces[this.on.frame()];
    this.timer = window.setTimeout(() => this.next(), pace);
  }

  next() {
    const next = (this.on.frame() + 1) % this.paces.length;
    if (next === 0 && STILL.matches) return this.pause();
    this.on.go(next);
    this.wait();
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
