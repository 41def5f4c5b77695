/** Whose gates are laid on a photo's own: those of another photo, or the average over the samples. */

import { postTrace } from "../../core/api.js";
import { getGateAverages, getGates } from "../../core/gating.js";

/** @typedef {Map<string, Float32Array>} Gates by their sites */

const RESOLUTION = 448;
export const AVERAGE = "average";

export class Besides {
  /**
   * @param {() => void} onload
   * @param {(error: unknown) => void} onError
   */
  constructor(onload, onError) {
    this.onload = onload;
    this.onError = onError;
    /** @type {Map<string, Gates | null>} by model and name; null while they are fetched */
    this.known = new Map();
  }

  /**
   * The values of a gate that stand beside; null where there are none, or not yet.
   * @param {string} name "average", a sample's, or "" for nobody's
   * @param {import("../../core/api.js").ImageTrace} trace
   * @param {string} site
   */
  of(name, trace, site) {
    if (!name) return null;
    const key = `${trace.model} ${name}`;
    if (!this.known.has(key)) this.load(key, name, trace);
    const values = this.known.get(key)?.get(site);
    return values ? { values, name: name === AVERAGE ? "the average" : name } : null;
  }

  /**
   * @param {string} key
   * @param {string} name
   * @param {import("../../core/api.js").ImageTrace} trace
   */
  async load(key, name, trace) {
    this.known.set(key, null);
    try {
      this.known.set(key, name === AVERAGE ? await average(trace.id) : await gatesOf(name, trace.model));
      this.onload();
    } catch (error) {
      this.known.delete(key);
      this.onError(error);
    }
  }
}

/**
 * @param {string} id of a trace of the model
 * @returns {Promise<Gates>}
 */
async function average(id) {
  const { gates } = await getGateAverages(id);
  return new Map(gates.map(({ site, values }) => [site, Float32Array.from(values)]));
}

/**
 * @param {string} sample
 * @param {string} model
 * @returns {Promise<Gates>}
 */
async function gatesOf(sample, model) {
  const asked = { model, resolution: RESOLUTION };
  const { id } = await postTrace({ sample }, asked);
  return new Map((await getGates(id)).map(({ site, values }) => [site, Float32Array.from(values)]));
}
