/** What one model of street scenes said of a photo, in one pass. */

import { getGates, postIntervention } from "../../core/gating.js";
import { getSegmentation } from "../../core/segmenting.js";
import { classAt, readClasses } from "../../math/classmap.js";
import { ALL } from "../../math/intervention.js";

/**
 * @typedef {import("../../schema.js").StreetModel} StreetModel
 * @typedef {import("../../schema.js").Segmentation} Segmentation
 * @typedef {import("../../math/intervention.js").Intervention} Intervention
 */

export class StreetPass {
  /**
   * @param {Segmentation} segmentation
   * @param {Pick<StreetModel, "offers" | "sites">} known
   */
  constructor({ trace_id, model, data, rows, columns, classes }, { offers, sites }) {
    this.id = trace_id;
    this.model = model;
    this.map = readClasses(data, rows, columns);
    this.shares = classes.map(({ share }) => share);
    this.offers = offers;
    this.sites = sites;
  }

  /** @param {StreetModel} model */
  static of(model) {
    return new StreetPass(model.segmentation, model);
  }

  /** @param {{x: number, y: number}} point in parts of the picture */
  at({ x, y }) {
    return classAt(this.map, y, x);
  }

  /**
   * What of the switches this model has.
   * @param {Intervention} intervention
   * @returns {Intervention}
   */
  within({ gates, cuts }) {
    const own = Object.entries(gates).filter(
      ([site]) => this.offers.gates.includes(site) || (site === ALL && this.offers.gates.length),
    );
    return { gates: Object.fromEntries(own), cuts: cuts.filter((skip) => this.offers.cuts.includes(skip)) };
  }

  /**
   * The same photo again, switched. A gate's values are then those that acted.
   * @param {Intervention} intervention
   * @param {AbortSignal} signal
   */
  async again(intervention, signal) {
    const { id } = await postIntervention(this.id, intervention);
    const gated = this.offers.gates.length > 0;
    const [segmentation, gates] = await Promise.all([
      getSegmentation(id, signal),
      gated ? getGates(id, signal) : [],
    ]);
    const values = new Map(gates.map((gate) => [gate.site, gate.values]));
    const sites = this.sites.map((site) => ({ ...site, values: values.get(site.name) ?? site.values }));
    return new StreetPass(segmentation, { offers: this.offers, sites });
  }
}
