/** Words around a clip, and the fields of its part. */

import { byId } from "../../core/dom.js";
import { madeBy } from "../../parts/firstvisit.js";
import { spanOf } from "../../parts/video/clipscene.js";

/**
 * @typedef {import("./view.js").View} View
 * @typedef {import("../../parts/video/carried.js").Carried} Carried
 */

/**
 * What the pointer does now.
 * @param {View} view
 * @param {boolean} finger
 * @param {Carried | null} carried
 * @param {number} frame
 */
export function hintOf({ tool, query, follow, thing }, finger, carried, frame) {
  const press = finger ? "Tap" : "Click";
  if (tool === "mark") {
    return thing
      ? `Brush to add to the thing, in any frame. ${press} another to carry that instead.`
      : `${press} a thing, or brush over it: its mask is carried through the clip.`;
  }
  if (follow === "thing") {
    if (carried && !carried.at(frame))
      return "The thing is not in this frame: the query stays where it was put.";
    return "The query is the patch in the middle of the thing, in whichever frame is shown.";
  }
  if (query)
    return `The query stays on its patch while the play head moves. ${press} another patch, or Escape lets go of it.`;
  return finger
    ? "Tap a patch to see when and where it is found again."
    : "Point at a patch to see when and where it is found again. Click to pin it.";
}

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
 * What the weights of the site are, where the page explains it.
 * @param {import("../../parts/video/cliptrace.js").ClipTrace} traced
 * @param {string} site
 */
export function explainSite(traced, site) {
  const span = spanOf(traced.site(site));
  for (const each of document.querySelectorAll("[data-span]")) {
    each.toggleAttribute("hidden", each.getAttribute("data-span") !== span);
  }
  const { tubelet } = traced.trace;
  const beside = span === "joint" && traced.axis.prefix ? ", with what the class token has" : "";
  byId("by-step").textContent = beside + (tubelet > 1 ? `; ${tubelet} frames of a tubelet share a map` : "");
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
