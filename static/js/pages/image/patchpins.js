/** Pinned patches: what each of them sees, side by side. */

import { html, part } from "../../core/dom.js";
import { range } from "../../math/attention.js";
import { formatWeight } from "../../math/colour.js";
import { CLS, isSame, patchOn, spellPatches, spellQuery } from "../../math/query.js";
import { Picture } from "../../parts/image/picture.js";
import { sceneOf } from "../../parts/photo/photoscene.js";
import { queryName } from "../../parts/phrases.js";

/**
 * @typedef {import("../../math/query.js").Patch} Patch
 * @typedef {import("../../parts/photo/tracedphoto.js").Traced} Traced
 * @typedef {{patch: Patch, element: HTMLElement, look: HTMLElement, label: HTMLElement,
 *   note: HTMLElement, picture: Picture}} Card
 */

const MOST = 8;

export class PatchPins {
  /**
   * @param {HTMLElement} element
   * @param {import("../../core/store.js").Store<import("./view.js").View>} store
   */
  constructor(element, store) {
    this.element = element;
    this.list = part(element, "list");
    this.store = store;
    /** @type {Card[]} */
    this.cards = [];
  }

  /**
   * Pins a patch and looks from it; a patch that is looked from already is let go.
   * @param {Patch} patch
   */
  toggle(patch) {
    const { pins, query } = this.store.view;
    const others = this.without(patch);
    if (isSame(query, patch) && others.length < pins.length) {
      this.store.set({ pins: others, query: others.at(-1) ?? CLS });
    } else {
      this.store.set({ pins: [...others, patch].slice(-MOST), query: patch });
    }
  }

  /** @param {Patch} patch */
  without(patch) {
    return this.store.view.pins.filter((pin) => !isSame(pin, patch));
  }

  /**
   * @param {Traced} traced
   * @param {Uint8Array} table
   */
  draw(traced, table) {
    const { method, pins } = this.store.view;
    const { grid } = traced;
    const shown = !isOfPatches(traced, method) ? [] : pins.filter((pin) => patchOn(pin, grid));
    this.element.hidden = shown.length === 0;
    if (spellPatches(shown) !== spellPatches(this.cards.map(({ patch }) => patch))) this.build(shown);
    for (const card of this.cards) this.update(card, traced, table);
  }

  /**
   * Keeps the cards that stay, and with them the focus.
   * @param {Patch[]} pins
   */
  build(pins) {
    const kept = new Map(this.cards.map((card) => [spellQuery(card.patch), card]));
    this.cards = pins.map((pin) => kept.get(spellQuery(pin)) ?? this.card(pin));
    this.list.replaceChildren(...this.cards.map(({ element }) => element));
  }

  /**
   * @param {Patch} patch
   * @returns {Card}
   */
  card(patch) {
    const canvas = html("canvas", { "aria-hidden": "true" });
    const label = html("span", { class: "frame-label" });
    const note = html("span", { class: "frame-note" });
    const look = html("button", { type: "button", class: "frame" }, canvas, label, note);
    look.addEventListener("click", () => this.store.set({ query: patch }));
    const element = html("div", { class: "pin" }, look, this.remover(patch));
    return { patch, element, look, label, note, picture: new Picture(canvas) };
  }

  /**
   * @param {Card} card
   * @param {Traced} traced
   * @param {Uint8Array} table
   */
  update({ patch, look, label, note, picture }, traced, table) {
    const { view } = this.store;
    const { width, height } = traced.trace.input;
    look.setAttribute("aria-pressed", String(isSame(view.query, patch)));
    picture.canvas.style.setProperty("--ratio", String(width / height));
    const scene = sceneOf(traced, { ...view, pins: [] }, patch, table);
    picture.draw(scene);
    label.textContent = `row ${patch.row}, column ${patch.column}`;
    note.textContent = scene.map ? `up to ${formatWeight(range(scene.map.values)[1])}` : "";
  }

  /** @param {Patch} patch */
  remover(patch) {
    const name = `Let go of the ${queryName(patch)}`;
    const button = html("button", { type: "button", class: "remove", "aria-label": name }, "×");
    button.addEventListener("click", () => this.remove(patch));
    return button;
  }

  /** @param {Patch} patch */
  remove(patch) {
    const pins = this.without(patch);
    const { query } = this.store.view;
    this.store.set({ pins, query: isSame(query, patch) ? (pins.at(-1) ?? CLS) : query });
    this.list.querySelector("button")?.focus();
  }
}

/**
 * Whether what is shown is looked at from a patch.
 * @param {Traced} traced
 * @param {import("../../parts/photo/tracedphoto.js").Method} method
 */
function isOfPatches(traced, method) {
  if (!traced.attends) return method === "receptive";
  return method !== "saliency" && traced.over.length > 0;
}
