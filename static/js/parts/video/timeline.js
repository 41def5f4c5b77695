/**
 * The clip as a strip of frames, the "when" curve under it, and a play head that scrubs both.
 *
 * @typedef {object} Drawn
 * @property {import("./cliptrace.js").ClipTrace} traced
 * @property {number} frame that is shown
 * @property {Float32Array | null} when shares by step
 * @property {Float32Array | null} other of what is compared
 * @property {number} from the frame that is looked from
 * @property {number[] | null} shares of each frame that a thing has
 */

import { part, pen, svg } from "../../core/dom.js";
import { formatShare } from "../../math/colour.js";
import { frameAt, heightsOf, labelled, middleOfColumn, stepsPath, toldOfWhen } from "../../math/whencurve.js";

const HEIGHT = 92; // pixels of the curve
const BAND = 14; // of the thing's share
const TIME = 44; // that a time takes along the axis
const STEPS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 5, PageDown: -5 };

export class Timeline {
  /**
   * @param {HTMLElement} element
   * @param {(frame: number) => void} onFrame that somebody goes to
   */
  constructor(element, onFrame) {
    this.element = element;
    this.onFrame = onFrame;
    this.track = part(element, "track");
    this.strip = part(element, "strip", HTMLCanvasElement);
    this.curve = part(element, "curve", SVGSVGElement);
    this.head = part(element, "head");
    /** @type {Drawn | null} */
    this.drawn = null;
    new ResizeObserver(() => this.redraw()).observe(this.track);
    this.listen();
  }

  listen() {
    const { track, element } = this;
    const go = (/** @type {PointerEvent} */ event) => {
      const { left, width } = track.getBoundingClientRect();
      if (this.drawn) this.go(frameAt(event.clientX - left, width, this.drawn.traced.count));
    };
    track.addEventListener("pointerdown", (event) => {
      track.setPointerCapture(event.pointerId);
      go(event);
    });
    track.addEventListener("pointermove", (event) => {
      if (track.hasPointerCapture(event.pointerId)) go(event);
    });
    element.addEventListener("keydown", (event) => this.key(event));
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const { drawn } = this;
    if (!drawn || event.ctrlKey || event.metaKey || event.altKey) return;
    const last = drawn.traced.count - 1;
    const step = STEPS[/** @type {keyof STEPS} */ (event.key)];
    if (step) this.go(drawn.frame + step);
    else if (event.key === "Home") this.go(0);
    else if (event.key === "End") this.go(last);
    else return;
    event.preventDefault();
  }

  /** @param {number} frame */
  go(frame) {
    const last = (this.drawn?.traced.count ?? 1) - 1;
    this.onFrame(Math.min(last, Math.max(0, frame)));
  }

  /** @param {Drawn} drawn */
  draw(drawn) {
    const other = this.drawn?.traced !== drawn.traced;
    this.drawn = drawn;
    if (other) this.drawStrip();
    this.redrawCurve();
    this.place();
  }

  /** The play head alone has moved.
   * @param {number} frame
   */
  move(frame) {
    if (!this.drawn) return;
    this.drawn = { ...this.drawn, frame };
    this.place();
  }

  redraw() {
    this.drawStrip();
    this.redrawCurve();
  }

  place() {
    if (!this.drawn) return;
    const { traced, frame, when } = this.drawn;
    const { count } = traced;
    this.head.style.left = `${middleOfColumn(frame, 100, count)}%`;
    this.head.style.width = `${100 / count}%`;
    const share = when ? `, ${formatShare(when[traced.stepOf(frame)])} of the weight` : "";
    const { element } = this;
    element.setAttribute("aria-valuemax", String(count));
    element.setAttribute("aria-valuenow", String(frame + 1));
    const time = traced.trace.frames[frame].time.toFixed(2);
    element.setAttribute("aria-valuetext", `frame ${frame + 1} of ${count}, ${time} seconds${share}`);
  }

  /** Every frame, cut to its column. */
  drawStrip() {
    if (!this.drawn) return;
    const { strip } = this;
    const ratio = Math.min(devicePixelRatio || 1, 2);
    strip.width = Math.round(strip.clientWidth * ratio);
    strip.height = Math.round(strip.clientHeight * ratio);
    for (const number of this.drawn.traced.frames.keys()) this.drawFrame(number);
  }

