/**
 * One pass through a network with gates: what its gates were, what came out of it, and the maps that
 * were fetched of it.
 *
 * @typedef {import("../../core/api.js").ImageTrace} ImageTrace
 * @typedef {import("../../schema.js").GateValues} GateValues
 * @typedef {import("../../schema.js").ClassProbability[]} Verdict
 * @typedef {import("../image/scene.js").HeatMap} HeatMap
 * @typedef {{onload: () => void, onError: (error: unknown) => void}} Waiting
 */

import { getVerdict } from "../../core/api.js";
import {
  getDifference,
  getGates,
  getMaps,
  getOutputPicture,
  getPictures,
  postIntervention,
} from "../../core/gating.js";
import { ALL } from "../../math/intervention.js";

const NAMED = 4; // classes of a verdict
const DRAWN = ["mask", "picture", "segmentation"]; // outputs that are pictures

export class GatePass {
  /**
   * @param {ImageTrace} trace
   * @param {GateValues[]} gates in the order of the pass
   * @param {ImageBitmap | null} output a mask or a picture, where the network gives one
   * @param {Verdict | null} [verdict] of a classifier
   */
  constructor(trace, gates, output, verdict = null) {
    this.trace = trace;
    this.gates = new Map(gates.map((gate) => [gate.site, gate]));
    this.output = output;
    this.verdict = verdict;
    /** @type {import("../../schema.js").Difference | null} to the untouched pass */
    this.difference = null;
    /** @type {Map<string, HeatMap>} by site and channel */
    this.maps = new Map();
    /** @type {import("../../schema.js").PartPicture[] | null} */
    this.pictures = null;
    /** @type {Set<string>} */
    this.pending = new Set();
  }

  /**
   * What is kept of a trace, fetched at once.
   * @param {ImageTrace} trace
   * @param {AbortSignal} [signal]
   */
  static async of(trace, signal) {
    const { gates, output } = trace.offers;
    const drawn = DRAWN.includes(String(output));
    const [values, picture, verdict] = await Promise.all([
      gates.length ? getGates(trace.id, signal) : [],
      drawn ? getOutputPicture(trace.id, signal) : null,
      output === "classes" ? getVerdict(trace.id, NAMED, signal) : null,
    ]);
    return new GatePass(trace, values, picture, verdict);
  }

  /**
   * The same photo with another g in the place of the network's.
   * @param {string} id of the untouched trace
   * @param {import("../../math/intervention.js").Intervention} intervention
   */
  static async touched(id, intervention) {
    return GatePass.beside(await postIntervention(id, intervention), id);
  }

  /**
   * A pass, and how far what came out of it is from another's.
   * @param {ImageTrace} trace
   * @param {string} id of the other trace
   */
  static async beside(trace, id) {
    const [pass, difference] = await Promise.all([GatePass.of(trace), getDifference(trace.id, id)]);
    pass.difference = difference;
    return pass;
  }

  /**
   * Fetches something once, however often it is asked for meanwhile.
   * @param {string} what
   * @param {() => Promise<unknown>} fetching
   * @param {Waiting} waiting
   */
  load(what, fetching, { onload, onError }) {
    if (this.pending.has(what)) return;
    this.pending.add(what);
    fetching()
      .then(onload, onError)
      .finally(() => this.pending.delete(what));
  }

  /**
   * Whether what comes to a gate is as in the untouched pass: nothing before it is changed.
   * @param {string} site
   */
  isUntouchedBefore(site) {
    const { gates = {}, cuts = [] } = this.trace.intervention;
    if (cuts.length || ALL in gates) return false;
    const sites = [...this.gates.keys()];
    return sites.slice(0, sites.indexOf(site)).every((each) => !(each in gates));
  }

  /**
   * Small pictures of all parts, once they have come.
   * @param {Waiting} waiting
   */
  loadPictures(waiting) {
    if (this.pictures) return;
    this.load(
      "pictures",
      async () => {
        this.pictures = await getPictures(this.trace.id);
      },
      waiting,
    );
  }

  /**
   * The maps x of some channels of a gate, as far as they are here; the others are fetched if somebody
   * waits for them.
   * @param {string} site
   * @param {number[]} channels
   * @param {Waiting | null} waiting
   * @returns {Map<number, HeatMap>}
   */
  mapsOf(site, channels, waiting) {
    const lacking = channels.filter((channel) => !this.maps.has(`${site} ${channel}`));
    const fetching = async () => {
      const maps = await getMaps(this.trace.id, site, lacking);
      for (const [i, channel] of lacking.entries()) this.maps.set(`${site} ${channel}`, maps[i]);
    };
    if (waiting && lacking.length && this.gates.get(site)?.rows)
      this.load(`${site} ${lacking}`, fetching, waiting);
    const known = channels.filter((channel) => this.maps.has(`${site} ${channel}`));
    return new Map(known.map((c) => [c, /** @type {HeatMap} */ (this.maps.get(`${site} ${c}`))]));
  }
}
