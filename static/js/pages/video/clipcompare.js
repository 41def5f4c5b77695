/** A second layer or head beside the first, of the same query in the same frame. */

import { byId, find } from "../../core/dom.js";
import { Panel } from "../../parts/image/panel.js";
import { siteTitle } from "../../parts/video/clipscene.js";

/** @typedef {import("../../parts/video/cliptrace.js").ClipTrace} ClipTrace */

const SAME = "same"; // a comparison in which nothing differs yet

export class ClipComparison {
  /**
   * @param {import("../../core/store.js").Store<import("./view.js").View>} store
   * @param {ConstructorParameters<typeof Panel>[1]} on
   */
  constructor(store, on) {
    this.store = store;
    this.root = byId("compare");
    this.panel = new Panel(this.root, on);
    this.site = find(this.root, "select[name=site]", HTMLSelectElement);
    this.head = find(this.root, "select[name=head]", HTMLSelectElement);
    byId("compare-on").addEventListener("click", () => store.set({ compare: this.on ? "" : SAME }));
    for (const field of [this.site, this.head]) {
      field.addEventListener("change", () => this.set(field.name, field.value));
    }
  }

  get on() {
    return Boolean(this.store.view.compare);
  }

  get other() {
    const { compare } = this.store.view;
    return new URLSearchParams(compare === SAME ? "" : compare);
  }

  /**
   * @param {string} name
   * @param {string} value
   */
  set(name, value) {
    const { other } = this;
    if (value) other.set(name, value);
    else other.delete(name);
    this.store.set({ compare: other.toString() || SAME });
  }

  /** The view of the second picture: the first's, but for what differs. */
  get view() {
    const { other } = this;
    const { view } = this.store;
    return { ...view, site: other.get("site") ?? view.site, head: other.get("head") ?? view.head };
  }

  /**
   * Lists the layers and heads that there are.
   * @param {ClipTrace} traced
   */
  offer(traced) {
    const { on, other, site, head } = this;
    this.root.hidden = !on;
    byId("compare-on").setAttribute("aria-pressed", String(on));
    const { heads } = traced.site(this.view.site);
    fill(
      site,
      traced.sites.map((each) => [each.name, siteTitle(each, traced).toLowerCase()]),
    );
    fill(
      head,
      Array.from({ length: heads }, (_, i) => [String(i), `head ${i}`]),
    );
    site.value = other.get("site") ?? "";
    head.value = other.get("head") ?? "";
  }
}

/**
 * Choices after those that the page came with.
 * @param {HTMLSelectElement} field
 * @param {string[][]} choices value and words
 */
function fill(field, choices) {
  const spelled = JSON.stringify(choices);
  if (field.dataset.choices === spelled) return;
  field.dataset.choices = spelled;
  for (const old of field.querySelectorAll("[data-own]")) old.remove();
  for (const [value, words] of choices) {
    const option = new Option(words, value);
    option.dataset.own = "";
    field.append(option);
  }
}
