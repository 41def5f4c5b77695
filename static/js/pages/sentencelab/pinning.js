/**
 * The pins on the page: a line of source words to pin, and a chip a pin to release it. It is drawn
 * anew only when pins or source are others, so that the focus stays where it is.
 *
 * @typedef {import("./view.js").View} View
 * @typedef {import("./wordpins.js").Pin} Pin
 * @typedef {import("../../schema.js").Text} Text
 */

import { byId, html } from "../../core/dom.js";
import { byFinger } from "../../core/finger.js";
import { TextLine } from "../../parts/passage/line.js";
import { pinHint } from "./telling.js";
import { pinnedAt, readPins, toggled, writePins } from "./wordpins.js";

export class Pinning {
  /**
   * @param {import("../../core/store.js").Store<View>} store
   */
  constructor(store) {
    this.store = store;
    /** @type {Text | null} */
    this.source = null;
    this.drawn = "";
    this.line = new TextLine(byId("pin-line"), { point: () => {}, choose: (unit) => this.pin(unit) });
    byId("pins").addEventListener("click", (event) => {
      const at = /** @type {HTMLElement} */ (event.target).closest("button")?.dataset.pin;
      if (at !== undefined) store.set({ pins: writePins(toggled(this.pins, this.pins[Number(at)])) });
    });
    byId("release").addEventListener("click", () => store.set({ pins: "" }));
    document.addEventListener("keydown", (event) => this.key(event));
  }

  get pins() {
    return readPins(this.store.view.pins);
  }

  /** @param {number} word */
  pin(word) {
    const { only, step } = this.store.view;
    this.store.set({ pins: writePins(toggled(this.pins, { word, step: only && step ? step : null })) });
  }

  /**
   * Escape lets go of every pin, where it is pressed among pins or decoders or nowhere.
   * @param {KeyboardEvent} event
   */
  key(event) {
    const { attention, pins } = this.store.view;
    if (event.key !== "Escape" || attention !== "pinned" || !pins) return;
    const target = /** @type {Element} */ (event.target);
    if (target === document.body || target.closest(".pinning, .lanes")) this.store.set({ pins: "" });
  }

  /** @param {Text} source */
  read(source) {
    if (this.source?.text !== source.text) this.line.draw(source, "word");
    this.source = source;
  }

  draw() {
    const { step, only, attention } = this.store.view;
    const held = pinnedAt(this.pins, step);
    this.line.units.forEach((unit, i) => {
      unit.classList.toggle("pinned", held.has(i));
      unit.setAttribute("aria-pressed", String(held.has(i)));
    });
    this.chips();
    byId("only-step").textContent = step ? `step ${step}` : "the step shown (choose one below)";
    byId("pin-hint").textContent = pinHint(this.pins.length, only && step ? step : 0, byFinger());
    const bare = attention !== "pinned" || !this.pins.length;
    const focused = document.activeElement === byId("release");
    byId("release").hidden = bare;
    if (bare && focused) this.rest();
  }

  chips() {
    const { pins } = this.store.view;
    const key = `${pins} ${this.source?.text}`;
    if (this.drawn === key) return;
    this.drawn = key;
    const list = byId("pins");
    const before = [...list.children].findIndex((item) => item.contains(document.activeElement));
    list.replaceChildren(...this.pins.map((pin, i) => this.chip(pin, i)));
    if (before < 0) return;
    const next = list.children[Math.min(before, list.children.length - 1)];
    if (next) next.querySelector("button")?.focus();
    else this.rest();
  }

  /**
   * @param {Pin} pin
   * @param {number} i
   */
  chip(pin, i) {
    const word = this.source?.words[pin.word]?.text ?? "";
    const when = pin.step === null ? "every step" : `step ${pin.step}`;
    const attributes = {
      type: "button",
      class: "button small",
      "data-pin": String(i),
      "aria-label": `Release “${word}” at ${when}`,
    };
    return html(
      "li",
      {},
      html("button", attributes, `${word} `, html("span", { class: "quiet" }, when), " ×"),
    );
  }

  /** The focus goes to the words, where what had it is gone. */
  rest() {
    this.line.units[this.line.stop]?.focus();
  }
}
