/** Pinned patches: what each of them sees, side by side. */

import { draw } from "./film.js";
import { scaleOf } from "./colour.js";
import { queryName } from "./phrases.js";

const MOST = 8;

export class Pins {
  /**
   * @param {HTMLElement} element
   * @param {import("./state.js").Store} store
   */
  constructor(element, store) {
    this.element = element;
    this.list = /** @type {HTMLElement} */ (element.querySelector("[data-part=list]"));
    this.store = store;
  }

  get pins() {
    return this.store.view.pins ? this.store.view.pins.split(";") : [];
  }

  /**
   * Pins a patch and looks from it; a patch that is looked from already is let go.
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
   * @param {import("./traced.js").Traced} traced
   * @param {Uint8Array} table
   */
  draw(traced, table) {
    const { view } = this.store;
    const shown = this.pins.filter((pin) => traced.token(pin) > 0);
    this.element.hidden = shown.length === 0 || view.method === "saliency";
    if (this.element.hidden) return;
    this.list.replaceChildren(...shown.map((pin) => this.card(pin, traced, table)));
  }

  /**
   * @param {string} pin
   * @param {import("./traced.js").Traced} traced
   * @param {Uint8Array} table
   */
  card(pin, traced, table) {
    const { view } = this.store;
    const card = document.createElement("div");
    card.className = "pin";
    const look = document.createElement("button");
    look.type = "button";
    look.className = "frame";
    look.setAttribute("aria-pressed", String(view.query === pin));
    const canvas = document.createElement("canvas");
    canvas.setAttribute("aria-hidden", "true");
    canvas.width = traced.trace.grid.columns;
    canvas.height = traced.trace.grid.rows;
    const label = document.createElement("span");
    label.className = "frame-label";
    label.textContent = pin.replace(",", ", ");
    look.setAttribute("aria-label", `${queryName(pin)}: ${label.textContent}`);
    look.append(canvas, label);
    look.addEventListener("click", () => this.store.set({ query: pin }));
    const map = traced.map(view, pin);
    if (map) {
      draw(canvas, map.values, scaleOf(traced.range(view, pin, map), null), table);
    }
    card.append(look, this.remover(pin));
    return card;
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
    });
    return button;
  }
}
