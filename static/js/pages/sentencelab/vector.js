/** All that a decoder without attention gets of the source: one vector, the same at every step. */

import { getOutput } from "../../core/api.js";
import { cells } from "../../parts/steps/cells.js";
import { decimal, reachOf } from "../../parts/steps/numbers.js";
import { gets, wordsIn } from "./telling.js";

/**
 * @typedef {{step: number, attention: "on" | "off" | "pinned"}} Told the step that is shown, and how the trace was made
 * @typedef {import("../../schema.js").TranslationTrace} TranslationTrace
 */

const CELLS = 32; // of the vector in a row

export class OneVector {
  /**
   * @param {(name: string) => HTMLElement} part the lane's part of that name
   * @param {{changed: () => void, failed: (error: unknown) => void}} on
   */
  constructor(part, on) {
    this.part = part;
    this.on = on;
    /** @type {{id: string, values: Float32Array} | null} */
    this.last = null; // the encoder's last state
    /** @type {TranslationTrace | null} */
    this.asking = null;
  }

  /**
   * @param {TranslationTrace | null} trace
   * @param {{hidden: boolean, old: boolean}} how whether the model looks, and needs none; whether the
   *   trace is of the run before
   * @param {Told} told
   * @param {Uint8Array} table a diverging one
   */
  draw(trace, { hidden, old }, told, table) {
    this.part("vector").hidden = hidden;
    const there = trace !== null && !old && this.last?.id === trace.id;
    this.part("vector").toggleAttribute("data-old", !there);
    if (hidden || !trace) return;
    if (there && this.last) this.show(trace, this.last.values, told, table);
    else this.load(trace);
  }

  /**
   * @param {TranslationTrace} trace
   * @param {Float32Array} values
   * @param {Told} told
   * @param {Uint8Array} table
   */
  show(trace, values, { attention, step }, table) {
    const reach = reachOf(values);
    const given = attention === "off" ? new Float32Array(values.length) : values;
    const { canvas } = cells("vector", given, reach, table, Math.min(CELLS, values.length));
    this.part("cells").replaceChildren(canvas);
    this.part("low").textContent = decimal(reach.low);
    this.part("high").textContent = decimal(reach.high);
    const words = wordsIn(trace.source.text);
    this.part("gets").textContent = gets({ words, numbers: values.length, step, attention });
  }

  /** @param {TranslationTrace} trace */
  async load(trace) {
    if (this.asking === trace || !trace.outputs.includes("last")) return;
    this.asking = trace; // and not its name: made again, it has the same
    try {
      const { data } = await getOutput(trace.id, "last");
      this.last = { id: trace.id, values: data };
      this.on.changed();
    } catch (error) {
      this.on.failed(error);
    }
  }
}
