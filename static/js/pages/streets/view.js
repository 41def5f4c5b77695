/**
 * What the street lab shows; it lives in the link.
 *
 * @typedef {import("../../math/intervention.js").Settings} Settings
 * @typedef {object} View
 * @property {string} sample a sample's name, or "" for the usual one
 * @property {string} photo the id of a trace that holds a photo of one's own, or ""
 * @property {readonly string[]} models side by side
 * @property {string} lit a class, "thin" or "large"; "" for all classes
 * @property {string} base a model whose map the others are compared with, or "computed" for every model as
 *   it was before anything was switched; "" for none
 * @property {Settings} set what gates are set to
 * @property {readonly string[]} cut skips
 */

import {
  NO_SETTINGS,
  parseNames,
  parseSettings,
  spellNames,
  spellSettings,
} from "../../math/intervention.js";

export const COMPUTED = "computed";

/** @type {Readonly<View>} */
const defaults = Object.freeze({
  sample: "",
  photo: "",
  models: ["streets-bottleneck", "streets-unet", "streets-attention-unet", "streets-attention-bottleneck"],
  lit: "",
  base: "",
  set: NO_SETTINGS,
  cut: [],
});

/** @param {string} text */
function parseModels(text) {
  const names = parseNames(text);
  return names?.length ? [...new Set(names)] : null;
}

/** @type {import("../../core/store.js").Fields<View>} */
export const FIELDS = {
  defaults,
  allowed: {
    sample: /^[a-z0-9-]{0,40}$/,
    photo: /^[0-9a-f]{0,32}$/,
    models: { parse: parseModels, spell: spellNames },
    lit: /^[a-z]{0,20}$/,
    base: /^[a-z0-9-]{0,80}$/,
    set: { parse: parseSettings, spell: spellSettings },
    cut: { parse: parseNames, spell: spellNames },
  },
};

/** @type {import("../../core/trail.js").Manners<View>} */
export const MANNERS = Object.freeze({ fields: FIELDS, slid: [], held: ["set"] });
