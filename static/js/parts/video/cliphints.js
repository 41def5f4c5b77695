/** What is said around a clip: what the pointer does, and what the weights of a site are. */

import { byId } from "../../core/dom.js";
import { press } from "../../core/finger.js";
import { spanOf } from "./clipscene.js";

/**
 * What the pointer does now.
 * @param {Pick<import("./cliplook.js").ClipLook, "tool" | "query" | "follow" | "thing">} view
 * @param {boolean} finger
 * @param {import("./carried.js").Carried | null} carried
 * @param {number} frame
 */
export function hintOf({ tool, query, follow, thing }, finger, carried, frame) {
  const pressing = press(finger);
  if (tool === "mark") {
    return thing
      ? `Brush to add to the thing, in any frame. ${pressing} another to carry that instead.`
      : `${pressing} a thing, or brush over it: its mask is carried through the clip.`;
  }
  if (follow === "thing") {
    if (carried && !carried.at(frame))
      return "The thing is not in this frame: the query stays where it was put.";
    return "The query is the patch in the middle of the thing, in whichever frame is shown.";
  }
  if (query)
    return `The query stays on its patch while the play head moves. ${pressing} another patch${finger ? "." : ", or Escape lets go of it."}`;
  return finger
    ? "Tap a patch to see when and where it is found again."
    : "Point at a patch to see when and where it is found again. Click to pin it.";
}

/**
 * What the weights of the site are, where the page explains it.
 * @param {import("./cliptrace.js").ClipTrace} traced
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
