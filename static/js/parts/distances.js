/**
 * Mean attention distance of every head by layer, in the manner of the figure in the ViT paper
 * (Dosovitskiy et al. 2021, figure 7 right).
 */

import { svg as make } from "../core/dom.js";

const WIDTH = 288;
const HEIGHT = 168;
const MARGIN = { left: 34, right: 8, top: 10, bottom: 26 };

/**
 * @param {SVGSVGElement} svg
 * @param {import("../schema.js").HeadStatistics[]} heads
 * @param {{layer: number, head: string}} chosen
 * @param {(layer: number, head: number) => void} onChoose
 * @param {(head: import("../schema.js").HeadStatistics) => string} [tell] what a dot says of itself
 */
export function drawDistances(svg, heads, chosen, onChoose, tell = inWords) {
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  const layers = Math.max(...heads.map((head) => head.layer));
  const top = Math.ceil(Math.max(...heads.map((head) => head.distance ?? 0)) / 50) * 50;
  const x = (/** @type {number} */ layer) =>
    MARGIN.left + ((layer - 0.5) / layers) * (WIDTH - MARGIN.left - MARGIN.right);
  const y = (/** @type {number} */ distance) =>
    HEIGHT - MARGIN.bottom - (distance / top) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  svg.replaceChildren(
    ...axisY(top, y),
    ...axisX(layers, x),
    ...heads.map((head) => dot(head, x(head.layer), y(head.distance ?? 0), chosen, onChoose, tell)),
  );
}

/** @param {import("../schema.js").HeadStatistics} head */
function inWords({ layer, head, distance }) {
  return `Layer ${layer}, head ${head}: ${(distance ?? 0).toFixed(0)} pixels`;
}

/**
 * @param {number} top
 * @param {(distance: number) => number} y
 */
function axisY(top, y) {
  const step = top > 200 ? 100 : 50;
  const ticks = Array.from({ length: Math.floor(top / step) + 1 }, (_, i) => i * step);
  return ticks.flatMap((tick) => [
    make("line", { class: "rule", x1: MARGIN.left, x2: WIDTH - MARGIN.right, y1: y(tick), y2: y(tick) }),
    make("text", { class: "tick", x: MARGIN.left - 5, y: y(tick) + 3, "text-anchor": "end" }, `${tick}`),
  ]);
}

/**
 * @param {number} layers
 * @param {(layer: number) => number} x
 */
function axisX(layers, x) {
  const every = Math.ceil(layers / 12);
  const numbers = Array.from({ length: layers }, (_, i) => i + 1).filter((n) => n % every === 0);
  return numbers.map((n) =>
    make("text", { class: "tick", x: x(n), y: HEIGHT - 10, "text-anchor": "middle" }, `${n}`),
  );
}

/**
 * @param {import("../schema.js").HeadStatistics} head
 * @param {number} cx
 * @param {number} cy
 * @param {{layer: number, head: string}} chosen
 * @param {(layer: number, head: number) => void} onChoose
 * @param {(head: import("../schema.js").HeadStatistics) => string} tell
 */
function dot(head, cx, cy, chosen, onChoose, tell) {
  const here = head.layer === chosen.layer;
  const on = here && String(head.head) === chosen.head;
  const name = on ? "dot on" : here ? "dot here" : "dot";
  const circle = make("circle", { class: name, cx, cy, r: on ? 5 : 3.5 });
  circle.append(make("title", {}, tell(head)));
  circle.addEventListener("click", () => onChoose(head.layer, head.head));
  return circle;
}
