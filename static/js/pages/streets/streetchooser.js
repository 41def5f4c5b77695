/** Which models are shown, and what they are compared with. */

import { html } from "../../core/dom.js";
import { decoderName } from "../../parts/evidence/streetfigures.js";
import { COMPUTED } from "./view.js";

export class StreetChooser {
  /**
   * @param {HTMLElement} root
   * @param {HTMLSelectElement} base
   * @param {readonly import("./streetlane.js").StreetCard[]} cards of models that are at hand
   * @param {import("../../core/store.js").Store<import("./view.js").View>} store
   */
  constructor(root, base, cards, store) {
    this.store = store;
    this.boxes = cards.map((card) => this.box(card));
    root.replaceChildren(...this.boxes.map(({ label }) => label));
    base.append(
      new Option("nothing", ""),
      new Option("itself as computed", COMPUTED),
      ...cards.map(({ name, title }) => new Option(decoderName(title), name)),
    );
  }

  /** @param {import("./streetlane.js").StreetCard} card */
  box(card) {
    const input = html("input", { type: "checkbox", value: card.name });
    input.addEventListener("change", () => this.toggle(card.name));
    return {
      input,
      label: html("label", { title: card.words }, input, html("span", {}, decoderName(card.title))),
    };
  }

  /** @param {string} name */
  toggle(name) {
    const { models } = this.store.view;
    const left = models.filter((each) => each !== name);
    this.store.set({ models: left.length < models.length ? left : [...models, name] });
    this.draw();
  }

  draw() {
    const { models } = this.store.view;
    for (const { input } of this.boxes) {
      input.checked = models.includes(input.value);
      input.disabled =
        input.checked && this.boxes.filter(({ input: other }) => models.includes(other.value)).length === 1;
    }
  }
}
