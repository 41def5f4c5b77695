/**
 * What may be asked of a site of a trace.
 *
 * @typedef {import("../schema.js").Site} Site
 */

/**
 * Whether its weights come of queries and keys, which can be taken apart step by step: not of a small
 * network, and no gate.
 * @param {Site} site
 */
export function isQueryKey({ attention, scale }) {
  return attention === "query-key" && scale !== null;
}

/**
 * Whether it is attention from the patches of a photo to its patches: no gate, nothing of channels.
 * @param {Site} site
 */
export function isOverPatches(site) {
  return site.kind === "self" && site.query.kind === "patch" && site.key.kind === "patch";
}

/**
 * Whether it is attention to the patches of a photo from what is none: an object query, a probe.
 * @param {Site} site
 */
export function isToPatches(site) {
  return site.kind === "cross" && site.query.kind === "token" && site.key.kind === "patch";
}

/**
 * Whether every patch of a clip has a query and a key there, and all see all of them.
 * @param {Site} site
 */
export function looksEverywhere(site) {
  return isQueryKey(site) && isOverPatches(site);
}

/**
 * Whether its queries and keys can be fetched, one of each a token: its weights are worked out here.
 * @param {Site} site
 */
export function sendsQueryKeys(site) {
  return isQueryKey(site) && site.kind === "self";
}
