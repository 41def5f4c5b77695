/** What is switched in the models: gates open, closed or by hand, and skips cut, in all that have them. */

import { html } from "../../core/dom.js";
import { settingOf, switchOf, withSetting } from "../../math/intervention.js";
import { lowered, skipTitle } from "./streettelling.js";

/**
 * @typedef {import("./view.js").View} View
 * @typedef {{gates: readonly string[], cuts: readonly string[]}} Offered
 * @typedef {"computed" | "open" | "closed"} Place
 */

const PLACES = /** @type {const} */ ([
  ["computed", "As computed"],
  ["open", "Open"],
  ["closed", "Closed"],
]);

/** @type {Record<string, number>} */
const ENDS = { open: 1, closed: 0 };

export class StreetSwitches {
  /**
   * @param {HTMLElement} root
   * @param {import("../../core/store.js").Store<View>} store
   */
  constructor(root, store) {
    this.root = root;
    this.store = store;
    this.built = "";
    /** @type {ReadonlyMap<string, number>} how far gates are open, by sites */
    this.means = new Map();
    /** @type {(() => void)[]} */
    this.shows = [];
  }

  /**
   * @param {Offered} offered by the models that are shown
   * @param {ReadonlyMap<string, number>} means how far gates are open, by sites
   */
  draw(offered, means) {
    this.means = means;
    const spelled = JSON.stringify(offered);
    if (spelled !== this.built) {
      this.built = spelled;
      this.shows = [];
      const gates = offered.gates.map((site) => this.gate(site));
      const cuts = offered.cuts.map((skip) => this.skip(skip));
      this.root.replaceChildren(
        ...gates,
        ...(cuts.length
          ? [html("fieldset", { class: "street-skips" }, html("legend", {}, "Skips"), ...cuts)]
          : []),
      );
      this.root.hidden = !gates.length && !cuts.length;
    }
    for (const show of this.shows) show();
  }

  /** @param {string} site */
  gate(site) {
    const legend = html("legend", {}, `Gate in the ${lowered(skipTitle(site))}`);
    const slider = this.slider(site);
    return html(
      "fieldset",
      { class: "segments street-gate" },
      legend,
      html(
        "div",
        { class: "segment-row" },
        ...PLACES.map(([place, title]) => this.place(site, place, title)),
      ),
      slider,
    );
  }

  /**
   * @param {string} site
   * @param {Place} place
   * @param {string} title
   */
  place(site, place, title) {
    const input = html("input", { type: "radio", name: `gate-${site}`, value: place });
    input.addEventListener("change", () => this.set(site, place === "computed" ? null : place));
    this.shows.push(() => {
      input.checked = switchOf(settingOf(this.store.view.set, site)) === place;
    });
    return html("label", {}, input, html("span", {}, title));
  }

  /** @param {string} site */
  slider(site) {
    const id = `hand-${site}`;
    const input = html("input", { id, type: "range", min: "0", max: "1", step: "0.05" });
    const output = html("output", { for: id });
    input.addEventListener("input", () => this.set(site, Number(input.value)));
    this.shows.push(() => {
      const setting = settingOf(this.store.view.set, site);
      const value =
        typeof setting === "number" ? setting : (ENDS[switchOf(setting)] ?? this.means.get(site) ?? 1);
      input.value = String(value);
      output.textContent = setting === null ? `${value.toFixed(2)} on average` : value.toFixed(2);
    });
    const label = html("label", { for: id }, "By hand, at all places alike");
    return html("div", { class: "slider" }, label, output, input);
  }

  /**
   * @param {string} site
   * @param {"open" | "closed" | number | null} setting
   */
  set(site, setting) {
    this.store.set({ set: withSetting(this.store.view.set, site, setting) });
  }

  /** @param {string} skip */
  skip(skip) {
    const input = html("input", { type: "checkbox", value: skip });
    input.addEventListener("change", () => {
      const { cut } = this.store.view;
      this.store.set({ cut: input.checked ? cut.filter((name) => name !== skip) : [...cut, skip].sort() });
    });
    this.shows.push(() => {
      input.checked = !this.store.view.cut.includes(skip);
    });
    return html("label", { class: "toggle" }, input, html("span", {}, skipTitle(skip)));
  }
}
