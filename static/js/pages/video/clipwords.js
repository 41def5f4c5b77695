/** Words around a clip, and the fields of its part. */

import { byId } from "../../core/dom.js";
import { madeBy } from "../../parts/firstvisit.js";

/** @typedef {import("./view.js").View} View */

/**
 * What stands beside a clip: its model, its size, how long it took, and whose it is.
 * @param {import("../../parts/video/cliptrace.js").ClipTrace} traced
 * @param {import("./page.js").PageData} page
 */
export function tellOf({ trace, axis, sample }, { titles, samples }) {
  const link = byId("model", HTMLAnchorElement);
  link.href = `/models#${trace.model}`;
  madeBy(titles[trace.model] ?? trace.model);
  link.setAttribute("aria-label", `Card of ${titles[trace.model] ?? trace.model}`);
  const { input, grid, timings, tubelet, precision } = trace;
  const ms = (/** @type {number} */ value) => `${(value / 1000).toFixed(1)} s`;
  byId("timings").textContent =
    `${input.width} × ${input.height} px, ${input.duration.toFixed(2)} s. ` +
    `${axis.frames} × ${grid.rows} × ${grid.columns} patches${tubelet > 1 ? `, in tubelets of ${tubelet} frames` : ""}. ` +
    `Decode ${ms(timings.decode_ms)}, forward passes ${ms(timings.forward_ms)} in ${precision}.`;
  const known = samples.find(({ name }) => name === sample);
  byId("credit").textContent = known
    ? `“${known.title}”: ${known.author}, ${known.licence}. ${known.source}.`
    : "";
}

/**
 * The two times of a part, which are no whole numbers; an empty field is the video's own.
 * @param {import("../../core/store.js").Store<View>} store
 */
export function bindPart(store) {
  for (const name of /** @type {const} */ (["start", "end"])) {
    const field = byId(name, HTMLInputElement);
    field.addEventListener("change", () => {
      if (field.validity.valid || field.validity.stepMismatch) store.set({ [name]: timeOf(field.value) });
    });
    const show = () => {
      if (document.activeElement !== field) field.value = store.view[name];
    };
    store.listen(show);
    show();
  }
}

/** @param {string} value of a field */
function timeOf(value) {
  return value === "" ? "" : String(Math.round(Number(value) * 1000) / 1000);
}
