/**
 * What is looked at on the image page, and how; it lives in the link.
 *
 * @typedef {import("../../math/query.js").Query} Query
 * @typedef {import("../../math/query.js").Patch} Patch
 * @typedef {object} View
 * @property {string} sample a sample's name, or "" for a photo of one's own
 * @property {string} trace the id of a photo's trace, or ""
 * @property {string} model a model's name, or "" for the default
 * @property {number} resolution
 * @property {number} layer from 1; 0 is the last
 * @property {string} head a number, "mean" or "max"
 * @property {Query} query
 * @property {import("../../schema.js").Method} method
 * @property {"overlay" | "heat" | "filter" | "attenuate"} lens
 * @property {"viridis" | "inferno" | "vik" | "grey"} colormap
 * @property {number} opacity percent
 * @property {number} keep percent
 * @property {number} floor percent
 * @property {"head" | "layer" | "trace"} scale what lowest and highest are taken over
 * @property {boolean} smooth
 * @property {boolean} grid
 * @property {readonly Patch[]} pins
 * @property {string} compare what differs in the second picture: "layer=3&head=2"; "" for none
 * @property {string} steps how far query, key and value are opened: 1 to 8, "all", or "" for not
 */

import { parsePatches, parseQuery, spellPatches, spellQuery } from "../../math/query.js";
import { PHOTO_LOOK } from "../../parts/photo/photolook.js";

/** @type {Readonly<View>} */
const defaults = Object.freeze({
  sample: "",
  trace: "",
  model: "",
  resolution: 448,
  ...PHOTO_LOOK,
  compare: "",
  steps: "",
});

/** What each field may be; anything else in a link is left at its default. */
const allowed = {
  sample: /^[a-z0-9-]{0,40}$/,
  trace: /^[0-9a-f]{0,32}$/,
  model: /^[a-z0-9.-]{0,80}$/,
  resolution: /^(224|448|644)$/,
  layer: [0, 999],
  head: /^(mean|max|\d{1,3})$/,
  query: { parse: parseQuery, spell: spellQuery },
  method: /^(weights|rollout|window-rollout|saliency)$/,
  lens: /^(overlay|heat|filter|attenuate)$/,
  colormap: /^(viridis|inferno|vik|grey)$/,
  opacity: [0, 100],
  keep: [1, 100],
  floor: [0, 100],
  scale: /^(head|layer|trace)$/,
  pins: { parse: parsePatches, spell: spellPatches },
  compare: /^[a-z0-9=&,.-]{0,200}$/,
  steps: /^([1-8]|all)?$/,
};

/** @type {import("../../core/store.js").Fields<View>} */
export const FIELDS = { defaults, allowed };

/**
 * What slides, and what the keys that are held go through.
 * @type {import("../../core/trail.js").Manners<View>}
 */
export const MANNERS = Object.freeze({
  fields: FIELDS,
  slid: ["opacity", "keep", "floor"],
  held: ["query", "layer", "head", "steps"],
});
