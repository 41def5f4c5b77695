/** What the sites of a text's model are called, and the weights of their heads. */

import { headName } from "./phrases.js";

/** @typedef {import("../schema.js").Site} Site */

const KINDS = { cross: "cross-attention", self: "self-attention", gate: "gate" };

/** @param {Site} site where in the model it is: "encoder", "decoder" */
function stackOf({ name }) {
  return name.split(".")[0];
}

/**
 * A site beside others: its layer, and its place in the model where there are several.
 * @param {Site} site
 * @param {Site[]} sites
 */
export function siteName(site, sites) {
  const stack = stackOf(site);
  const alone = sites.every((each) => each.kind === site.kind && each.name.startsWith(`${stack}.`));
  return alone ? `layer ${site.layer}` : `${stack} ${site.layer}, ${site.kind}-attention`;
}

/**
 * A site by itself.
 * @param {Site} site
 */
export function fullSiteName(site) {
  return `${stackOf(site)} layer ${site.layer}, ${KINDS[site.kind]}`;
}

/**
 * A head; the one that was trained to align says so.
 * @param {string} head
 * @param {boolean} aligns
 */
export function headTitle(head, aligns) {
  return aligns ? `${headName(head)} (guided)` : headName(head);
}

/**
 * What a matrix of weights is of, in one line.
 * @param {Site} site
 * @param {string} head
 * @param {boolean} aligns whether this head was trained to align
 */
export function weightsTitle(site, head, aligns) {
  const kind = KINDS[site.kind];
  const lead = kind[0].toUpperCase() + kind.slice(1);
  return `${lead}, ${stackOf(site)} layer ${site.layer}, ${headTitle(head, aligns)}`;
}
