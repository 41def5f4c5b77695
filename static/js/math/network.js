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
 * @property {number} level how often its map was halved since the first
 * @property {Box} face the map, as high as it has rows
 * @property {number} depth how far the face is drawn out for its channels
 * @property {Box | null} gate where the gate's values are drawn
 * @property {number} label how far down its words begin
 * @property {boolean} first whether its map has another size than the part before
 * @typedef {{edge: Edge, path: [number, number][], middle: [number, number]}} Link `path` has corners, and a
 *   skip has its button in its `middle`
 * @typedef {{width: number, height: number, places: Place[], links: Link[]}} Layout
 */

const FACE = { least: 24, step: 11, most: 76 }; // pixels of a face's height, and a halving takes a step
const DEPTH = { least: 2, step: 1.6, most: 16 };
export const GATE = { width: 48, height: 24 };
const LABEL = 26; // two lines under a face
const TEXT = 30; // the width of its words
const GAP = 10; // between two parts
const ROOF = 24; // over a row: its skips run there
const TRACK = 20; // between two skips over one roof
const FLOOR = 4;
const RISE = 0.7; // of a face's width, where an arrow leaves it upwards
const EDGE = 4; // around the whole

/**
 * @param {{nodes: readonly Node[], edges: readonly Edge[]}} network
 * @returns {Layout}
 */
export function layOut({ nodes, edges }) {
  const levels = levelsOf(nodes);
  const tracks = tracksOf(nodes, edges, levels);
  const rows = rowsOf(nodes, levels, [...tracks.values()]);
  const places = placesOf(nodes, levels, rows);
  const byName = new Map(places.map((place) => [place.node.name, place]));
  const links = edges.flatMap((edge) => {
    const [from, to] = [byName.get(edge.source), byName.get(edge.target)];
    return from && to ? [linkOf(edge, from, to, rows, tracks.get(edge)?.track ?? 0)] : [];
  });
  const width = Math.max(0, ...places.map(rightOf)) + EDGE;
  const height = Math.max(0, ...[...rows.values()].map((row) => row.top + row.height)) + EDGE;
  return { width, height, places, links };
}

/**
 * How often each part's map was halved since the first: counted from part to part, so that what
 * convolutions without padding cut off a map's edges does not add up.
 * @param {readonly Node[]} nodes
 * @returns {number[]}
 */
function levelsOf(nodes) {
  let level = 0;
  return nodes.map(({ rows }, at) => {
    const before = at ? nodes[at - 1].rows : rows;
    level += Math.round(Math.log2(Math.max(1, before) / Math.max(1, rows)));
    return level;
  });
}

/** @typedef {{level: number, track: number}} Track of a skip, over the roof of its row */

/**
 * Skips of one row run one over the other: the wider one over those that it spans.
 * @param {readonly Node[]} nodes
 * @param {readonly Edge[]} edges
 * @param {number[]} levels
 * @returns {Map<Edge, Track>}
 */
function tracksOf(nodes, edges, levels) {
  const at = new Map(nodes.map(({ name }, i) => [name, i]));
  const skips = edges.flatMap((edge) => {
    const [from, to] = [at.get(edge.source), at.get(edge.target)];
    if (edge.kind !== "skip" || from === undefined || to === undefined) return [];
    return [{ edge, from, to, level: Math.min(levels[from], levels[to]) }];
  });
  const found = new Map();
  for (const skip of skips.sort((a, b) => a.to - a.from - (b.to - b.from))) {
    const spanned = skips.filter(
      (each) => each !== skip && each.level === skip.level && each.from >= skip.from && each.to <= skip.to,
    );
    const under = spanned.map((each) => (found.get(each.edge)?.track ?? -1) + 1);
    found.set(skip.edge, { level: skip.level, track: Math.max(0, ...under) });
  }
  return found;
}

/**
 * @typedef {{top: number, height: number, face: number, roof: number}} Row `face` is the largest of it,
 *   and `roof` is how far its faces are from its top
 */

/**
 * The rows by levels, the largest map first.
 * @param {readonly Node[]} nodes
 * @param {number[]} levels
 * @param {Track[]} tracks
 * @returns {Map<number, Row>}
 */
