/**
 * What the vision lab shows; it lives in the link.
 *
 * @typedef {object} View
 * @property {string} object that is placed: one of the service's by name, "" for the usual one
 * @property {string} photo the trace of a photo of one's own, whose object is placed; "" for none
 * @property {"whole" | "box" | "person"} cut what of that photo is the object
 * @property {string} crop its box in thousandths of width and height, "left,top,width,height"
 * @property {string} label the class that photo is said to be of; "" where nobody says
 * @property {string} ground what lies behind: a sample by name, "grey", or "" for the usual one
 * @property {number} size of the object, 0 to 100 (math/composite.js)
 * @property {number} x of its centre, in thousandths of the picture
 * @property {number} y
 * @property {number} others how many other things lie around it
 * @property {readonly string[]} heads the models that are shown
 * @property {"on" | "off" | "pinned"} attention
 * @property {string} pin the place that attention is pinned to, "row,column"; "" for none
 * @property {"accuracy" | "pointing" | "weight"} measure that is charted
 */

import { parseNames, spellNames } from "../../math/intervention.js";

export const MOST_HEADS = 6;

/** @type {Readonly<View>} */
const defaults = Object.freeze({
  object: "",
  photo: "",
  cut: "whole",
  crop: "250,250,500,500",
  label: "",
  ground: "",
  size: 70,
  x: 620,
  y: 420,
  others: 6,
  heads: ["vision-average", "vision-cbam", "vision-additive", "vision-vit"],
  attention: "on",
  pin: "",
  measure: "accuracy",
});

/** @param {string} text */
function parseHeads(text) {
  const names = parseNames(text);
  return names?.length && names.length <= MOST_HEADS ? [...new Set(names)] : null;
}

/** @type {import("../../core/store.js").Fields<View>} */
export const FIELDS = {
  defaults,
  allowed: {
    object: /^[a-z0-9-]{0,40}$/,
    photo: /^[0-9a-f]{0,32}$/,
    cut: /^(whole|box|person)$/,
    crop: /^\d{1,4}(,\d{1,4}){3}$/,
    label: /^[a-z -]{0,40}$/,
    ground: /^[a-z0-9-]{0,40}$/,
    size: [0, 100],
    x: [0, 1000],
    y: [0, 1000],
    others: [0, 8],
    heads: { parse: parseHeads, spell: spellNames },
    attention: /^(on|off|pinned)$/,
    pin: /^(\d{1,2},\d{1,2})?$/,
    measure: /^(accuracy|pointing|weight)$/,
  },
};

/**
 * What slides or is held on its way, and is one step of the history.
 * @type {import("../../core/trail.js").Manners<View>}
 */
export const MANNERS = Object.freeze({
  fields: FIELDS,
  slid: [],
  held: ["size", "x", "y", "others", "crop", "pin"],
});
