/** The strip with the hypotheses of a beam search: drawn once a trace, by a script that comes then. */

import { labelsOn } from "../../math/axis.js";

export class BeamStrip {
  /**
   * @param {HTMLElement} strip
   * @param {HTMLElement} element
   * @param {(step: number) => void} onStep a decoding step was chosen, from 1
   */
  constructor(strip, element, onStep) {
    this.strip = strip;
    this.element = element;
    this.onStep = onStep;
    /** @type {import("../../schema.js").Beam | null} */
    this.beam = null; // the one that is drawn
  }

  /** @param {import("../text/texttrace.js").AnyTrace | null} trace */
  async draw(trace) {
    const beam = trace && "beam" in trace ? trace.beam : null;
    this.strip.hidden = !beam;
    if (!trace || !beam || this.beam === beam) return;
    this.beam = beam;
    const { drawBeams } = await import("./beams.js");
    const last = trace.sites.at(-1);
    drawBeams(this.element, {
      tree: beam.nodes,
      path: beam.path,
      tokens: last ? labelsOn(last.key) : [],
      onChoose: (index) => this.onStep(beam.nodes[index].step + 1),
    });
  }
}
