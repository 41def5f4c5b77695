/**
 * The figure of a network: its parts as maps that shrink and grow, skips across, and under every part
 * that has one its gate as bars. Gates and skips are buttons. Colours are the page's variables, so that
 * night needs no drawing of its own.
 *
 * @typedef {import("../../math/network.js").Layout} Layout
 * @typedef {import("../../math/network.js").Place} Place
 * @typedef {import("../../math/network.js").Link} Link
 * @typedef {import("../../schema.js").GateValues} GateValues
 * @typedef {object} Shown what is drawn into the figure
 * @property {Map<string, GateValues>} gates by their sites
 * @property {import("../../math/intervention.js").Intervention} intervention
 * @property {string} chosen the site that is open
 * @property {import("../../math/gate.js").Order} order
 * @property {Map<string, string>} pictures addresses by the names of parts
 */

import { svg } from "../../core/dom.js";
import { Drawn } from "../../core/drawn.js";
import { axisTop, barsPath, formatGate, meanOf, orderOf } from "../../math/gate.js";
import { settingOf, toldSetting } from "../../math/intervention.js";
import { GATE, layOut, rounded } from "../../math/network.js";
import { scale } from "./gatebars.js";

const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
// By what all channels are multiplied: beside their number there is room for little more.
const FACTORS = { open: "×1", closed: "×0", flat: "flat" };
const HIT = 13; // half of the least that a finger meets, in the smallest figure

export class NetworkFigure {
  /**
   * @param {HTMLElement} element that scrolls where the figure is wider
   * @param {{choose: (site: string) => void, cut: (skip: string) => void}} on
   */
  constructor(element, on) {
    this.element = element;
    this.on = on;
    this.chosen = "";
    /** @type {SVGSVGElement | null} */
    this.picture = null;
    /** @type {import("../../schema.js").NetworkView | null} */
    this.network = null;
    /** @type {Map<string, ReturnType<typeof gateOf>>} */
    this.gates = new Map();
    /** @type {Map<string, ReturnType<typeof skipOf>>} */
    this.skips = new Map();
    /** @type {Map<string, SVGImageElement>} */
    this.faces = new Map();
    element.addEventListener("keydown", (event) => this.key(event));
  }

  /** @param {import("../../schema.js").NetworkView} network */
  build(network) {
    this.network = network;
    this.chosen = "";
    const layout = layOut(network);
    const { width, height, places, links } = layout;
    const whole = places.filter(({ gate }) => gate);
    this.gates = new Map(whole.map((place) => [String(place.node.site), gateOf(place)]));
    const across = links.filter(({ edge }) => edge.kind === "skip");
    this.skips = new Map(across.map((link) => [link.edge.name, skipOf(link)]));
    this.faces = new Map();
    this.picture = svg(
      "svg",
      {
        viewBox: `0 0 ${width} ${height}`,
        width,
        height,
        role: "group",
        "aria-label": "The network: its gates and skips are buttons, arrow keys go from gate to gate",
        "font-size": 11,
      },
      arrowHead(),
      scale("network-scale", GATE.height),
      ...links.filter(({ edge }) => edge.kind === "forward").map(wireOf),
      ...[...this.skips.values()].map(({ element }) => element),
      ...places.map((place) => this.partOf(place)),
    );
    this.listen();
    this.element.style.setProperty("--natural", `${width}px`);
    this.element.replaceChildren(this.picture);
  }

  listen() {
    for (const [site, { element }] of this.gates) press(element, () => this.on.choose(site));
    for (const [name, { button }] of this.skips) press(button, () => this.on.cut(name));
  }

  /** @param {Place} place */
  partOf(place) {
    const { node, face } = place;
    const image = svg("image", {
      x: face.left,
      y: face.top,
      width: face.width,
      height: face.height,
      preserveAspectRatio: "none",
      "data-face": node.name,
    });
    this.faces.set(node.name, image);
    const gate = this.gates.get(String(node.site));
    return svg(
      "g",
      { class: "network-part", "data-part-name": node.name },
      svg("title", {}, `${node.name}: ${node.channels} × ${node.rows} × ${node.columns}. ${node.words}`),
      ...boxOf(place, image),
      ...labelOf(place),
      ...(gate ? [gate.element] : []),
    );
  }

