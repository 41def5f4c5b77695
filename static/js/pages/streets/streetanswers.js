/** What the models say of one photo: as computed, and with what is switched; the newest wins. */

import { getPhoto } from "../../core/api.js";
import { Newest } from "../../core/newest.js";
import { postStreets } from "../../core/segmenting.js";
import { isUntouched } from "../../math/intervention.js";
import { StreetPass } from "./streetpass.js";

/**
 * @typedef {import("../../core/api.js").Source} Source
 * @typedef {object} Answered
 * @property {ImageBitmap} photo
 * @property {Source} source
 * @property {Map<string, StreetPass>} passes as computed, by models
 * @typedef {object} Told
 * @property {(on: boolean) => void} busy whether something is on its way
 * @property {(seconds: number) => void} wait
 * @property {(error: unknown) => void} failed
 */

export class StreetAnswers {
  /**
   * @param {import("../../core/store.js").Store<import("./view.js").View>} store
   * @param {readonly string[]} here models that can be asked
   * @param {Told} on
   */
  constructor(store, here, on) {
    this.store = store;
    this.here = here;
    this.on = on;
    this.newest = new Newest();
    this.opening = new AbortController();
    /** @type {Answered | null} */
    this.now = null;
    /** @type {Map<string, StreetPass>} with what is switched, by models */
    this.touched = new Map();
    this.touchedBy = ""; // the switches that they are of
    this.version = 0; // grows with everything that comes
  }

  /** @param {StreetPass} pass as computed; the same, or what has come of it */
  nowOf(pass) {
    return this.touched.get(pass.model) ?? pass;
  }

  /**
   * Another photo: everything of the one before is gone once it is there.
   * @param {Source} source
   * @param {(id: string) => void} opened is told a trace that holds the photo
   */
  async open(source, opened) {
    this.opening.abort();
    const opening = new AbortController();
    this.opening = opening;
    await this.work(opening, async () => {
      const passes = await this.seen(source, this.wanted(new Map()), opening.signal);
      const [{ id }] = passes.values();
      const photo = await createImageBitmap(await getPhoto(id, opening.signal));
      if (opening.signal.aborted) return;
      this.now = { photo, source, passes };
      this.forget(new Map(), "");
      opened(id);
      await this.completed(opening.signal);
      await this.touch();
    });
  }

  /** Models that were chosen since see the photo, too. */
  async complete() {
    const { opening } = this;
    if (this.now && this.wanted(this.now.passes).length)
      await this.work(opening, () => this.completed(opening.signal));
  }

  /** @param {AbortSignal} signal */
  async completed(signal) {
    const { now } = this;
    const lacking = now ? this.wanted(now.passes) : [];
    if (!now || !lacking.length) return;
    for (const [name, pass] of await this.seen(now.source, lacking, signal)) now.passes.set(name, pass);
    this.forget(this.touched, "");
    await this.touch();
  }

  /**
   * The models that are shown or compared with and have not seen the photo; one at least has to.
   * @param {Map<string, StreetPass>} known
   */
  wanted(known) {
    const { models, base } = this.store.view;
    const found = this.here.filter((name) => models.includes(name) || name === base);
    return (found.length ? found : this.here.slice(0, 1)).filter((name) => !known.has(name));
  }

  /**
   * @param {Source} source
   * @param {readonly string[]} models
   * @param {AbortSignal} signal
   */
  async seen(source, models, signal) {
    const answer = await postStreets(source, models, signal, this.on.wait);
    return new Map(answer.models.map((model) => [model.model, StreetPass.of(model)]));
  }

  /** What is switched, of each model as much of it as it has. */
  async touch() {
    const { now, opening } = this;
    const { set: gates, cut: cuts } = this.store.view;
    const spelled = JSON.stringify([gates, cuts]);
    if (!now || spelled === this.touchedBy) return;
    if (isUntouched({ gates, cuts })) {
      this.newest.clear();
      this.forget(new Map(), spelled);
      this.on.busy(false);
      return;
    }
    await this.newest.run(() =>
      this.work(opening, async () => {
        const asked = [...now.passes.values()].flatMap((pass) => {
          const own = pass.within({ gates, cuts });
          return isUntouched(own) ? [] : [pass.again(own, opening.signal)];
        });
        const found = await Promise.all(asked);
        if (this.now === now) this.forget(new Map(found.map((pass) => [pass.model, pass])), spelled);
      }),
    );
  }

  /**
   * @param {Map<string, StreetPass>} touched in the place of what was there
   * @param {string} by
   */
  forget(touched, by) {
    this.touched = touched;
    this.touchedBy = by;
    this.version++;
  }

  /**
   * @param {AbortController} opening
   * @param {() => Promise<void>} act
   */
  async work(opening, act) {
    this.on.busy(true);
    try {
      await act();
    } catch (error) {
      if (!opening.signal.aborted) this.on.failed(error);
    }
    if (this.opening === opening) this.on.busy(false);
  }
}
