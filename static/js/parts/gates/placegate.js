/** A gate of places, laid on the photo: what it lets through stays bright. */

import { html, part } from "../../core/dom.js";
import { range } from "../../math/attention.js";
import { ColourBar } from "../colourbar.js";
import { Picture } from "../image/picture.js";
import { OVERLAY } from "../image/scene.js";
import { gateTable } from "../ink.js";

export class PlaceGate {
  constructor() {
    const canvas = html("canvas", { role: "img", "aria-label": "The gate on the photo" });
    const bar = html(
      "div",
      { class: "bar", "data-part": "bar" },
      html("canvas", { "aria-hidden": "true" }),
      ...["low", "middle", "high"].map((name) => html("span", { "data-part": name })),
    );
    this.element = html("div", { class: "place-gate" }, canvas, bar);
    this.picture = new Picture(canvas);
    this.bar = new ColourBar(part(this.element, "bar"));
  }

  /**
   * @param {import("../../schema.js").GateValues} gate
   * @param {ImageBitmap} photo
   * @param {import("../../schema.js").ImageTrace["input"]} input
   * @param {boolean} dark whether the page is
   */
  draw({ values, rows, columns }, photo, input, dark) {
    const table = gateTable(dark);
    const scale = { low: 0, high: 1 };
    const grid = { rows: rows ?? 1, columns: columns ?? values.length };
    this.element.style.setProperty("--ratio", String(input.width / input.height));
    this.picture.draw({
      ...OVERLAY,
      ...{ photo, size: input, crop: input.crop, grid, table, scale, reach: range(values) },
      map: { values: Float32Array.from(values), ...grid },
    });
    this.bar.draw(table, scale, [0, 1], "gate: 0 closed, 1 open");
  }
}
