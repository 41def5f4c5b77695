/** The strip of heads below a passage: drawn once a trace, when it comes into sight. */

/**
 * @typedef {import("../text/texttrace.js").AnyTrace} AnyTrace
 * @typedef {import("../../math/thumbnails.js").Head} Head
 * @typedef {import("./heads.js").PlacesOf} PlacesOf
 */

export class HeadStrip {
  /**
   * @param {HTMLElement} strip
   * @param {HTMLElement} element
   * @param {{choose: (head: Head) => void, problem: (error: unknown) => void}} on
   */
  constructor(strip, element, on) {
    this.strip = strip;
    this.element = element;
    this.on = on;
    this.shown = ""; // the trace that is drawn, or to be drawn
    /** @type {import("./heads.js").HeadsView | null} */
    this.view = null;
    /** @type {(() => void) | null} */
    this.waiting = null;
    // Six layers of 512 tokens are five megabytes: nothing is fetched before somebody looks.
    new IntersectionObserver((seen) => this.seen(seen.some((entry) => entry.isIntersecting))).observe(strip);
    this.inSight = false;
  }

  /** @param {boolean} now */
  seen(now) {
    this.inSight = now;
    const { waiting } = this;
    if (!now || !waiting) return;
    this.waiting = null;
    waiting();
  }

  /**
   * @param {AnyTrace | null} trace
   * @param {{site: import("../../schema.js").Site, head: string} | null} chosen
   * @param {import("../text/content.js").Aligner} aligner
   * @param {Uint8Array} table
   * @param {PlacesOf} [placesOf]
   */
  draw(trace, chosen, aligner, table, placesOf) {
    this.strip.hidden = !trace?.sites.length;
    if (!trace?.sites.length) return;
    const head =
      chosen && /^\d+$/.test(chosen.head) ? { site: chosen.site.name, head: Number(chosen.head) } : null;
    const key = `${trace.id} ${table.subarray(384, 390)}`;
    if (this.shown === key) {
      this.view?.choose(head);
      return;
    }
    this.shown = key;
    this.view?.stop();
    this.view = null;
    this.element.replaceChildren();
    this.waiting = () => this.open(trace, head, aligner, table, placesOf);
    if (this.inSight) this.seen(true);
  }

  /**
   * @param {AnyTrace} trace
   * @param {Head | null} chosen
   * @param {import("../text/content.js").Aligner} aligner
   * @param {Uint8Array} table
   * @param {PlacesOf} [placesOf]
   */
  async open(trace, chosen, aligner, table, placesOf) {
    const key = this.shown;
    const { drawHeads, weightsOfTrace } = await import("./heads.js");
    if (this.shown !== key) return;
    const { choose, problem } = this.on;
    this.view = drawHeads(this.element, {
      sites: trace.sites,
      weightsOf: weightsOfTrace(trace.id),
      placesOf,
      chosen,
      aligner,
      table,
      onChoose: choose,
      onProblem: problem,
    });
  }
}
