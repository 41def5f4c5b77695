/** Links into the studios: they open with the reader's photo or sentence, and a trace that is still kept. */

import { ApiError, getTrace } from "../../core/api.js";
import { toHash } from "../../core/fragment.js";

/**
 * @typedef {import("../../parts/reader/reader.js").Reader} Reader
 */

const OWN_PHOTO = /** @type {Record<string, string>} */ ({ "/lab/vision": "photo" }); // else "trace"

export class StudioLinks {
  /**
   * @param {Reader} reader
   * @param {(error: unknown) => void} onError
   */
  constructor(reader, onError) {
    this.reader = reader;
    this.onError = onError;
    this.links = /** @type {HTMLAnchorElement[]} */ ([...document.querySelectorAll("a[data-carries]")]);
    for (const link of this.links) {
      link.addEventListener("click", (event) => this.follow(event, link));
      for (const near of ["pointerenter", "focus"]) link.addEventListener(near, () => this.prepare(link));
    }
    for (const what of /** @type {const} */ (["photo", "sentence"])) reader.on(what, () => this.draw());
    this.draw();
  }

  /** Addresses of what needs no trace. */
  draw() {
    const { sample } = this.reader.photo();
    for (const link of this.links) {
      const address = new URL(String(link.dataset.studio), location.origin);
      if (link.dataset.carries === "sentence")
        address.hash = toHash({ text: this.reader.sentence(), target: "" });
      else if (sample && address.pathname !== "/lab/vision") address.searchParams.set("sample", sample);
      else if (sample) address.searchParams.set("ground", sample);
      link.href = address.pathname + address.search + address.hash;
      link.dataset.ready = String(link.dataset.carries === "sentence" || sample !== null);
    }
  }

  /**
   * Puts the trace of the reader's own photo into the link.
   * @param {HTMLAnchorElement} link
   */
  async prepare(link) {
    if (link.dataset.ready === "true") return;
    const address = new URL(String(link.dataset.studio), location.origin);
    const { searchParams, pathname } = address;
    const resolution = Number(searchParams.get("resolution")) || undefined;
    const make = () => this.reader.traced(searchParams.get("model") ?? "", { resolution });
    const { id } = await make();
    const kept = await getTrace(id).catch((error) => {
      if (!(error instanceof ApiError && error.gone)) throw error;
      this.reader.forget();
      return make();
    });
    searchParams.set(OWN_PHOTO[pathname] ?? "trace", kept.id);
    link.href = pathname + address.search;
  }

  /**
   * @param {MouseEvent} event
   * @param {HTMLAnchorElement} link
   */
  async follow(event, link) {
    if (link.dataset.ready === "true" || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    try {
      await this.prepare(link);
      location.assign(link.href);
    } catch (error) {
      this.onError(error);
    }
  }
}
