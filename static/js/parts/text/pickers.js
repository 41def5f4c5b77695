/** The pickers of a site and a head, of what is shown. */

import { byId } from "../../core/dom.js";
import { fullSiteName, headTitle } from "../sitenames.js";
import { BOTH, bothWays, chosenOf, isAligner } from "./content.js";

/**
 * @typedef {{site: string, head: string}} View
 * @typedef {import("../../schema.js").Site} Site
 * @typedef {import("./session.js").Entry} Entry
 * @typedef {import("./content.js").Aligner} Aligner
 */

export class Pickers {
  /** @param {import("../../core/store.js").Store<View>} store */
  constructor(store) {
    this.store = store;
    this.site = byId("site", HTMLSelectElement);
    this.head = byId("head", HTMLSelectElement);
    this.site.addEventListener("change", () => store.set({ site: this.site.value, head: "" }));
    this.head.addEventListener("change", () => store.set({ head: this.head.value }));
  }

  /**
   * @param {Pick<Entry, "traced" | "aligned">} entry
   * @param {Aligner} aligner
   */
  draw(entry, aligner) {
    const { view } = this.store;
    const trace = entry.traced?.trace;
    const chosen = trace ? chosenOf(trace, view, aligner) : null;
    for (const field of [this.site, this.head]) field.disabled = !chosen;
    if (!trace) return; // what is being written keeps the place
    byId("attention").hidden = !chosen;
    if (!chosen) return;
    const both = entry.aligned !== null && bothWays(entry.aligned, view);
    const sites = trace.sites.map((site) => new Option(fullSiteName(site), site.name));
    if (entry.aligned) sites.unshift(new Option("both directions together", BOTH));
    fill(this.site, sites, both ? BOTH : chosen.site.name);
    fill(this.head, headOptions(chosen.site, aligner), chosen.head);
    byId("head-field").hidden = both;
    byId("guided").hidden = !trace.sites.some(({ name }) => name === aligner?.site);
  }
}

/**
 * @param {Site} site
 * @param {Aligner} aligner
 */
function headOptions({ name, heads }, aligner) {
  const numbers = Array.from({ length: heads }, (_, i) => String(i));
  const all = heads > 1 ? [...numbers, "mean", "max"] : numbers;
  return all.map((head) => new Option(headTitle(head, isAligner(aligner, name, head)), head));
}

/**
 * @param {HTMLSelectElement} field
 * @param {HTMLOptionElement[]} options
 * @param {string} value
 */
function fill(field, options, value) {
  const same =
    options.length === field.options.length &&
    options.every((option, i) => option.text === field.options[i].text);
  if (!same) field.replaceChildren(...options);
  field.value = value;
}
