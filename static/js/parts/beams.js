/**
 * The beam tree: every hypothesis that was tried, the best path through them, and what was given up.
 *
 * A box is a hypothesis that went on, a box with a double end one that is finished; one that was
 * pruned has no box, a cross and a dashed branch. The best path has the accent colour and a thick branch.
 */

import { html, svg } from "../core/dom.js";
import { plain } from "../math/axis.js";
import { formatWeight } from "../math/colour.js";
import { ends, hypothesis, isEnd, layout, neighbour, textOf } from "../math/tree.js";

/**
 * @typedef {import("../math/tree.js").BeamNode} BeamNode
 * @typedef {import("../math/tree.js").Place} Place
 * @typedef {object} Drawing
 * @property {BeamNode[]} tree
 * @property {number[]} path the best hypothesis, first to last
 * @property {string[]} [tokens] of the source, named at the root
 * @property {(index: number, hypothesis: number[]) => void} [onChoose]
 */

const ROW = 27;
const BOX = 21;
const SPACE = 44; // between columns, for the branches
const LEFT = 58;
const TOP = 28;
const LONGEST = 14;

/**
 * @param {HTMLElement} element
 * @param {Drawing} drawing
 */
export function drawBeams(element, drawing) {
  const { tree, path } = drawing;
  const { places, columns, rows } = layout(tree, path);
  const size = sizes(tree, places, columns);
  const nodes = places.map((place) => node(place, tree[place.index], size));
  const branches = places.map((place) => branch(place, tree, places, size));
  const height = TOP + rows * ROW + 6;
  const picture = svg(
    "svg",
    {
      width: size.width,
      height,
      viewBox: `0 0 ${size.width} ${height}`,
      role: "group",
      "aria-label": "Beam tree: arrow keys go along it, Enter chooses a hypothesis",
    },
    ...steps(columns, size),
    root(drawing.tokens ?? []),
    ...inOrder(branches, places),
    ...nodes,
  );
  const said = html("p", { class: "beam-said", role: "status" });
  const list = hypotheses(drawing);
  element.classList.add("beams");
  element.replaceChildren(legend(), html("div", { class: "beam-scroll" }, picture), said, list);
  listen(picture, { drawing, places, nodes, branches, said });
}

/**
 * How wide labels are, and where columns begin.
 * @param {BeamNode[]} tree
 * @param {Place[]} places
 * @param {number} columns
 */
function sizes(tree, places, columns) {
  const ruler = /** @type {CanvasRenderingContext2D} */ (document.createElement("canvas").getContext("2d"));
  const widths = tree.map((each) => {
    ruler.font = "13px system-ui, sans-serif";
    const name = ruler.measureText(label(each)).width;
    ruler.font = "11px system-ui, sans-serif";
    return Math.ceil(name + ruler.measureText(chance(each)).width + 24 + (each.state === "kept" ? 0 : 8));
  });
  const starts = [LEFT + SPACE];
  for (let column = 0; column < columns; column++) {
    const here = places.filter((place) => place.column === column).map(({ index }) => widths[index]);
    starts.push(starts[column] + Math.max(0, ...here) + SPACE);
  }
  return { widths, starts, width: Math.ceil(starts[columns] - SPACE + 12) };
}

/** @typedef {ReturnType<typeof sizes>} Size */

/** @param {BeamNode} node */
function label({ token }) {
  if (isEnd(token.text)) return "end";
  const text = /^\p{L}/u.test(token.text) ? `·${token.text}` : plain(token.text); // · goes on a word
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}

/** @param {BeamNode} node */
function chance({ token: { probability } }) {
  return probability >= 0.0005 ? probability.toFixed(3) : formatWeight(probability);
}

/**
 * @param {Place} place
 * @param {BeamNode} found
 * @param {Size} size
 */
function node(place, found, { widths, starts }) {
  const [x, y] = [starts[place.column], TOP + place.row * ROW];
  const width = widths[place.index];
  const cross = found.state === "pruned" ? "× " : "";
  const ending =
    found.state === "finished"
      ? [svg("line", { class: "beam-end", x1: width - 4, x2: width - 4, y1: 0, y2: BOX })]
      : [];
  return svg(
    "g",
    {
      class: `beam-node ${found.state}${place.best ? " best" : ""}`,
      transform: `translate(${x} ${y})`,
      tabindex: place.index === 0 ? 0 : -1,
      role: "button",
      "data-index": place.index,
      "aria-label": inWords(found, place.best),
    },
    svg("rect", { width, height: BOX, rx: 5 }),
    ...ending,
    svg(
      "text",
      { x: 8, y: 15 },
      svg("tspan", { class: "beam-cross" }, cross),
      label(found),
      svg("tspan", { class: "beam-chance", dx: 6 }, chance(found)),
    ),
  );
}

/**
 * @param {Place} place
 * @param {BeamNode[]} tree
 * @param {Place[]} places
 * @param {Size} size
 */
