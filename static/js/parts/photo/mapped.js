/** A map once it is there, for what must be told of it and not only drawn. */

/**
 * @param {import("./tracedphoto.js").Traced} traced whose listener this takes over
 * @param {import("./tracedphoto.js").Looked} view
 * @returns {Promise<import("./tracedphoto.js").PhotoMap>}
 */
export async function mapped(traced, view) {
  const { promise, resolve, reject } = Promise.withResolvers();
  traced.onError = reject;
  traced.onload = () => resolve(null);
  const map = traced.map(view, view.query);
  if (map && !map.rough) return map;
  await promise;
  return mapped(traced, view);
}