  /** @param {number} number of a frame that has come */
  drawFrame(number) {
    const picture = this.drawn?.traced.frames[number];
    const { width, height } = this.strip;
    if (!this.drawn || !picture || !width) return;
    const { count } = this.drawn.traced;
    const left = Math.round((number / count) * width);
    const wide = Math.round(((number + 1) / count) * width) - left;
    const scale = Math.max(wide / picture.width, height / picture.height);
    const [w, h] = [wide / scale, height / scale];
    const context = pen(this.strip);
    context.imageSmoothingQuality = "high";
    context.drawImage(
      picture,
      (picture.width - w) / 2,
      (picture.height - h) / 2,
      w,
      h,
      left,
      0,
      wide - 1,
      height,
    );
  }

  redrawCurve() {
    const { drawn, curve } = this;
    const width = curve.clientWidth;
    if (!drawn || !width) return;
    const { traced, when, other, shares } = drawn;
    const band = shares ? BAND + 6 : 0;
    curve.setAttribute("viewBox", `0 0 ${width} ${HEIGHT + band + 20}`);
    curve.style.height = `${HEIGHT + band + 20}px`;
    const curves = [when, other].filter((each) => each !== null);
    curve.replaceChildren(
      ...(shares ? bandOf(shares, width) : []),
      svg(
        "g",
        { transform: `translate(0 ${band})` },
        ...plotOf(drawn, curves, width),
        ...timesOf(traced, width),
      ),
    );
    const told = when ? toldOfWhen(when, (step) => `frame ${traced.frameOf(step) + 1}`) : "";
    part(this.element.parentElement ?? this.element, "told").textContent = told;
  }
}

/**
 * @param {Drawn} drawn
 * @param {Float32Array[]} curves
 * @param {number} width
 */
function plotOf({ traced, when, other, from }, curves, width) {
  const steps = traced.trace.frames.map(({ step }) => step);
  const size = { width, height: HEIGHT };
  const { top, ticks } = heightsOf(curves);
  const y = (/** @type {number} */ share) => HEIGHT * (1 - share / top);
  const even = y(1 / traced.axis.frames);
  const grid = ticks.flatMap((tick) => [
    svg("line", { class: "rule", x1: 0, x2: width, y1: y(tick), y2: y(tick) }),
    svg(
      "text",
      { class: "tick", x: -6, y: y(tick) + 4, "text-anchor": "end" },
      `${Number((100 * tick).toPrecision(3))} %`,
    ),
  ]);
  const x = middleOfColumn(from, width, steps.length);
  return [
    ...grid,
    ...(when ? [svg("path", { class: "when-area", d: stepsPath(when, steps, top, size, true) })] : []),
    svg("line", { class: "even", x1: 0, x2: width, y1: even, y2: even }),
    ...(when ? [svg("path", { class: "when", d: stepsPath(when, steps, top, size) })] : []),
    ...(other ? [svg("path", { class: "when-other", d: stepsPath(other, steps, top, size) })] : []),
    svg("path", { class: "from", d: `M${x - 5} ${HEIGHT + 1}h10l-5 -8z` }),
  ];
}

/**
 * How much of each frame the thing has.
 * @param {number[]} shares
 * @param {number} width
 */
function bandOf(shares, width) {
  const most = Math.max(...shares, 1e-6);
  const steps = shares.map((_, i) => i);
  const d = stepsPath(shares, steps, most, { width, height: BAND }, true);
  return [
    svg("line", { class: "rule", x1: 0, x2: width, y1: BAND, y2: BAND }),
    svg("path", { class: "thing-band", d }),
    svg("text", { class: "tick", x: -6, y: BAND - 2, "text-anchor": "end" }, "thing"),
  ];
}

/**
 * @param {import("./cliptrace.js").ClipTrace} traced
 * @param {number} width
 */
function timesOf({ trace, count }, width) {
  return labelled(count, width, TIME).map((frame) =>
    svg(
      "text",
      { class: "tick", x: middleOfColumn(frame, width, count), y: HEIGHT + 16, "text-anchor": "middle" },
      `${trace.frames[frame].time.toFixed(2)} s`,
    ),
  );
}
