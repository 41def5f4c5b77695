/**
 * What is looked at on the page of videos, and how; it lives in the link.
 *
 * @typedef {import("../../parts/video/cliplook.js").ClipLook & Taken} View
 * @typedef {object} Taken
 * @property {string} sample a sample's name, or "" for a video of one's own
 * @property {string} trace the id of a video's trace, or ""
 * @property {string} model a model's name, or "" for the default
 * @property {number} resolution
 * @property {number} frames that are taken
 * @property {string} start of the part, in seconds; "" for the video's own
 * @property {string} end
 * @property {"keys" | "features" | "attention"} by what a thing is carried
 * @property {number} context frames that are looked back at
 * @property {number} radius patches that a thing may move
 * @property {number} top most alike patches that count
 * @property {number} temperature of the cosines, in hundredths
 * @property {number} similarity percent
 * @property {number} least percent
 * @property {"on" | "off" | "pinned"} attention of the heads over time: off is their mean, pinned the frame shown
 * @property {"accuracy" | "pointing" | "weight"} measure of the heads over time that is charted
 * @property {string} compare what differs in the second picture: "site=encoder.3.self&head=2"; "" for none
 */

import { parseClipPatch, spellClipPatch } from "../../math/spacetime.js";
import { parseThing, spellThing } from "../../parts/video/carried.js";
import { CLIP_LOOK } from "../../parts/video/cliplook.js";

/** @type {Readonly<View>} */
const defaults = Object.freeze({
  sample: "",
  trace: "",
  model: "",
  resolution: 336,
  frames: 24,
  start: "",
  end: "",
  ...CLIP_LOOK,
  by: "keys",
  context: 7,
  radius: 12,
  top: 5,
  temperature: 10,
  similarity: 50,
  least: 20,
  attention: "on",
  measure: "accuracy",
  compare: "",
});

const SECONDS = /^(\d{1,5}(\.\d{1,3})?)?$/;

/** What each field may be; anything else in a link is left at its default. */
const allowed = {
  sample: /^[a-z0-9-]{0,40}$/,
  trace: /^[0-9a-f]{0,32}$/,
  model: /^[a-z0-9.-]{0,80}$/,
  resolution: /^(224|336|448|616)$/,
  frames: [8, 48],
  start: SECONDS,
  end: SECONDS,
  site: /^[\w.-]{0,80}$/,
  head: /^(mean|max|\d{1,3})$/,
  frame: [-1, 47],
  query: { parse: parseClipPatch, spell: spellClipPatch },
  tool: /^(look|mark)$/,
  thing: { parse: parseThing, spell: spellThing },
  follow: /^(stay|thing)$/,
  by: /^(keys|features|attention)$/,
  context: [0, 47],
  radius: [1, 64],
  top: [1, 100],
  temperature: [1, 100],
  similarity: [0, 100],
  least: [0, 100],
  lens: /^(overlay|heat|filter|attenuate)$/,
  colormap: /^(viridis|inferno|vik|grey)$/,
  opacity: [0, 100],
  keep: [1, 100],
  floor: [0, 100],
  scale: /^(clip|frame)$/,
  attention: /^(on|off|pinned)$/,
  measure: /^(accuracy|pointing|weight)$/,
  compare: /^[a-z0-9=&,._-]{0,200}$/,
};

/** @type {import("../../core/store.js").Fields<View>} */
export const FIELDS = { defaults, allowed };

/**
 * What slides, and what the keys that are held go through.
 * @type {import("../../core/trail.js").Manners<View>}
 */
export const MANNERS = Object.freeze({
  fields: FIELDS,
  slid: ["opacity", "keep", "floor", "frame"],
  held: ["query", "site", "head", "context", "radius", "top", "temperature", "similarity", "least"],
});

/** What another clip has none of. */
export const FRESH = Object.freeze({
  query: null,
  frame: -1,
  thing: null,
  follow: /** @type {const} */ ("stay"),
  start: "",
  end: "",
});
