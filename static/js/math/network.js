/**
 * Where the parts of a network stand in its figure: in order of execution from left to right, and a
 * row lower whenever the map is halved, so that an encoder goes down, a decoder up and skips across
 * (after Ronneberger et al. 2015, figure 1). Nothing here touches the page.
 *
 * @typedef {import("../schema.js").NetworkNode} Node
 * @typedef {import("../schema.js").NetworkEdge} Edge
 * @typedef {import("./geometry.js").Box} Box
 * @typedef {object} Place of one part
 * @property {Node} node
 * @property {Box} face the map, as high as it has rows
 * @property {number} depth how far the face is drawn out for its channels
 * @property {Box | null} gate where the gate's values are drawn
 * @property {number} label how far down its words begin
 * @property {boolean} first whether its map has another size than the part before
 * @typedef {{edge: Edge, path: [number, number][], middle: [number, number]}} Link `path` has corners
 * @typedef {{width: number, height: number, places: Place[], links: Link[]}} Layout
 */

const FACE = { least: 22, step: 12, most: 84 }; // pixels of a face's height, and a halving takes a step
const DEPTH = { least: 2, step: 2.2, most: 22 };
const GATE = { width: 50, height: 24 };
const LABEL = 26; // two lines under a face
const GAP = 14; // between two parts
const ROOF = 22; // over a row: its skips run there
const FLOOR = 6;
const EDGE = 4; // around the whole

/**
 * @param {{nodes: readonly Node[], edges: readonly Edge[]}} network
 * @returns {Layout}
 */
export function layOut({ nodes, edges }) {
  const rows = rowsOf(nodes);
  const places = placesOf(nodes, rows);
  const byName = new Map(places.map((place) => [place.node.name, place]));
  const links = edges.flatMap((edge) => {
    const [from, to] = [byName.get(edge.source), byName.get(edge.target)];
    return from && to ? [linkOf(edge, from, to, rows)] : [];
  });
  const last = places.at(-1);
  const width = last ? rightOf(last) + EDGE : 0;
  const height = Math.max(0, ...[...rows.values()].map((row) => row.top + row.height)) + EDGE;
  return { width, height, places, links };
}

/**
 * @typedef {{top: number, height: number, face: number, roof: number}} Row `face` is the largest of it
 */

/**
 * The rows by how often a map was halved, the largest map first.
 * @param {readonly Node[]} nodes
 * @returns {Map<number, Row>}
 */
function rowsOf(nodes) {
  const stages = [...new Set(nodes.map(({ stage }) => stage))].sort((a, b) => a - b);
  const rows = new Map();
  let top = EDGE;
  for (const stage of stages) {
    const own = nodes.filter((node) => node.stage === stage);
    const face = Math.max(...own.map((node) => faceOf(node, nodes)));
    const gate = own.some(({ site }) => site) ? GATE.height + 4 : 0;
    const height = ROOF + face + LABEL + gate + FLOOR;
    rows.set(stage, { top, height, face, roof: top + 8 });
    top += height;
  }
  return rows;
}

/**
 * How high a map's face is: each doubling of its rows adds a step.
 * @param {Node} node
 * @param {readonly Node[]} nodes
 */
function faceOf({ rows }, nodes) {
  const least = Math.max(1, Math.min(...nodes.map((node) => node.rows)));
  return Math.min(FACE.most, FACE.least + FACE.step * Math.log2(Math.max(1, rows) / least));
}

/** @param {Node} node */
function depthOf({ channels }) {
  return Math.min(DEPTH.most, DEPTH.least + DEPTH.step * Math.log2(Math.max(1, channels)));
}

/**
 * @param {readonly Node[]} nodes
 * @param {Map<number, Row>} rows
 * @returns {Place[]}
 */
function placesOf(nodes, rows) {
  let left = EDGE;
  return nodes.map((node, at) => {
    const row = /** @type {Row} */ (rows.get(node.stage));
    const height = faceOf(node, nodes);
    const width = height * Math.min(2, Math.max(0.5, node.columns / Math.max(1, node.rows)));
    const top = row.top + ROOF + (row.face - height) / 2;
    const face = { left, top, width, height };
    const label = row.top + ROOF + row.face + 5;
    const gate = node.site ? { left, top: label + LABEL, ...GATE } : null;
    const before = nodes[at - 1];
    const first = before?.rows !== node.rows || before?.columns !== node.columns;
    const place = { node, face, depth: depthOf(node), gate, label, first };
    left = rightOf(place) + GAP;
    return place;
  });
}

