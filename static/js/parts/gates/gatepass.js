/**
 * One pass through a network with gates: what its gates were, what came out of it, and the maps that
 * were fetched of it.
 *
 * @typedef {import("../../core/api.js").ImageTrace} ImageTrace
 * @typedef {import("../../schema.js").GateValues} GateValues
 * @typedef {import("../image/scene.js").HeatMap} HeatMap
 */

import * as api from "../../core/api.js";

export class GatePass {
  /**
   * @param {ImageTrace} trace
   * @param {GateValues[]} gates in the order of the pass
   * @param {ImageBitmap | null} output a mask or a picture, where the network gives one
   */
  constructor(trace, gates, output) {
    this.trace = trace;
    this.gates = new Map(gates.map((gate) => [gate.site, gate]));
    this.output = output;
    /** @type {import("../../schema.js").Difference | null} to the untouched pass */
    this.difference = null;
    /** @type {Map<string, HeatMap>} by site and channel */
    this.maps = new Map();
    /** @type {Set<string>} */
    this.pending = new Set();
  }

  /**
   * What is kept of a trace, fetched at once.
   * @param {ImageTrace} trace
   * @param {AbortSignal} [signal]
   */
  static async of(trace, signal) {
    const drawn = ["mask", "picture"].includes(String(trace.offers.output));
    const [gates, output] = await Promise.all([
      trace.offers.gates.length ? api.getGates(trace.id, signal) : [],
      drawn ? api.getOutputPicture(trace.id, signal) : null,
    ]);
    return new GatePass(trace, gates, output);
  }

  /**
   * The same photo with another g in the place of the network's, and how far that is from it.
   * @param {string} id of the untouched trace
   * @param {import("../../math/intervention.js").Intervention} intervention
   */
  static async touched(id, intervention) {
    const trace = await api.postIntervention(id, intervention);
    const [pass, difference] = await Promise.all([GatePass.of(trace), api.getDifference(trace.id, id)]);
    pass.difference = difference;
    return pass;
  }

  /**
   * The maps x of some channels of a gate, as far as they are here; `onload` tells when others came.
   * @param {string} site
   * @param {number[]} channels
   * @param {() => void} onload
   * @param {(error: unknown) => void} onError
   * @returns {Map<number, HeatMap>}
   */
  mapsOf(site, channels, onload, onError) {
    const lacking = channels.filter((channel) => !this.maps.has(`${site} ${channel}`));
    const asked = `${site} ${lacking.join()}`;
    if (lacking.length && !this.pending.has(asked)) {
      this.pending.add(asked);
      api
        .getMaps(this.trace.id, site, lacking)
        .then((maps) => lacking.forEach((channel, i) => this.maps.set(`${site} ${channel}`, maps[i])))
        .then(onload, onError)
        .finally(() => this.pending.delete(asked));
    }
    const known = channels.filter((channel) => this.maps.has(`${site} ${channel}`));
    return new Map(known.map((c) => [c, /** @type {HeatMap} */ (this.maps.get(`${site} ${c}`))]));
  }
}
