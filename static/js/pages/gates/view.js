/**
 * What is looked at on the page of gates, and what is switched; it lives in the link.
 *
 * @typedef {import("../../math/intervention.js").Settings} Settings
 * @typedef {object} View
 * @property {string} sample a sample's name, or "" for a photo of one's own
 * @property {string} trace the id of a photo's trace, or ""
 * @property {string} model a model's name, or "" for the default
 * @property {string} gate the site of the gate that is open, "" for the first
 * @property {number} channel of that gate, -1 for none
 * @property {import("../../math/gate.js").Order} order of the bars
 * @property {string} beside whose bars are laid on them: "average", a sample's name, or "" for nobody's
 * @property {Settings} set what gates are set to
 * @property {readonly string[]} cut skips
 * @property {"cutout" | "mask" | "picture" | "detail" | "change"} show how the output is shown
 */

import {
  NO_SETTINGS,
  parseNames,
  parseSettings,
  spellNames,
  spellSettings,
} from "../../math/intervention.js";

/** @type {Readonly<View>} */
const defaults = Object.freeze({
  sample: "",
  trace: "",
  model: "",
  gate: "",
  channel: -1,
  order: "sorted",
  beside: "",
  set: NO_SETTINGS,
  cut: [],
  show: "cutout",
});

/** What each field may be; anything else in a link is left at its default. */
const allowed = {
  sample: /^[a-z0-9-]{0,40}$/,
  trace: /^[0-9a-f]{0,32}$/,
  model: /^[a-z0-9.-]{0,80}$/,
  gate: /^[\w.-]{0,80}$/,
  channel: [-1, 99_999],
  order: /^(sorted|network)$/,
  beside: /^[a-z0-9-]{0,40}$/,
  set: { parse: parseSettings, spell: spellSettings },
  cut: { parse: parseNames, spell: spellNames },
  show: /^(cutout|mask|picture|detail|change)$/,
};

/** @type {import("../../core/store.js").Fields<View>} */
export const FIELDS = { defaults, allowed };

/**
 * What keys that are held go through. A setting is a step of the history once its slider rests.
 * @type {import("../../core/trail.js").Manners<View>}
 */
export const MANNERS = Object.freeze({ fields: FIELDS, slid: [], held: ["gate", "channel", "set"] });