/** @param {Place} place */
function rightOf({ face, depth, gate, node }) {
  const label = node.rows > 99 ? 48 : 38;
  return face.left + Math.max(face.width + depth, gate ? gate.width : 0, label);
}

/**
 * @param {Edge} edge
 * @param {Place} from
 * @param {Place} to
 * @param {Map<number, Row>} rows
 * @returns {Link}
 */
function linkOf(edge, from, to, rows) {
  const path = edge.kind === "skip" ? across(from, to, rows) : onward(from, to);
  return { edge, path, middle: middleOf(path) };
}

/**
 * Straight on along a row; down onto the roof of a part below; up and onto the side of one above.
 * @param {Place} from
 * @param {Place} to
 * @returns {[number, number][]}
 */
function onward(from, to) {
  const start = /** @type {[number, number]} */ ([
    from.face.left + from.face.width + from.depth,
    centre(from),
  ]);
  const x = to.face.left + to.face.width / 2;
  if (from.node.stage === to.node.stage) return [start, [to.face.left, centre(to)]];
  if (from.node.stage < to.node.stage) return [start, [x, start[1]], [x, to.face.top - to.depth / 2]];
  const up = from.face.left + from.face.width * 0.7;
  return [
    [up, from.face.top - from.depth / 2],
    [up, centre(to)],
    [to.face.left, centre(to)],
  ];
}

/**
 * A skip runs over the roof of its row.
 * @param {Place} from
 * @param {Place} to
 * @param {Map<number, Row>} rows
 * @returns {[number, number][]}
 */
function across(from, to, rows) {
  const { roof } = /** @type {Row} */ (rows.get(Math.min(from.node.stage, to.node.stage)));
  const out = from.face.left + from.face.width * 0.7;
  const into = to.face.left + to.face.width * 0.3;
  return [
    [out, from.face.top - from.depth / 2],
    [out, roof],
    [into, roof],
    [into, to.face.top - to.depth / 2],
  ];
}

/** @param {Place} place */
function centre({ face }) {
  return face.top + face.height / 2;
}

/**
 * The middle of a path's longest piece, where something can stand on it.
 * @param {[number, number][]} path
 * @returns {[number, number]}
 */
function middleOf(path) {
  const pieces = path.slice(1).map((end, at) => ({ start: path[at], end }));
  const length = (/** @type {{start: [number, number], end: [number, number]}} */ { start, end }) =>
    Math.abs(end[0] - start[0]) + Math.abs(end[1] - start[1]);
  const { start, end } = pieces.reduce((most, piece) => (length(piece) > length(most) ? piece : most));
  return [(start[0] + end[0]) / 2, (start[1] + end[1]) / 2];
}

/**
 * A path with round corners, as SVG draws it.
 * @param {[number, number][]} path
 * @param {number} [radius]
 */
export function rounded(path, radius = 7) {
  const parts = path.map((point, at) => {
    const [before, after] = [path[at - 1], path[at + 1]];
    if (!before) return `M${n(point)}`;
    if (!after) return `L${n(point)}`;
    return `L${n(toward(point, before, radius))}Q${n(point)} ${n(toward(point, after, radius))}`;
  });
  return parts.join("");
}

/**
 * A point on the way from one to another, and no farther than half of it.
 * @param {[number, number]} from
 * @param {[number, number]} to
 * @param {number} distance
 * @returns {[number, number]}
 */
function toward([x, y], [toX, toY], distance) {
  const length = Math.hypot(toX - x, toY - y);
  const share = length ? Math.min(distance / length, 0.5) : 0;
  return [x + (toX - x) * share, y + (toY - y) * share];
}

/** @param {[number, number]} point */
function n([x, y]) {
  return `${Math.round(x * 10) / 10} ${Math.round(y * 10) / 10}`;
}
