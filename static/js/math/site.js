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
export function isQueryKey({ scale }) {
  return scale !== null;
}

/**
 * Whether its queries and keys can be fetched, one of each a token: its weights are worked out here.
 * @param {Site} site
 */
export function sendsQueryKeys(site) {
  return isQueryKey(site) && site.kind === "self";
}
