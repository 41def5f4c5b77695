/**
 * One clip, its trace, and the arrays that were fetched for it.
 *
 * @typedef {import("../../schema.js").VideoTrace} VideoTrace
 * @typedef {import("../../schema.js").PatchAxis} PatchAxis
 * @typedef {import("../../math/spacetime.js").ClipPatch} ClipPatch
 * @typedef {import("../../schema.js").Site & {query: PatchAxis, key: PatchAxis}} ClipSite
 * @typedef {object} Choice what of a trace is looked at
 * @property {string} site by its name; "" for the last
 * @property {string} head a number, "mean" or "max"
 * @typedef {object} Seen one query's weights
 * @property {Float32Array} weights over all entries of the site's keys
 * @property {Float32Array} when their sum by step
 */

import { getQK } from "../../core/api.js";
import { getFrame, getSpaceTime } from "../../core/clips.js";
import { isOverPatches, sendsQueryKeys } from "../../math/site.js";
import {
  indexOfPatch,
  mapAt,
  onAxis,
  parseClipPatch,
  spaceTime,
  spellClipPatch,
  whenOf,
} from "../../math/spacetime.js";

const KEPT_SITES = 3; // queries and keys of a layer take 25 MB at 24 frames and 336 pixels
const KEPT_MAPS = 120;
const RECENT = 40;

export class ClipTrace {
  /**
   * @param {VideoTrace} trace
   * @param {(error: unknown) => void} onError
   * @param {string} [sample] its name, where it comes with the service
   * @param {[number, number, number]} [start] what is looked from at first: step, row and column as
   *   shares; else what the trace names
   */
  constructor(trace, onError, sample = "", start = undefined) {
    this.trace = trace;
    this.start = start;
    this.sample = sample;
    this.onError = onError;
    this.onload = () => {};
    this.sites = /** @type {ClipSite[]} */ (trace.sites.filter(isOverPatches));
    /** @type {(ImageBitmap | undefined)[]} by number */
    this.frames = [];
    /** @type {Map<string, import("../../math/attention.js").QK>} */
    this.qk = new Map();
    /** @type {Map<string, Seen>} that were worked out here */
    this.recent = new Map();
    /** @type {Map<string, Seen>} of the server, by what was asked */
    this.maps = new Map();
    /** @type {Set<string>} */
    this.pending = new Set();
    this.room = new Float32Array(0);
    this.stopping = new AbortController();
  }

  get id() {
    return this.trace.id;
  }

  get count() {
    return this.trace.frames.length;
  }

  /** The axis of all patches of all frames. */
  get axis() {
    return this.sites[0].query;
  }

  /** What is looked from before anybody has chosen. */
  get usual() {
    const { axis, start } = this;
    const { rows, columns } = axis.grid;
    if (start) {
      const [step, row, column] = [axis.frames, rows, columns].map((size, i) => Math.floor(start[i] * size));
      return { step, row, column };
    }
    return onAxis(/** @type {ClipPatch} */ (parseClipPatch(this.trace.query)), axis);
  }

  /** @param {string} name the last, where there is none of it */
  site(name) {
    return this.sites.find((site) => site.name === name) ?? this.sites[this.sites.length - 1];
  }

  /**
   * A head of a site; their mean in place of one that it has not.
   * @param {ClipSite} site
   * @param {string} head
   */
  head({ heads }, head) {
    return Number(head) < heads || head === "max" ? head : "mean";
  }

  /** @param {number} frame */
  stepOf(frame) {
    return this.trace.frames[frame].step;
  }

  /** @param {number} step */
  frameOf(step) {
    return this.trace.frames.findIndex((frame) => frame.step === step);
  }

  /** Fetches the frames, those around one first; each is told of when it has come.
   * @param {number} first
   * @param {(frame: number) => void} onFrame
   */
  async loadFrames(first, onFrame) {
    const order = [...this.trace.frames.keys()].sort((a, b) => Math.abs(a - first) - Math.abs(b - first));
    const { signal } = this.stopping;
    const one = async () => {
      for (let frame = order.shift(); frame !== undefined && !signal.aborted; frame = order.shift()) {
        this.frames[frame] = await getFrame(this.id, frame, signal);
        if (!signal.aborted) onFrame(frame);
      }
    };
    await Promise.all([one(), one(), one(), one()]).catch((error) => {
      if (!signal.aborted) this.onError(error);
    });
  }