  /** @param {Shown} shown */
  draw(shown) {
    if (shown.chosen !== this.chosen) this.reveal(shown.chosen);
    const top = axisTop([...shown.gates.values()].flatMap(({ values }) => values));
    for (const [site, gate] of this.gates) this.drawGate(site, gate, shown, top);
    for (const [name, skip] of this.skips) drawSkip(name, skip, shown.intervention.cuts.includes(name));
    for (const [name, image] of this.faces) {
      const address = shown.pictures.get(name) ?? "";
      if (image.getAttribute("href") !== address) image.setAttribute("href", address);
    }
  }

  /**
   * @param {string} site
   * @param {ReturnType<typeof gateOf>} gate
   * @param {Shown} shown
   * @param {number} top of the bars' axis, one for all gates
   */
  drawGate(site, { element, bars, badge, size, drawn }, { gates, intervention, chosen, order }, top) {
    const found = gates.get(site);
    const setting = settingOf(intervention.gates, site);
    if (!found || drawn.of(found, setting, site === chosen, order, top)) return;
    const values = Float32Array.from(found.values);
    const heights = orderOf(values, order).map((channel) => values[channel] / top);
    bars.setAttribute("d", barsPath(heights, size));
    badge.textContent = setting === null ? "" : shortSetting(setting);
    element.classList.toggle("touched", setting !== null);
    element.setAttribute("aria-pressed", String(site === chosen));
    element.setAttribute("tabindex", site === chosen ? "0" : "-1");
    const set = setting === null ? "" : `, set ${toldSetting(setting)}`;
    element.setAttribute("aria-label", `Gate ${site}, mean ${formatGate(meanOf(values))}${set}`);
  }

  /**
   * Scrolls a gate into the frame, which holds but a part of the figure in a narrow window.
   * @param {string} site
   */
  reveal(site) {
    this.chosen = site;
    const { element } = this;
    const gate = this.gates.get(site)?.element.getBoundingClientRect();
    if (!gate) return;
    const { left, right } = element.getBoundingClientRect();
    if (gate.left < left || gate.right > right) element.scrollBy({ left: gate.left - (left + right) / 2 });
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const step = STEPS[/** @type {keyof STEPS} */ (event.key)];
    const site = /** @type {SVGElement} */ (event.target).dataset?.site;
    if (!step || !site) return;
    event.preventDefault();
    const sites = [...this.gates.keys()];
    const next = sites[sites.indexOf(site) + step];
    if (next === undefined) return;
    this.on.choose(next);
    this.gates.get(next)?.element.focus();
  }
}

/**
 * What a button of the figure does, by pointer and by key.
 * @param {SVGElement} element
 * @param {() => void} act
 */
function press(element, act) {
  element.addEventListener("click", act);
  element.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    act();
  });
}

/** @param {import("../../math/intervention.js").Setting} setting */
function shortSetting(setting) {
  if (typeof setting === "object") return "hand";
  return typeof setting === "number" ? `×${Number(setting.toFixed(2))}` : FACTORS[setting];
}

/**
 * The face and the two sides of a map that is drawn out for its channels.
 * @param {Place} place
 * @param {SVGImageElement} image
 */
function boxOf({ face, depth, node }, image) {
  const { left: x, top: y, width: w, height: h } = face;
  const [d, rise] = [depth, depth / 2];
  const side = (/** @type {string} */ points, /** @type {string} */ kind) =>
    svg("path", { d: `M${points}Z`, class: `network-${kind}`, fill: "var(--wash)", stroke: "var(--quiet)" });
  return [
    side(`${x} ${y}l${d} ${-rise}h${w}l${-d} ${rise}`, "roof"),
    side(`${x + w} ${y}l${d} ${-rise}v${h}l${-d} ${rise}`, "side"),
    svg("rect", { x, y, width: w, height: h, fill: "var(--wash)" }),
    image,
    svg("rect", {
      x,
      y,
      width: w,
      height: h,
      fill: "none",
      stroke: "var(--quiet)",
      class: `of-${node.path}`,
    }),
  ];
}

