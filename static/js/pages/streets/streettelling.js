/**
 * What the street lab says, in words. No page.
 *
 * @typedef {import("../../schema.js").StreetClass} StreetClass
 * @typedef {import("../../schema.js").LabSite} LabSite
 * @typedef {ReturnType<typeof import("../../math/classmap.js").apart>} Apart
 */

import { meanOf } from "../../math/gate.js";

const NAMED = 3; // classes in a sentence
const LEAST = 0.0005; // a share that is worth a word
const SIZES = Object.freeze({ 1: "an eighth", 2: "a quarter", 3: "half" }); // of the picture's, by skips
export const GROUPS = /** @type {const} */ ({ thin: "Thin things", large: "Large things" });

/**
 * A share in percent, as many digits as a photo is worth.
 * @param {number} share
 */
export function digitsOf(share) {
  return (100 * share).toFixed(1);
}

/** @param {number} share */
function percentOf(share) {
  return `${digitsOf(share)} %`;
}

/**
 * The numbers of the classes that are coloured alone: of a group, or one; null for all.
 * @param {string} lit
 * @param {readonly StreetClass[]} classes
 */
export function litOf(lit, classes) {
  const found = classes.filter(({ label, group }) => label === lit || (lit !== "" && group === lit));
  return found.length ? new Set(found.map(({ number }) => number)) : null;
}

/**
 * The share of the picture that a group of classes has.
 * @param {readonly number[]} shares by the numbers of classes
 * @param {readonly StreetClass[]} classes
 * @param {string} group
 */
export function groupShare(shares, classes, group) {
  return classes.reduce((sum, each) => sum + (each.group === group ? shares[each.number] : 0), 0);
}

/**
 * What a model found.
 * @param {readonly number[]} shares
 * @param {readonly StreetClass[]} classes
 */
export function foundSaid(shares, classes) {
  const of = (/** @type {string} */ group) => percentOf(groupShare(shares, classes, group));
  return `Thin things ${of("thin")} of the picture, large things ${of("large")}.`;
}

/**
 * How far a map is from another, and in what.
 * @param {Apart} apart
 * @param {readonly StreetClass[]} classes
 * @param {string} other whose map it is compared with
 */
export function apartSaid({ share, said, instead }, classes, other) {
  if (share < LEAST) return `The same as ${other} everywhere.`;
  return `Another class than ${other} at ${percentOf(share)} of the places: ${listed(said, classes)} in place of ${listed(instead, classes)}.`;
}

/**
 * @param {readonly number[]} shares
 * @param {readonly StreetClass[]} classes
 */
function listed(shares, classes) {
  const order = classes
    .filter(({ number }) => shares[number] > LEAST)
    .sort((a, b) => shares[b.number] - shares[a.number])
    .slice(0, NAMED);
  return order.map(({ label }) => label).join(", ") || "others";
}

/** The number of a gate or a skip in its name. @param {string} name */
function numberOf(name) {
  return Number(name.match(/\d+/)?.[0] ?? 0);
}

/** What a skip or the gate in it is called. @param {string} name of a skip, or of a gate's site */
export function skipTitle(name) {
  const size = Reflect.get(SIZES, numberOf(name));
  return size ? `Skip at ${size} of the size` : name;
}

/** @param {Pick<LabSite, "name" | "normalised">} site */
export function siteTitle({ name, normalised }) {
  return normalised ? "What all places look at, on average" : `Gate in the ${lowered(skipTitle(name))}`;
}

/** @param {string} text */
export function lowered(text) {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

/** @param {LabSite} site */
export function siteSaid(site) {
  if (site.normalised) return `${siteTitle(site)}.`;
  return `${siteTitle(site)}: open ${meanOf(site.values).toFixed(2)} on average.`;
}

/**
 * All lanes in one sentence, for those who do not see them.
 * @param {{title: string, said: string}[]} lanes
 */
export function streetSummary(lanes) {
  return lanes.map(({ title, said }) => `${title}: ${said}`).join(" ");
}