  /** Whether a new query can be shown at once, without asking the server.
   * @param {string} site
   */
  ready(site) {
    return this.qk.has(this.site(site).name);
  }

  /**
   * What one patch sees; null while it is being fetched (`onload` tells when it came).
   * @param {Choice} choice
   * @param {ClipPatch} query
   * @returns {Seen | null}
   */
  seen(choice, query) {
    const site = this.site(choice.site);
    const head = this.head(site, choice.head);
    const qk = this.qk.get(site.name);
    if (qk) return this.exact(qk, site, head, query);
    if (sendsQueryKeys(site)) this.fetchQK(site);
    return this.asked(site, head, query);
  }

  /**
   * The same as far as it needs no queries and keys to be fetched.
   * @param {ClipSite} site
   * @param {string} head
   * @param {ClipPatch} query
   */
  glance(site, head, query) {
    const qk = this.qk.get(site.name);
    return qk ? this.exact(qk, site, head, query) : this.asked(site, head, query);
  }

  /**
   * Worked out here of queries and keys, the last few kept.
   * @param {import("../../math/attention.js").QK} qk
   * @param {ClipSite} site
   * @param {string} head
   * @param {ClipPatch} query
   * @returns {Seen}
   */
  exact(qk, site, head, query) {
    const what = [site.name, head, spellClipPatch(query)].join(" ");
    const seen = this.recent.get(what) ?? this.workedOut(qk, site, head, query);
    this.recent.delete(what);
    this.recent.set(what, seen); // the newest is the last
    if (this.recent.size > RECENT) this.recent.delete([...this.recent.keys()][0]);
    return seen;
  }

  /**
   * @param {import("../../math/attention.js").QK} qk
   * @param {ClipSite} site
   * @param {string} head
   * @param {ClipPatch} query
   * @returns {Seen}
   */
  workedOut(qk, site, head, query) {
    const weights = new Float32Array(site.key.size);
    if (this.room.length !== qk.heads * qk.tokens) this.room = new Float32Array(qk.heads * qk.tokens);
    spaceTime(qk, head, indexOfPatch(site.query, query), site.scale ?? 1, weights, this.room);
    return { weights, when: whenOf(site.key, weights) };
  }

  /**
   * As the server works it out: of a site that sends no queries and keys, or not yet.
   * @param {ClipSite} site
   * @param {string} head
   * @param {ClipPatch} query
   * @returns {Seen | null}
   */
  asked(site, head, query) {
    const what = [site.name, head, spellClipPatch(query)].join(" ");
    const known = this.maps.get(what);
    if (known) return known;
    this.load(what, async () => {
      const found = await getSpaceTime(this.id, { site: site.name, head, query });
      if (this.maps.size > KEPT_MAPS) this.maps.delete([...this.maps.keys()][0]);
      this.maps.set(what, onKeys(site.key, found));
    });
    return null;
  }

  /**
   * The map of one frame.
   * @param {ClipSite} site
   * @param {Seen} seen
   * @param {number} frame
   */
  map(site, { weights }, frame) {
    return mapAt(site.key, weights, this.stepOf(frame));
  }

  /** @param {ClipSite} site */
  fetchQK(site) {
    this.load(`qk ${site.name}`, async () => {
      this.qk.set(site.name, await getQK(this.id, site.name, this.stopping.signal));
      if (this.qk.size > KEPT_SITES) this.qk.delete([...this.qk.keys()][0]);
    });
  }

  /**
   * Fetches something once, however often it is asked for meanwhile.
   * @param {string} what
   * @param {() => Promise<unknown>} fetching
   */
  load(what, fetching) {
    if (this.pending.has(what)) return;
    this.pending.add(what);
    fetching()
      .then(() => this.onload(), this.onError)
      .finally(() => this.pending.delete(what));
  }

  /** Another clip is shown: what is still on its way is left. */
  leave() {
    this.stopping.abort();
  }
}

/**
 * Weights of patches as those of all keys: what is beside the patches is not known.
 * @param {PatchAxis} axis
 * @param {Float32Array} patches
 * @returns {Seen}
 */
function onKeys(axis, patches) {
  const weights = new Float32Array(axis.size);
  weights.set(patches, axis.prefix);
  return { weights, when: whenOf(axis, weights) };
}
