/** A photo cut into its patches, and laid out in another order. */

/**
 * An order of so many places that is always the same, and leaves few where they were.
 * @param {number} count
 * @param {number} [seed]
 * @returns {number[]}
 */
export function mixed(count, seed = 17) {
  const order = Array.from({ length: count }, (_, i) => i);
  let state = seed;
  for (let i = count - 1; i > 0; i--) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0; // Numerical Recipes' generator
    const other = Math.floor((state / 2 ** 32) * (i + 1));
    [order[i], order[other]] = [order[other], order[i]];
  }
  return order;
}

/**
 * Where each patch comes from and goes to, in pixels of the picture.
 * @param {readonly number[]} order the patch that each place gets
 * @param {import("./geometry.js").Grid} grid
 * @param {number} side of a patch
 */
export function moves(order, { columns }, side) {
  const corner = (/** @type {number} */ place) => ({
    left: (place % columns) * side,
    top: Math.floor(place / columns) * side,
  });
  return order.map((from, to) => ({ from: corner(from), to: corner(to) }));
}
