/**
 * Where a soft mask of the patch grid is over a level, between the patches too: marching squares
 * (Lorensen and Cline 1987, in two dimensions) over the patches' middles, and out to the grid's edges.
 *
 * @typedef {[number, number]} Point x and y, in patches from the grid's upper left corner
 */

/**
 * @param {{values: ArrayLike<number>, rows: number, columns: number, level: number}} mask
 * @returns {{areas: Point[][], edges: [Point, Point][]}} what is over the level as polygons side by
 *   side, and the line around it, which leaves the grid's own edges open
 */
export function contourOf({ values, rows, columns, level }) {
  const [xs, ys] = [places(columns), places(rows)];
  const found = { areas: /** @type {Point[][]} */ ([]), edges: /** @type {[Point, Point][]} */ ([]) };
  const at = (/** @type {number} */ i, /** @type {number} */ j) =>
    values[inside(j - 1, rows) * columns + inside(i - 1, columns)];
  for (let j = 0; j + 1 < ys.length; j++) {
    for (let i = 0; i + 1 < xs.length; i++) {
      const corners = [at(i, j), at(i + 1, j), at(i + 1, j + 1), at(i, j + 1)];
      const box = { left: xs[i], top: ys[j], right: xs[i + 1], bottom: ys[j + 1] };
      cell(corners, box, level, found);
    }
  }
  return found;
}

/**
 * One square between four values: round it, each corner that is over the level and each crossing of it.
 * @param {number[]} corners clockwise from the upper left
 * @param {{left: number, top: number, right: number, bottom: number}} box
 * @param {number} level
 * @param {ReturnType<typeof contourOf>} found
 */
function cell(corners, { left, top, right, bottom }, level, { areas, edges }) {
  const over = corners.map((value) => value > level);
  if (!over.includes(true)) return;
  /** @type {Point[]} */
  const points = [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ];
  const area = [];
  const crossings = [];
  for (let k = 0; k < 4; k++) {
    const next = (k + 1) % 4;
    if (over[k]) area.push(points[k]);
    if (over[k] === over[next]) continue;
    const share = (level - corners[k]) / (corners[next] - corners[k]);
    const crossing = between(points[k], points[next], share);
    area.push(crossing);
    crossings.push(crossing);
  }
  areas.push(area);
  for (let k = 0; k + 1 < crossings.length; k += 2) {
    const [from, to] = over[0] && crossings.length > 2 ? [k + 1, (k + 2) % 4] : [k, k + 1];
    edges.push([crossings[from], crossings[to]]);
  }
}

/**
 * The middles of patches, and the two edges of the grid.
 * @param {number} count
 */
function places(count) {
  return [0, ...Array.from({ length: count }, (_, i) => i + 0.5), count];
}

/**
 * @param {number} i
 * @param {number} count
 */
function inside(i, count) {
  return Math.min(Math.max(i, 0), count - 1);
}

/**
 * @param {Point} one
 * @param {Point} other
 * @param {number} share
 * @returns {Point}
 */
function between([x, y], [u, v], share) {
  return [x + (u - x) * share, y + (v - y) * share];
}
