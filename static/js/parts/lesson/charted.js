/** A chart that follows its room and the page's light, with its numbers under it. */

import { html } from "../../core/dom.js";
import { drawChart, NIGHT, PAPER } from "../chart.js";
import { darkness } from "../ink.js";

/** @typedef {Omit<import("../chart.js").Chart, "width" | "colours">} Drawn */

const LEAST = 240; // pixels

/**
 * @param {Drawn} drawn
 * @param {AbortSignal} signal after which it follows nothing
 * @returns {{element: HTMLElement, draw: (drawn: Drawn) => void}}
 */
export function charted(drawn, signal) {
  const element = html("div", { class: "part-chart" });
  const dark = darkness();
  let [now, width] = [drawn, 0];
  const draw = () => {
    width = element.clientWidth;
    const colours = dark.matches ? NIGHT : PAPER;
    element.replaceChildren(drawChart({ ...now, colours, width: Math.max(LEAST, width) }));
  };
  dark.addEventListener("change", draw, { signal });
  new ResizeObserver(() => Math.abs(element.clientWidth - width) > 1 && draw()).observe(element);
  return {
    element,
    draw: (next) => {
      now = next;
      draw();
    },
  };
}
