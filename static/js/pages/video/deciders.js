/** Which frames decide what is there: heads over time on the clip that is shown, side by side. */

import { isStopped, post } from "../../core/api.js";
import { byId } from "../../core/dom.js";
import { heightsOf } from "../../math/whencurve.js";
import { sharesOf, WhenLane } from "../../parts/video/whenlane.js";

/**
 * @typedef {import("../../parts/video/cliptrace.js").ClipTrace} ClipTrace
 * @typedef {import("../../schema.js").VideoVerdicts} VideoVerdicts
 */

const PAUSE = 150; // milliseconds after which a play head that pins attention is taken to stand

export class Deciders {
  /**
   * @param {import("../../core/store.js").Store<import("./view.js").View>} store
   * @param {import("./page.js").VideoShell} shell
   * @param {{go: (frame: number) => void, frame: () => number, lost: (error: unknown) => void}} on
   */
  constructor(store, shell, on) {
    this.store = store;
    this.shell = shell;
    this.on = on;
    this.root = byId("deciders");
    this.lanes = shell.page.whens.map((card) => new WhenLane(card, on.go));
    byId("when-lanes").replaceChildren(...this.lanes.map(({ element }) => element));
    /** @type {ClipTrace | null} */
    this.traced = null;
    /** @type {VideoVerdicts | null} */
    this.found = null;
    this.asked = "";
    this.running = new AbortController();
    this.seen = false;
    // Frames go through another network for them: not before somebody looks.
    new IntersectionObserver(([entry]) => {
      this.seen = entry.isIntersecting;
      this.draw();
    }).observe(this.root);
  }

  /** @param {ClipTrace} traced */
  follow(traced) {
    this.traced = traced;
    this.found = null;
    this.asked = "";
    this.running.abort();
    this.root.setAttribute("aria-busy", "true");
    this.draw();
  }

  get intervention() {
    const { attention } = this.store.view;
    if (attention === "pinned") return { frame: this.on.frame() };
    return { attention };
  }

  draw() {
    const { traced, found, lanes } = this;
    if (!traced || !this.seen || !lanes.length) return;
    if (JSON.stringify(this.intervention) !== this.asked) this.shell.after("decide", PAUSE, () => this.ask());
    if (!found) return;
    const { top } = heightsOf(found.heads.map((head) => sharesOf(head, traced.count)));
    const frame = this.on.frame();
    lanes.forEach((lane, i) => lane.draw(found.heads[i], traced.count, { frame, top }));
  }

  async ask() {
    const { traced, intervention } = this;
    if (!traced) return;
    this.asked = JSON.stringify(intervention);
    this.running.abort();
    this.running = new AbortController();
    const { signal } = this.running;
    const models = this.lanes.map(({ card }) => card.name).join(",");
    try {
      const answer = await post(`/traces/${traced.id}/verdicts`, { models, intervention }, signal);
      const found = /** @type {VideoVerdicts} */ (await answer.json());
      if (signal.aborted || this.traced !== traced) return;
      this.found = found;
      this.root.setAttribute("aria-busy", "false");
      byId("decided").textContent = summaryOf(found, this.lanes);
      this.draw();
    } catch (error) {
      if (!isStopped(error) && !signal.aborted) this.on.lost(error);
    }
  }
}

/**
 * All heads in one sentence, for those who do not see them.
 * @param {VideoVerdicts} found
 * @param {WhenLane[]} lanes
 */
function summaryOf({ heads }, lanes) {
  const said = heads.map(({ verdict: [first] }, i) => {
    const percent = Math.round(100 * first.probability);
    return `${lanes[i].card.title}: ${first.label}, ${percent} %`;
  });
  return `${said.join("; ")}.`;
}
