/**
 * What a view of a clip's trace shows of one frame: the scene of a picture, and what is said of it.
 *
 * @typedef {import("./cliptrace.js").ClipTrace} ClipTrace
 * @typedef {import("./cliptrace.js").Seen} Seen
 * @typedef {import("../../math/spacetime.js").ClipPatch} ClipPatch
 * @typedef {import("../image/scene.js").Scene} Scene
 * @typedef {import("./cliptrace.js").Choice & Omit<import("../photo/photoscene.js").Look, "pins"> &
 *   {colormap: string, scale: "clip" | "frame"}} ClipView
 * @typedef {object} Shown one query of a clip, as it is looked at
 * @property {ClipTrace} traced
 * @property {ClipView} view
 * @property {ClipPatch} query
 * @property {Seen | null} seen null while it is being fetched
 * @property {Uint8Array} table
 * @property {import("./carried.js").Carried | null} carried the thing that is followed
 * @property {boolean} marking whether the thing is shown, and no heat
 */

import { fullFrom, nearlyUniform, range } from "../../math/attention.js";
import { onPatches } from "../../math/axis.js";
import { formatShare, formatWeight, scaleOf } from "../../math/colour.js";
import { patchOn } from "../../math/query.js";
import { keptOf, mapAt } from "../../math/spacetime.js";
import { brightnessTo, sceneOf } from "../photo/photoscene.js";
import { describe, headName } from "../phrases.js";

const ELSEWHERE = Object.freeze({ token: "" }); // the query is no patch of this frame
const AS_PHOTO = Object.freeze({
  layer: 0,
  method: /** @type {const} */ ("weights"),
  class: "",
  scale: /** @type {const} */ ("head"),
  pins: [],
});
const NOTHING = /** @type {[number, number]} */ ([0, 1]);
const MEANT = { clip: "scale of all frames", frame: "scale of this frame" };
const BRIGHTNESS = "brightness, in full for the heaviest 5 % of all frames";

/**
 * The scenes of frames, whose common numbers are worked out once.
 * @param {Shown} shown
 * @returns {(frame: number) => Scene | null} null where its picture is still to come
 */
export function scenesOf(shown) {
  const { traced, view, query, table, carried, marking } = shown;
  const seen = marking ? null : shown.seen;
  const site = traced.site(view.site);
  const common = seen ? commonOf(site.key, seen, view) : null;
  return (frame) => {
    const photo = traced.frames[frame];
    if (!photo) return null;
    const step = traced.stepOf(frame);
    const map = seen && { ...mapAt(site.key, seen.weights, step), beside: NaN };
    const like = likePhoto(traced, photo, map, common?.reach ?? NOTHING);
    const from = step === query.step && !marking ? query : ELSEWHERE;
    const scene = sceneOf(like, { ...view, ...AS_PHOTO, query: from }, from, table);
    const size = site.key.grid.rows * site.key.grid.columns;
    return {
      ...scene,
      kept: common?.kept?.subarray(step * size, (step + 1) * size) ?? null,
      ...(common?.full ? brightnessTo(common.full, view.floor) : {}),
      mask: carried?.at(frame) ?? null,
      tinted: marking,
    };
  };
}

/**
 * @param {import("./cliptrace.js").PatchAxis} axis
 * @param {Seen} seen
 * @param {ClipView} view
 */
function commonOf(axis, { weights }, { lens, keep, scale }) {
  const patches = onPatches(axis, weights);
  return {
    reach: scale === "clip" ? range(patches) : null,
    kept: lens === "filter" ? keptOf(axis, weights, keep / 100) : null,
    full: lens === "attenuate" ? fullFrom(patches) : 0,
  };
}

/**
 * A frame as what a photo's scene is made of.
 * @param {ClipTrace} traced
 * @param {ImageBitmap} photo
 * @param {import("../photo/phototrace.js").PhotoMap | null} map
 * @param {[number, number] | null} reach of all frames, where the scale is theirs
 * @returns {import("../photo/photoscene.js").Mapped}
 */