/**
 * Channels under the face, and the size of the map where it has become another.
 * @param {Place} place
 */
function labelOf({ face, node, first, label }) {
  const size = node.rows === node.columns ? `${node.rows}²` : `${node.rows}×${node.columns}`;
  const at = { x: face.left, "dominant-baseline": "hanging" };
  return [
    svg("text", { ...at, y: label, fill: "var(--ink)", "font-weight": 600 }, String(node.channels)),
    ...(first ? [svg("text", { ...at, y: label + 13, fill: "var(--quiet)" }, size)] : []),
  ];
}

/** @param {Place} place of a part that has a gate */
function gateOf({ gate, node, label }) {
  const { left, top, width, height } = /** @type {import("../../math/geometry.js").Box} */ (gate);
  const bars = svg("path", { fill: "url(#network-scale)", transform: `translate(${left} ${top})` });
  const badge = svg("text", {
    x: left + width,
    y: label,
    "text-anchor": "end",
    "dominant-baseline": "hanging",
    fill: "var(--accent)",
    "font-weight": 600,
    "font-size": 10,
  });
  const frame = { x: left, y: top, width, height, rx: 2 };
  const element = svg(
    "g",
    { class: "network-gate", role: "button", tabindex: -1, "data-site": String(node.site) },
    svg("rect", { ...frame, fill: "var(--wash)" }),
    bars,
    svg("rect", { ...frame, fill: "none", class: "network-frame", stroke: "var(--quiet)" }),
    badge,
  );
  return { element, bars, badge, size: { width, height }, drawn: new Drawn() };
}

/** @param {Link} link */
function wireOf({ path }) {
  return svg("path", {
    d: rounded(path),
    fill: "none",
    stroke: "var(--quiet)",
    "stroke-width": 1.2,
    "marker-end": "url(#network-arrow)",
  });
}

/** @param {Link} link */
function skipOf({ edge, path, middle: [x, y] }) {
  const line = svg("path", {
    d: rounded(path),
    fill: "none",
    stroke: "var(--accent)",
    "stroke-width": 1.5,
    "marker-end": "url(#network-arrow)",
  });
  const cross = svg("path", {
    d: `M${x - 3.5} ${y - 3.5}l7 7m0 -7l-7 7`,
    class: "network-cross",
    fill: "none",
  });
  const button = svg(
    "g",
    { class: "network-cut", role: "button", tabindex: 0, "data-skip": edge.name },
    svg("rect", { x: x - HIT, y: y - HIT, width: 2 * HIT, height: 2 * HIT, fill: "transparent" }),
    svg("circle", { cx: x, cy: y, r: 7.5, fill: "var(--paper)", stroke: "var(--accent)" }),
    cross,
  );
  const name = svg("text", { x: x + 13, y: y - 4, fill: "var(--quiet)", "font-size": 10 }, edge.name);
  return { element: svg("g", { class: "network-skip" }, line, name, button), line, button };
}

/**
 * @param {string} name
 * @param {ReturnType<typeof skipOf>} skip
 * @param {boolean} cut
 */
function drawSkip(name, { element, line, button }, cut) {
  element.classList.toggle("off", cut);
  if (cut) line.setAttribute("stroke-dasharray", "2 5");
  else line.removeAttribute("stroke-dasharray");
  button.setAttribute("aria-pressed", String(cut));
  button.setAttribute("aria-label", `Cut ${name}`);
}

function arrowHead() {
  const marker = {
    id: "network-arrow",
    viewBox: "0 0 8 8",
    refX: 7,
    refY: 4,
    markerWidth: 5,
    markerHeight: 5,
    orient: "auto",
  };
  return svg("defs", {}, svg("marker", marker, svg("path", { d: "M0 0L8 4L0 8Z", fill: "var(--quiet)" })));
}
