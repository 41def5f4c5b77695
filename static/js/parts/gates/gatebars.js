/**
 * The bars of a gate of channels: one a channel on a scale of their own, 0 closed to 1 open, with those
 * of another pass laid on them. The pointer or the arrow keys go from channel to channel.
 *
 * @typedef {object} Bars
 * @property {Float32Array} values by channel, as they acted
 * @property {Float32Array} computed the network's own
 * @property {Float32Array | null} beside those of another pass, or of several on average
 * @property {string} besideName
 * @property {import("../../math/gate.js").Order} order
 * @property {number} chosen channel, -1 for none
 */

import { html, svg } from "../../core/dom.js";
import { axisTop, barsPath, formatGate, meanOf, orderOf, topsPath } from "../../math/gate.js";
import { clamp } from "../../math/geometry.js";

const HEIGHT = 100;
const MOST = 10_000; // channels, as far as a rule goes
const ROOMY = 160; // bars; more have no room between them

export class GateBars {
  /**
   * @param {(channel: number) => void} onChoose
   * @param {string} [name] of several on a page
   */
  constructor(onChoose, name = "") {
    const id = name && `-${name}`;
    this.onChoose = onChoose;
    /** @type {Bars | null} */
    this.bars = null;
    /** @type {number[]} channels from left to right */
    this.order = [];
    this.mark = svg("rect", { y: 0, height: HEIGHT, class: "bars-mark" });
    this.path = svg("path", { fill: `url(#gate-scale${id})` });
    this.tops = svg("path", { class: "bars-beside", fill: "none", "vector-effect": "non-scaling-stroke" });
    this.mean = svg("line", { class: "bars-mean", x1: 0, "vector-effect": "non-scaling-stroke" });
    this.picture = svg(
      "svg",
      { preserveAspectRatio: "none", "aria-hidden": "true" },
      scale(`gate-scale${id}`),
      ...[0, 0.5].map(rule),
      this.mark,
      this.path,
      this.tops,
      this.mean,
    );
    this.said = html("p", { class: "bars-said", id: `bars-said${id}`, role: "status" });
    this.field = html(
      "div",
      {
        class: "bars-field",
        tabindex: "0",
        role: "application",
        "aria-roledescription": "bars of a gate",
        "aria-label": "The gate's values by channel. Arrow keys go from bar to bar.",
        "aria-describedby": `bars-said${id}`,
      },
      this.picture,
    );
    this.ticks = [html("span", {}), html("span", {}), html("span", {}, "0")];
    const frame = html(
      "div",
      { class: "bars-frame" },
      html("div", { class: "bars-axis", "aria-hidden": "true" }, ...this.ticks),
      this.field,
    );
    this.element = html("div", { class: "bars" }, frame, this.said);
    this.listen();
  }

  listen() {
    const { field } = this;
    field.addEventListener("pointermove", (event) => this.say(this.under(event)));
    field.addEventListener("pointerleave", () => this.say(this.bars?.chosen ?? -1));
    field.addEventListener("click", (event) => this.onChoose(this.under(event)));
    field.addEventListener("keydown", (event) => this.key(event));
  }

  /** @param {Bars} bars */
  draw(bars) {
    this.bars = bars;
    const { values, computed, beside, order, chosen } = bars;
    this.order = orderOf(computed, order);
    const size = { width: Math.max(1, values.length), height: HEIGHT };
    const top = axisTop(beside ? [...computed, ...values, ...beside] : [...computed, ...values]);
    for (const [i, share] of [1, 0.5].entries()) this.ticks[i].textContent = String(top * share);
    const drawn = (/** @type {Float32Array} */ of) => this.order.map((channel) => of[channel] / top);
    this.picture.setAttribute("viewBox", `0 0 ${size.width} ${HEIGHT}`);
    this.path.setAttribute("d", barsPath(drawn(values), size, values.length > ROOMY ? 0 : 0.18));
    this.tops.setAttribute("d", beside ? topsPath(drawn(beside), size) : "");
    const y = String((1 - meanOf(values) / top) * HEIGHT);
    for (const [name, value] of [
      ["x2", String(size.width)],
      ["y1", y],
      ["y2", y],
    ])
      this.mean.setAttribute(name, value);
    this.say(chosen);
  }

  /** @param {number} channel that is marked and told of; none at -1 */
  say(channel) {
    const { bars } = this;
    if (!bars) return;
    const at = this.order.indexOf(channel);
    this.mark.setAttribute("x", String(Math.max(0, at)));
    this.mark.setAttribute("width", at < 0 ? "0" : "1");
    this.said.textContent = at < 0 ? summary(bars) : told(bars, channel, at);
  }

  /** @param {PointerEvent | MouseEvent} event */
  under(event) {
    const { left, width } = this.field.getBoundingClientRect();
    const share = (event.clientX - left) / Math.max(1, width);
    return this.order[clamp(Math.floor(share * this.order.length), 0, this.order.length - 1)];
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const last = this.order.length - 1;
    const at = this.order.indexOf(this.bars?.chosen ?? -1);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: last }[event.key];
    if (next === undefined || !this.order.length) return;
    event.preventDefault();
    this.onChoose(this.order[clamp(next, 0, last)]);
  }
}

/** @param {Bars} bars */
function summary({ values, beside, besideName }) {
  const sum = values.reduce((total, value) => total + value, 0);
  const mean = `mean ${formatGate(meanOf(values))}`;
  const other = beside ? `; ${besideName}: ${formatGate(meanOf(beside))}` : "";
  return `${values.length} channels, ${mean}${other}. They sum to ${sum.toFixed(1)}, not to 1: gates are no weights.`;
}

/**
 * @param {Bars} bars
 * @param {number} channel
 * @param {number} at its place from the left
 */
function told({ values, beside, besideName, order }, channel, at) {
  const other = beside ? `; ${besideName}: ${formatGate(beside[channel])}` : "";
  const rank = order === "sorted" ? `, ${at + 1} of ${values.length} from the most open` : "";
  return `Channel ${channel}: ${formatGate(values[channel])}${other}${rank}.`;
}

/** @param {number} value a level of the axis */
function rule(value) {
  const y = (1 - value) * HEIGHT;
  return svg("line", {
    class: "bars-rule",
    x1: 0,
    x2: MOST,
    y1: y,
    y2: y,
    "vector-effect": "non-scaling-stroke",
  });
}

/** The gates' own scale of colours, from closed at the bottom to open at the top. */
export function scale(id = "gate-scale", height = HEIGHT) {
  const ends = { id, gradientUnits: "userSpaceOnUse", x1: 0, x2: 0, y1: height, y2: 0 };
  const stop = (/** @type {string} */ offset, /** @type {string} */ name) =>
    svg("stop", { offset, "stop-color": `var(--gate-${name})` });
  return svg("defs", {}, svg("linearGradient", ends, stop("0", "closed"), stop("1", "open")));
}