function likePhoto({ trace, axis }, photo, map, reach) {
  return {
    trace,
    grid: trace.grid,
    photo,
    patch: (_view, query) => patchOn(query, trace.grid),
    boxes: () => [],
    step: () => 1,
    map: () => map,
    range: (_view, _query, { values }) => reach ?? range(values),
    scale: ({ colormap }, found) => scaleOf(found, colormap === "vik" ? 1 / axis.size : null),
  };
}

/**
 * @param {Shown} shown
 * @param {Scene} scene
 * @param {number} frame
 * @returns {import("../image/panel.js").Words}
 */
export function wordsOf(shown, scene, frame) {
  const { traced, view, query, seen, marking } = shown;
  const site = traced.site(view.site);
  const title = `${siteTitle(site, traced)}, ${headName(traced.head(site, view.head))}: ${asked(traced, query, frame)}`;
  const sums = seen && view.head !== "max" && !marking;
  const share = sums
    ? `${formatShare(seen.when[traced.stepOf(frame)])} of its weight falls on ${stepName(traced.trace)}.`
    : "";
  return {
    title,
    meaning: meaning(traced, view),
    share,
    missing: marking ? markingTitle(shown, frame) : "",
    flat: seen !== null && nearlyUniform(onPatches(site.key, seen.weights)),
    summary: () => (scene.map ? `${describe(scene.map.values, scene.map, title)} ${share}` : title),
  };
}

/**
 * @param {Shown} shown
 * @param {number} frame
 */
function markingTitle({ carried }, frame) {
  if (!carried) return `Nothing is marked in frame ${frame + 1} yet`;
  const share = carried.shares[frame];
  return share
    ? `The thing has ${formatShare(share)} of frame ${frame + 1}`
    : `The thing is not in frame ${frame + 1}`;
}

/**
 * @param {ClipTrace} traced
 * @param {ClipPatch} query
 * @param {number} frame
 */
function asked(traced, { step, row, column }, frame) {
  const from = traced.frameOf(step);
  const there = from === frame || traced.stepOf(frame) === step ? "in its own frame" : `of frame ${from + 1}`;
  return `row ${row}, column ${column} ${there}`;
}

/**
 * @param {ClipTrace} traced
 * @param {ClipView} view
 */
function meaning({ axis }, { lens, scale, colormap }) {
  if (lens === "attenuate") return BRIGHTNESS;
  if (colormap !== "vik") return MEANT[scale];
  return `${MEANT[scale]}, palest at an even spread (${formatWeight(1 / axis.size)})`;
}

/** @param {Pick<import("../../schema.js").VideoTrace, "tubelet">} trace */
function stepName({ tubelet }) {
  return tubelet > 1 ? `this tubelet of ${tubelet} frames` : "this frame";
}

/**
 * Over what the weights of a site are spread: all patches of all frames, or a part of them.
 * @param {import("./cliptrace.js").ClipSite} site
 */
export function spanOf({ name }) {
  const part = /** @type {string} */ (name.split(".").at(-1));
  return ["time", "space", "product"].includes(part) ? part : "joint";
}

/**
 * A site as it is titled: its layer, and which of several it is there.
 * @param {import("./cliptrace.js").ClipSite} site
 * @param {ClipTrace} traced
 */
export function siteTitle(site, { sites }) {
  return `Layer ${siteLabel(site, sites)}`;
}

/**
 * The same as short as can be: "11", or "11 time" where a layer attends several times.
 * @param {import("./cliptrace.js").ClipSite} site
 * @param {import("./cliptrace.js").ClipSite[]} sites
 */
export function siteLabel({ name, layer }, sites) {
  const alone = sites.filter((each) => each.layer === layer).length === 1;
  return alone ? String(layer) : `${layer} ${name.split(".").at(-1)}`;
}
