/** The thing that is marked, carried through the clip by the server, and what its panel shows. */

import { isStopped, post } from "../../core/api.js";
import { byId } from "../../core/dom.js";
import { byFinger, press } from "../../core/finger.js";
import { looksEverywhere } from "../../math/site.js";
import { askedOf, Carried } from "../../parts/video/carried.js";

/**
 * @typedef {import("../../schema.js").Propagation} Propagation
 * @typedef {import("./view.js").View} View
 * @typedef {import("../../parts/video/cliptrace.js").ClipTrace} ClipTrace
 */

const ASKED = /** @type {const} */ (["by", "context", "radius", "top", "temperature", "similarity", "least"]);
const FEATURES = /** @type {const} */ ("features");

export class Carrying {
  /**
   * @param {import("../../core/store.js").Store<View>} store
   * @param {import("../../core/shell.js").Shell<any>} shell
   * @param {{carried: () => void, lost: (error: unknown) => void}} on
   */
  constructor(store, shell, on) {
    this.store = store;
    this.shell = shell;
    this.on = on;
    /** @type {ClipTrace | null} */
    this.traced = null;
    /** @type {Carried | null} */
    this.carried = null;
    this.running = new AbortController();
    byId("forget").addEventListener("click", () => store.set({ thing: null, follow: "stay" }));
    store.listen((changed) => this.changed(changed));
  }

  /** @param {Set<string>} changed */
  changed(changed) {
    const asked = [...ASKED, "thing"].some((name) => changed.has(name));
    const site = this.store.view.by !== "features" && changed.has("site");
    if (asked || site) this.again();
  }

  /** @param {ClipTrace} traced */
  follow(traced) {
    this.traced = traced;
    this.carried = null;
    this.again();
  }

  /** Another thing, or carried in another way; of several in quick succession the last one. */
  again() {
    this.running.abort();
    if (!this.store.view.thing) {
      this.shell.cancel("carry");
      this.carried = null;
      this.on.carried();
      return;
    }
    byId("thing-told").textContent = "is being carried through the clip";
    this.shell.after("carry", 200, () => this.carry());
  }

  async carry() {
    const { traced } = this;
    const body = this.body;
    if (!traced || !body) return;
    this.running = new AbortController();
    const { signal } = this.running;
    try {
      const found = await (await post(`/traces/${traced.id}/propagation`, body, signal)).json();
      if (signal.aborted || this.traced !== traced) return;
      this.carried = new Carried(found);
      this.on.carried();
    } catch (error) {
      if (isStopped(error) || signal.aborted) return;
      this.tell();
      this.on.lost(error);
    }
  }

  /** What is asked of the server; null where nothing is marked. */
  get body() {
    const { view } = this.store;
    if (!view.thing || !this.traced) return null;
    const { context, radius, top } = view;
    const frame = Math.min(view.thing.frame, this.traced.count - 1);
    return {
      ...askedOf({ ...view.thing, frame }, this.traced.trace.grid, view.similarity / 100),
      ...{
        ...this.compared,
        context,
        radius,
        top,
        temperature: view.temperature / 100,
        least: view.least / 100,
      },
    };
  }

  /** By what patches are compared: by features, where the site has no keys that all frames see. */
  get compared() {
    const { by } = this.store.view;
    return by === FEATURES || !looksEverywhere(this.site) ? { by: FEATURES } : { by, site: this.site.name };
  }

  get site() {
    return /** @type {ClipTrace} */ (this.traced).site(this.store.view.site);
  }

  /**
   * The mask as a file of the server's.
   * @param {"zip" | "webp" | "mp4" | "npy"} format
   */
  async file(format) {
    const pressing = press(byFinger()).toLowerCase();
    if (!this.traced || !this.body) throw new Error(`Mark a thing first: ${pressing} it, or brush over it.`);
    return (await post(`/traces/${this.traced.id}/propagation`, { ...this.body, format })).blob();
  }

  /** Of the ways to carry it, those that the site has; the one that is taken is marked. */
  offer() {
    const { by } = this.compared;
    const any = looksEverywhere(this.site);
    for (const field of /** @type {NodeListOf<HTMLInputElement>} */ (document.getElementsByName("by"))) {
      field.checked = field.value === by;
      field.disabled = field.value !== FEATURES && !any;
    }
  }

  /** Says in how many frames it is, and by what it was carried. */
  tell() {
    const { carried, traced } = this;
    const { thing, tool } = this.store.view;
    byId("thing").hidden = !thing && tool !== "mark";
    const words =
      carried && traced
        ? `marked in frame ${carried.found.frame + 1}, found in ${carried.present} of ${traced.count} frames by ${byOf(carried.found)}`
        : `${press(byFinger()).toLowerCase()} it: patches like the one chosen are taken around it; or brush over it`;
    byId("thing-told").textContent = words;
    if (traced) this.offer();
  }
}

/** @param {Propagation} found */
function byOf({ by, site }) {
  return by === "attention" ? `queries and keys of ${site}` : by === "keys" ? `keys of ${site}` : by;
}