function rowsOf(nodes, levels, tracks) {
  const rows = new Map();
  let top = EDGE;
  for (const level of [...new Set(levels)].sort((a, b) => a - b)) {
    const own = nodes.filter((_, at) => levels[at] === level);
    const face = Math.max(...own.map((node) => faceOf(node, nodes)));
    const gate = own.some(({ site }) => site) ? GATE.height + 4 : 0;
    const highest = Math.max(0, ...tracks.filter((each) => each.level === level).map(({ track }) => track));
    const roof = ROOF + highest * TRACK;
    const height = roof + face + LABEL + gate + FLOOR;
    rows.set(level, { top, height, face, roof });
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

/**
 * @param {Node} node
 * @param {number} height of its face
 */
function widthOf({ rows, columns }, height) {
  return height * Math.min(2, Math.max(0.5, columns / Math.max(1, rows)));
}

/** @param {Node} node */
function depthOf({ channels }) {
  return Math.min(DEPTH.most, DEPTH.least + DEPTH.step * Math.log2(Math.max(1, channels)));
}

/**
 * @param {readonly Node[]} nodes
 * @param {number[]} levels
 * @param {Map<number, Row>} rows
 * @returns {Place[]}
 */
function placesOf(nodes, levels, rows) {
  let left = EDGE;
  return nodes.map((node, at) => {
    const row = /** @type {Row} */ (rows.get(levels[at]));
    const height = faceOf(node, nodes);
    const top = row.top + row.roof + (row.face - height) / 2;
    const face = { left, top, width: widthOf(node, height), height };
    const label = row.top + row.roof + row.face + 5;
    const gate = node.site ? { left, top: label + LABEL, ...GATE } : null;
    const before = nodes[at - 1];
    const first = before?.rows !== node.rows || before?.columns !== node.columns;
    const place = { node, level: levels[at], face, depth: depthOf(node), gate, label, first };
    const next = nodes[at + 1];
    if (next) left = nextLeft(place, levels[at + 1], widthOf(next, faceOf(next, nodes)));
    return place;
  });
}

/**
 * Where the next part begins: beside this one in its row, and as near as its arrow allows in another.
 * @param {Place} place
 * @param {number} level of the next part
 * @param {number} width of its face
 */
function nextLeft(place, level, width) {
  const { face } = place;
  const right = rightOf(place);
  if (level === place.level) return right + GAP;
  if (level < place.level) return face.left + RISE * face.width + 2 * GAP;
  return right + GAP - width / 2;
}

/** @param {Place} place */
function rightOf({ face, depth, gate }) {
  return face.left + Math.max(face.width + depth, gate ? gate.width : 0, TEXT);
}

/**
 * @param {Edge} edge
 * @param {Place} from
 * @param {Place} to
 * @param {Map<number, Row>} rows
 * @param {number} track of a skip
 * @returns {Link}
 */
function linkOf(edge, from, to, rows, track) {
  if (edge.kind !== "skip") return { edge, path: onward(from, to), middle: [0, 0] };
  const row = /** @type {Row} */ (rows.get(Math.min(from.level, to.level)));
  const roof = row.top + row.roof - ROOF / 2 - 2 - track * TRACK;
  const out = from.face.left + from.face.width * RISE;
  const into = to.face.left + to.face.width * (1 - RISE);
  /** @type {[number, number][]} */
  const path = [
    [out, from.face.top - from.depth / 2],
    [out, roof],
    [into, roof],
    [into, to.face.top - to.depth / 2],
  ];
  return { edge, path, middle: [(out + into) / 2, roof] };
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
  if (from.level === to.level) return [start, [to.face.left, centre(to)]];
  if (from.level < to.level) return [start, [x, start[1]], [x, to.face.top - to.depth / 2]];
  const up = from.face.left + from.face.width * RISE;
  return [
    [up, from.face.top - from.depth / 2],
    [up, centre(to)],
    [to.face.left, centre(to)],
  ];
}

/** @param {Place} place */
function centre({ face }) {
  return face.top + face.height / 2;
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

/**
 * A network of which the gates alone are known: its blocks one after the other.
 * @param {readonly import("../schema.js").GateValues[]} gates
 * @param {string} model
 * @returns {import("../schema.js").NetworkView}
 */
export function networkOf(gates, model) {
  // A gate of places does not say how many channels it multiplies: as many as the gate before it.
  const channelsAt = (/** @type {number} */ at) =>
    gates.slice(0, at + 1).findLast(({ of }) => of === "channel")?.values.length ?? 1;
  const nodes = gates.map(({ site, opens, rows, columns }, at) => ({
    name: site,
    kind: "block",
    path: /** @type {const} */ ("encoder"),
    stage: 0,
    channels: channelsAt(at),
    rows: rows ?? 1,
    columns: columns ?? 1,
    site,
    opens,
    words: "A block with a gate.",
  }));
  const edges = nodes.slice(1).map((node, at) => ({
    source: nodes[at].name,
    target: node.name,
    kind: /** @type {const} */ ("forward"),
    name: "",
  }));
  return { model, nodes, edges, tiles: null };
}
