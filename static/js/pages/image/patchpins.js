/** Pinned patches: what each of them sees, side by side. */

import { range } from "../../math/attention.js";
import { formatWeight } from "../../math/colour.js";
import { Picture } from "../../parts/image/picture.js";
import { sceneOf } from "../../parts/image/scene.js";
import { queryName } from "../../parts/phrases.js";

/**
 * @typedef {{element: HTMLElement, look: HTMLElement, label: HTMLElement, note: HTMLElement,
 *   picture: Picture}} Card
 */

const MOST = 8;

export class PatchPins {
  /**
   * @param {HTMLElement} element
   * @param {import("../../core/store.js").Store<import("./view.js").View>} store
   */
  constructor(element, store) {
    this.element = element;
    this.list = /** @type {HTMLElement} */ (element.querySelector("[data-part=list]"));
    this.store = store;
    /** @type {Map<string, Card>} */
    this.cards = new Map();
  }

  get pins() {
    return this.store.view.pins ? this.store.view.pins.split(";") : [];
  }

  /**
   * PatchPins a patch and looks from it; a patch that is looked from already is let go.
   * @param {string} query
   */
  toggle(query) {
    const pins = this.pins.filter((pin) => pin !== query);
    if (this.store.view.query === query && pins.length < this.pins.length) {
      this.store.set({ pins: pins.join(";"), query: pins.at(-1) ?? "cls" });
    } else {
      this.store.set({ pins: [...pins, query].slice(-MOST).join(";"), query });
    }
  }

  /**
   * @param {import("../../parts/photo/phototrace.js").PhotoTrace} traced
   * @param {Uint8Array} table
   */
  draw(traced, table) {
    const { view } = this.store;
    const shown = view.method === "saliency" ? [] : this.pins.filter((pin) => traced.token(pin) > 0);
    this.element.hidden = shown.length === 0;
    if (shown.join() !== [...this.cards.keys()].join()) this.build(shown);
    for (const [pin, card] of this.cards) this.update(card, pin, traced, table);
  }

  /**
   * Keeps the cards that stay, and with them the focus.
   * @param {string[]} pins
   */
  build(pins) {
    this.cards = new Map(pins.map((pin) => [pin, this.cards.get(pin) ?? this.card(pin)]));
    this.list.replaceChildren(...[...this.cards.values()].map(({ element }) => element));
  }

  /**
   * @param {string} pin
   * @returns {Card}
   */
  card(pin) {
    const element = document.createElement("div");
    element.className = "pin";
    const look = document.createElement("button");
    look.type = "button";
    look.className = "frame";
    const canvas = document.createElement("canvas");
    canvas.setAttribute("aria-hidden", "true");
    const label = document.createElement("span");
    label.className = "frame-label";
    const note = document.createElement("span");
    note.className = "frame-note";
    look.append(canvas, label, note);
    look.addEventListener("click", () => this.store.set({ query: pin }));
    element.append(look, this.remover(pin));
    return { element, look, label, note, picture: new Picture(canvas) };
  }

  /**
   * @param {Card} card
   * @param {string} pin
   * @param {import("../../parts/photo/phototrace.js").PhotoTrace} traced
   * @param {Uint8Array} table
   */
  update({ look, label, note, picture }, pin, traced, table) {
    const { view } = this.store;
    const { width, height } = traced.trace.input;
    look.setAttribute("aria-pressed", String(view.query === pin));
    picture.canvas.style.aspectRatio = `${width} / ${height}`;
    const scene = sceneOf(traced, { ...view, pins: "" }, pin, table);
    picture.draw(scene);
    const [row, column] = pin.split(",");
    label.textContent = `row ${row}, column ${column}`;
    note.textContent = scene.map ? `up to ${formatWeight(range(scene.map.values)[1])}` : "";
  }

  /** @param {string} pin */
  remover(pin) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "remove";
    button.setAttribute("aria-label", `Let go of the ${queryName(pin)}`);
    button.textContent = "×";
    button.addEventListener("click", () => {
      const pins = this.pins.filter((other) => other !== pin);
      const query = this.store.view.query === pin ? (pins.at(-1) ?? "cls") : this.store.view.query;
      this.store.set({ pins: pins.join(";"), query });
      /** @type {HTMLElement | undefined} */ (this.list.querySelector("button") ?? undefined)?.focus();
    });
    return button;
  }
}