function branch(place, tree, places, { widths, starts }) {
  const { parent, state } = tree[place.index];
  const from =
    parent === null
      ? { x: LEFT, y: TOP + BOX / 2 }
      : { x: starts[places[parent].column] + widths[parent], y: TOP + places[parent].row * ROW + BOX / 2 };
  const to = { x: starts[place.column], y: TOP + place.row * ROW + BOX / 2 };
  const bend = to.x - SPACE / 2;
  const d = `M${from.x} ${from.y}H${to.x - SPACE}C${bend} ${from.y} ${bend} ${to.y} ${to.x} ${to.y}`;
  return svg("path", { class: `beam-branch ${state}${place.best ? " best" : ""}`, d });
}

/**
 * Branches, those of the best path last: they lie on top.
 * @param {SVGPathElement[]} branches
 * @param {Place[]} places
 */
function inOrder(branches, places) {
  return [...places].sort((a, b) => Number(a.best) - Number(b.best)).map(({ index }) => branches[index]);
}

/** @param {string[]} tokens */
function root(tokens) {
  const source = tokens.map(plain).join(" ");
  return svg(
    "g",
    { class: "beam-root", transform: `translate(4 ${TOP})` },
    svg("title", {}, source ? `Source: ${source}` : "Source"),
    svg("text", { x: 0, y: 15 }, "source"),
  );
}

/**
 * @param {number} columns
 * @param {Size} size
 */
function steps(columns, { starts }) {
  return Array.from({ length: columns }, (_, i) =>
    svg("text", { class: "beam-step", x: starts[i], y: 13 }, i ? String(i + 1) : "step 1"),
  );
}

/**
 * @param {BeamNode} node
 * @param {boolean} best
 */
function inWords(node, best) {
  const path = best ? ", on the best path" : "";
  return `${label(node)}, step ${node.step + 1}, probability ${chance(node)}, ${scores(node)}, ${node.state}${path}`;
}

/** @param {BeamNode} node */
function scores({ score, normalised }) {
  const figure = (/** @type {number} */ value) => value.toFixed(2).replace("-", "−");
  return `score ${figure(score)}, normalised ${figure(normalised)}`;
}

function legend() {
  const marks = /** @type {const} */ ([
    ["best", "best path"],
    ["kept", "kept"],
    ["finished", "finished"],
    ["pruned", "× pruned"],
  ]);
  return html(
    "ul",
    { class: "beam-legend", "aria-hidden": "true" },
    ...marks.map(([state, text]) => html("li", { class: state }, text)),
    html("li", {}, "number: probability of the token"),
  );
}

/**
 * The whole hypotheses, for those who do not see the tree.
 * @param {Drawing} drawing
 */
function hypotheses({ tree, path }) {
  const last = path.at(-1);
  const items = ends(tree).map((index) => {
    const best = index === last ? " (the translation)" : "";
    return html("li", {}, `${textOf(tree, index)}${best}: ${scores(tree[index])}, ${tree[index].state}`);
  });
  return html("ol", { class: "visually-hidden", "aria-label": "Hypotheses, best first" }, ...items);
}

/**
 * @param {SVGSVGElement} picture
 * @param {{drawing: Drawing, places: Place[], nodes: SVGGElement[], branches: SVGPathElement[], said: HTMLElement}} parts
 */
function listen(picture, { drawing, places, nodes, branches, said }) {
  const { tree, path, onChoose } = drawing;
  const indexOf = (/** @type {Event} */ event) => {
    const found = /** @type {Element} */ (event.target).closest("[data-index]");
    return found ? Number(found.getAttribute("data-index")) : null;
  };
  const light = (/** @type {number | null} */ index) => {
    const lit = new Set(index === null ? [] : hypothesis(tree, index));
    picture.classList.toggle("lit", lit.size > 0);
    nodes.forEach((each, i) => {
      each.classList.toggle("on", lit.has(i));
    });
    branches.forEach((each, i) => {
      each.classList.toggle("on", lit.has(i));
    });
    const shown = index ?? path.at(-1);
    said.textContent =
      shown === undefined ? "" : `“${textOf(tree, shown)}”: ${scores(tree[shown])}, ${tree[shown].state}`;
  };
  const choose = (/** @type {number | null} */ index) =>
    index !== null && onChoose?.(index, hypothesis(tree, index));
  picture.addEventListener("pointerover", (event) => light(indexOf(event)));
  picture.addEventListener("pointerleave", () => light(null));
  picture.addEventListener("focusin", (event) => light(indexOf(event)));
  picture.addEventListener("focusout", () => light(null));
  picture.addEventListener("click", (event) => choose(indexOf(event)));
  picture.addEventListener("keydown", (event) => {
    const index = indexOf(event);
    if (index === null) return;
    if (event.key === "Enter" || event.key === " ") choose(index);
    const next = neighbour(places, tree, index, event.key);
    if (next === undefined && !event.key.startsWith("Arrow") && event.key !== "Enter" && event.key !== " ")
      return;
    event.preventDefault();
    if (next === undefined) return;
    nodes[index].setAttribute("tabindex", "-1");
    nodes[next].setAttribute("tabindex", "0");
    nodes[next].focus();
  });
  light(null);
}
