/**
 * Filter and attenuation as experiments: what a classifier says of what the lens leaves of the photo, as
 * a small curve beside the lens's own control (Broadbent 1958, Treisman 1964).
 */

import { getSelection, sentenceOf } from "../../core/api.js";
import { part, svg } from "../../core/dom.js";
import { formatShare } from "../../math/colour.js";
import { spellQuery } from "../../math/query.js";

/**
 * @typedef {import("../../schema.js").Selection} Selection
 * @typedef {import("../../schema.js").Point} Point
 * @typedef {import("./photoscene.js").PhotoView} PhotoView
 */

const WIDTH = 288;
const HEIGHT = 132;
const MARGIN = { left: 40, right: 12, top: 10, bottom: 24 };
const REST = 500; // milliseconds after which a choice is taken to stand: each curve is nine passes
const KEPT = 20; // curves

export class SelectionCurve {
  /**
   * @param {HTMLElement} element a figure
   * @param {(change: {keep: number} | {floor: number}) => void} onChoose
   */
  constructor(element, onChoose) {
    this.element = element;
    this.words = part(element, "words");
    this.svg = part(element, "curve", SVGSVGElement);
    this.onChoose = onChoose;
    /** @type {Map<string, Selection | string>} a curve, or why there is none, by its address */
    this.found = new Map();
    this.path = "";
    /** @type {PhotoView | null} */
    this.view = null;
    this.timer = 0;
  }

  /**
   * @param {import("./tracedphoto.js").Traced} traced
   * @param {PhotoView} view
   */
  draw(traced, view) {
    this.element.hidden = view.lens !== "filter" && view.lens !== "attenuate";
    if (this.element.hidden || traced.lacking(view.method)) return;
    this.path = pathOf(traced, view);
    this.view = view;
    const found = this.found.get(this.path);
    if (found) this.show(found, view);
    else this.wait(this.path);
  }

  /** @param {string} path of the curve that is to be asked for, if it still is when the choice rests */
  wait(path) {
    this.svg.toggleAttribute("data-waiting", true);
    if (!this.svg.childElementCount) this.words.textContent = "Asking a classifier what is left ...";
    clearTimeout(this.timer);
    this.timer = window.setTimeout(async () => {
      const found = await getSelection(path).catch(sentenceOf);
      if (this.found.size > KEPT) this.found.delete([...this.found.keys()][0]);
      this.found.set(path, found);
      if (path === this.path && this.view) this.show(found, this.view);
    }, REST);
  }

  /**
   * @param {Selection | string} found
   * @param {PhotoView} view
   */
  show(found, view) {
    this.svg.toggleAttribute("data-waiting", false);
    this.svg.toggleAttribute("hidden", typeof found === "string");
    if (typeof found === "string") {
      this.words.textContent = found;
      return;
    }
    const now = view.lens === "filter" ? view.keep : view.floor;
    this.words.textContent = wordsOf(found, now);
    this.svg.setAttribute("aria-label", this.words.textContent);
    this.svg.replaceChildren(...drawn(found, now, this.onChoose));
  }
}

/**
 * The address of the curve of what a view shows, below the API's root.
 * @param {import("./tracedphoto.js").Traced} traced
 * @param {PhotoView} view
 */
export function pathOf(traced, view) {
  const { trace } = traced;
  const seen = traced.seen(view);
  const lens = `lens=${view.lens}`;
  if (!traced.attends) {
    const [path, asked] = traced.path({ ...seen, method: camOf(seen.method) }, trace.id, "json").split("?");
    return `${path}/selection?${asked.replace("&format=json", "")}&${lens}`;
  }
  const query = seen.method === "saliency" ? "" : `&query=${spellQuery(seen.query)}`;
  const of = seen.method === "weights" ? `&site=${traced.site(seen).name}&head=${seen.head}` : "";
  return `/traces/${trace.id}/selection?method=${seen.method}${of}${query}&${lens}`;
}

/** @param {PhotoView["method"]} method a receptive field is of a unit, and judges nothing */
function camOf(method) {
  return method === "receptive" ? "grad-cam" : method;
}

/**
 * @param {Selection} found
 * @param {number} now percent kept, or of brightness
 */
function wordsOf({ model, judge, classified, points, lens }, now) {
  const { at, probability, first } = nearest(points, lens, now);
  const who = judge === model ? "The model" : `${judge}, in place of ${model}, which names nothing,`;
  const left =
    lens === "filter" ? `Of ${at} % of the weight` : `At ${Math.round(at * 100)} % least brightness`;
  const other =
    first.number === classified.number ? "" : `, and “${first.label}” ${formatShare(first.probability)}`;
  return (
    `${who} says “${classified.label}” ${formatShare(classified.probability)} of the whole photo. ` +
    `${left}: ${formatShare(probability)}${other}.`
  );
}

/**
 * @param {Point[]} points
 * @param {string} lens
 * @param {number} now
 */
function nearest(points, lens, now) {
  const off = (/** @type {Point} */ { at }) => Math.abs(percent(at, lens) - now);
  return points.reduce((best, point) => (off(point) < off(best) ? point : best));
}

/**
 * @param {number} at
 * @param {string} lens
 */
function percent(at, lens) {
  return lens === "filter" ? at : Math.round(at * 100);
}

/**
 * Probability over what is left, all of it on the left: k falls to the right.
 * @param {Selection} found
 * @param {number} now
 * @param {SelectionCurve["onChoose"]} onChoose
 */
function drawn({ points, lens, classified }, now, onChoose) {
  const x = (/** @type {number} */ at) => MARGIN.left + (1 - at / 100) * (WIDTH - MARGIN.left - MARGIN.right);
  const y = (/** @type {number} */ chance) =>
    HEIGHT - MARGIN.bottom - chance * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const line = points.map(({ at, probability }) => `${x(percent(at, lens))} ${y(probability)}`).join("L");
  const dots = points.map((point) => {
    const at = percent(point.at, lens);
    const on = point.first.number === classified.number;
    const dot = svg("circle", { class: on ? "dot on" : "dot", cx: x(at), cy: y(point.probability), r: 4 });
    dot.append(svg("title", {}, `${at} %: ${formatShare(point.probability)}; first “${point.first.label}”`));
    dot.addEventListener("click", () => onChoose(lens === "filter" ? { keep: at } : { floor: at }));
    return dot;
  });
  return [
    ...[0, 0.5, 1].flatMap((chance) => rule(chance, y(chance))),
    ...[100, 50, 0].map((at) => tick(x(at), HEIGHT - 8, `${at} %`, "middle")),
    svg("line", { class: "now", x1: x(now), x2: x(now), y1: MARGIN.top, y2: HEIGHT - MARGIN.bottom }),
    svg("path", { class: "curve", d: `M${line}` }),
    ...dots,
  ];
}

/**
 * @param {number} chance
 * @param {number} y
 */
function rule(chance, y) {
  return [
    svg("line", { class: "rule", x1: MARGIN.left, x2: WIDTH - MARGIN.right, y1: y, y2: y }),
    tick(MARGIN.left - 6, y + 3, `${chance * 100} %`, "end"),
  ];
}

/**
 * @param {number} x
 * @param {number} y
 * @param {string} words
 * @param {string} anchor
 */
function tick(x, y, words, anchor) {
  return svg("text", { class: "tick", x, y, "text-anchor": anchor }, words);
}
