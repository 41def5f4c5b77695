/**
 * x, g(x) and y under one another for a few channels: what comes to a gate, how far it is open, what
 * goes on. A channel's x and y share one scale, so that what is closed is seen to fade.
 *
 * @typedef {import("../image/scene.js").HeatMap} HeatMap
 * @typedef {object} Column
 * @property {number} channel
 * @property {number} gate 0 to 1
 * @property {HeatMap | null} x null while it is being fetched
 * @property {Float32Array | null} at gates of its places, where the gate is one of places
 */

import { html } from "../../core/dom.js";
import { range } from "../../math/attention.js";
import { scaleOf } from "../../math/colour.js";
import { formatGate } from "../../math/gate.js";
import { draw } from "../film.js";

export class Triptych {
  /** @param {(channel: number) => void} onChoose */
  constructor(onChoose) {
    this.onChoose = onChoose;
    /** @type {Map<string, ReturnType<Triptych["made"]>>} */
    this.columns = new Map();
    this.built = "";
    this.element = html("div", { class: "triptych" });
  }

  /**
   * @param {{title: string, columns: Column[]}[]} groups
   * @param {{chosen: number, table: Uint8Array}} how `table` is a diverging one, with 0 in its middle
   */
  draw(groups, how) {
    const built = JSON.stringify(groups.map(({ title, columns }) => [title, columns.map((c) => c.channel)]));
    if (built !== this.built) this.build(groups);
    this.built = built;
    for (const { title, columns } of groups) {
      for (const column of columns) this.update(`${title} ${column.channel}`, column, how);
    }
  }

  /** @param {{title: string, columns: Column[]}[]} groups */
  build(groups) {
    this.columns = new Map();
    const parts = groups.map(({ title, columns }) => {
      const made = columns.map(({ channel }) => {
        const one = this.made(channel);
        this.columns.set(`${title} ${channel}`, one);
        return one.button;
      });
      const row = html("div", { class: "triptych-row" }, names(), ...made);
      return html("section", {}, html("h3", {}, title), row);
    });
    this.element.replaceChildren(...parts);
  }

  /** @param {number} channel */
  made(channel) {
    const x = html("canvas", { class: "map", "aria-hidden": "true" });
    const y = html("canvas", { class: "map", "aria-hidden": "true" });
    const number = html("span", {});
    const cell = html("span", { class: "gate-cell" }, number);
    const label = html("span", { class: "triptych-channel" }, String(channel));
    const button = html("button", { type: "button", class: "triptych-column" }, label, x, cell, y);
    button.addEventListener("click", () => this.onChoose(channel));
    return { button, x, y, cell, number };
  }

  /**
   * @param {string} key
   * @param {Column} column
   * @param {{chosen: number, table: Uint8Array}} how
   */
  update(key, { channel, gate, x, at }, { chosen, table }) {
    const made = this.columns.get(key);
    if (!made) return;
    made.number.textContent = formatGate(gate);
    made.cell.style.setProperty("--share", `${gate * 100}%`);
    made.button.setAttribute("aria-pressed", String(channel === chosen));
    made.button.setAttribute("aria-label", `Channel ${channel}: g(x) is ${formatGate(gate)}`);
    for (const canvas of [made.x, made.y]) canvas.classList.toggle("waiting", !x);
    if (!x) return;
    const scale = scaleOf(range(x.values), 0);
    const y = x.values.map((value, i) => value * (at ? at[i] : gate));
    paintMap(made.x, x, x.values, scale, table);
    paintMap(made.y, x, y, scale, table);
  }
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {HeatMap} map
 * @param {Float32Array} values
 * @param {import("../../math/colour.js").Scale} scale
 * @param {Uint8Array} table
 */
function paintMap(canvas, { rows, columns }, values, scale, table) {
  if (canvas.width !== columns || canvas.height !== rows) {
    canvas.width = columns;
    canvas.height = rows;
    canvas.style.setProperty("--ratio", String(columns / rows));
  }
  draw(canvas, values, scale, table);
}

/** What the rows of a column are. */
function names() {
  const said = ["x", "× g(x)", "= y"].map((name) => html("span", {}, name));
  return html(
    "div",
    { class: "triptych-names", "aria-hidden": "true" },
    html("span", {}, "channel"),
    ...said,
  );
}
