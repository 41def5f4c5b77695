/**
 * Beam search as a tree on columns: pure arithmetic, no page.
 *
 * @typedef {import("../schema.js").BeamNode} BeamNode
 * @typedef {object} Place where a hypothesis stands
 * @property {number} index in the tree
 * @property {number} column its step
 * @property {number} row from the top; there is a gap of GAP rows between children of two parents
 * @property {boolean} best whether it is on the best path
 */

export const GAP = 0.4;

/**
 * Every hypothesis in the column of its step, under the siblings it competes with. Parents keep their
 * order from column to column, so no two branches cross; the best path comes first.
 * @param {BeamNode[]} tree
 * @param {number[]} path
 * @returns {{places: Place[], columns: number, rows: number}}
 */
export function layout(tree, path) {
  const best = new Set(path);
  const steps = grouped([...tree.keys()], (index) => tree[index].step);
  const columns = Math.max(-1, ...steps.keys()) + 1;
  /** @type {Place[]} */
  const places = [];
  let rows = 0;
  for (let column = 0; column < columns; column++) {
    const families = grouped(steps.get(column) ?? [], (index) => tree[index].parent);
    const order = [...families.keys()].sort((a, b) => rowOf(places, a) - rowOf(places, b));
    let row = 0;
    for (const parent of order) {
      const children = /** @type {number[]} */ (families.get(parent));
      for (const index of children.sort((a, b) => rank(b) - rank(a) || tree[b].score - tree[a].score)) {
        places[index] = { index, column, row, best: best.has(index) };
        row += 1;
      }
      row += GAP;
    }
    rows = Math.max(rows, row - GAP);
  }
  return { places, columns, rows };

  /** @param {number} index the best path first, then what goes on, then what is pruned */
  function rank(index) {
    return best.has(index) ? 2 : tree[index].state === "pruned" ? 0 : 1;
  }
}

/**
 * @template Key
 * @param {number[]} indices
 * @param {(index: number) => Key} of
 * @returns {Map<Key, number[]>}
 */
function grouped(indices, of) {
  const found = new Map();
  for (const index of indices) {
    const key = of(index);
    if (!found.has(key)) found.set(key, []);
    found.get(key).push(index);
  }
  return found;
}

/**
 * @param {Place[]} places
 * @param {number | null} index
 */
function rowOf(places, index) {
  return index === null ? 0 : places[index].row;
}

/**
 * A hypothesis from its first token to this one.
 * @param {BeamNode[]} tree
 * @param {number} index
 */
export function hypothesis(tree, index) {
  const found = [];
  for (let at = /** @type {number | null} */ (index); at !== null; at = tree[at].parent) found.unshift(at);
  return found;
}

/**
 * The text of a hypothesis: pieces put together, as they are read.
 * @param {BeamNode[]} tree
 * @param {number} index
 */
export function textOf(tree, index) {
  const pieces = hypothesis(tree, index).map((at) => tree[at].token.text);
  return pieces
    .filter((piece) => !isEnd(piece))
    .join("")
    .replaceAll("▁", " ")
    .trim();
}

/** @param {string} piece */
export function isEnd(piece) {
  return piece === "</s>";
}

/**
 * The hypothesis next to one in a direction: its parent, its best child, or its neighbours.
 * @param {Place[]} places
 * @param {BeamNode[]} tree
 * @param {number} index
 * @param {string} key of the keyboard
 * @returns {number | undefined}
 */
export function neighbour(places, tree, index, key) {
  const { column, row } = places[index];
  if (key === "ArrowLeft") return tree[index].parent ?? undefined;
  const byRow = (/** @type {Place} */ a, /** @type {Place} */ b) => a.row - b.row;
  if (key === "ArrowRight") return places.filter((p) => tree[p.index].parent === index).sort(byRow)[0]?.index;
  const beside = places.filter((p) => p.column === column).sort(byRow);
  if (key === "ArrowDown") return beside.find((p) => p.row > row)?.index;
  if (key === "ArrowUp") return beside.findLast((p) => p.row < row)?.index;
  return undefined;
}

/**
 * Hypotheses that came to an end, and live ones where the search was cut off; the best first.
 * @param {BeamNode[]} tree
 */
export function ends(tree) {
  const parents = new Set(tree.map((node) => node.parent));
  return [...tree.keys()]
    .filter(
      (index) => tree[index].state === "finished" || (tree[index].state === "kept" && !parents.has(index)),
    )
    .sort((a, b) => tree[b].normalised - tree[a].normalised);
}
