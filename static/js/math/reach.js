/**
 * Which keys a query can reach, and what all queries' looking costs: a ViT, Swin's windows, PVT's reduced
 * keys.
 *
 * @typedef {"vit" | "swin" | "pvt"} Looking
 * @typedef {{window: number, reduction: number}} How places along a window, and along what a key stands for
 */

/**
 * Where the windows' edges lie along a side, after a shift: the first and the last may be smaller.
 * @param {number} size in places
 * @param {number} window
 * @param {number} shift
 * @returns {number[]}
 */
export function windowEdges(size, window, shift) {
  const edges = [0];
  for (let at = shift || window; at < size; at += window) edges.push(at);
  return [...edges, size];
}

/**
 * How many keys have more than nothing: a mask leaves e^-100 at most.
 * @param {ArrayLike<number>} weights
 */
export function reached(weights) {
  return Array.from(weights).filter((weight) => weight > 1e-12).length;
}

/**
 * Multiplications of one attention layer over `places` of `width` channels: projections, and the two
 * products of queries with keys and of weights with values (Liu et al. 2021, equations 1 and 2; Wang et al.
 * 2021, equation 5: keys and values of a map reduced by a convolution).
 * @param {Looking} looking
 * @param {number} places
 * @param {number} width
 * @param {How} how
 */
export function multiplications(looking, places, width, { window, reduction }) {
  if (looking === "vit") return 4 * places * width ** 2 + 2 * places ** 2 * width;
  if (looking === "swin") return 4 * places * width ** 2 + 2 * window ** 2 * places * width;
  const keys = places / reduction ** 2;
  return (3 * places + 2 * keys) * width ** 2 + 2 * places * keys * width;
}
