/**
 * What the vision lab says, in sentences. No page.
 *
 * @typedef {import("../../schema.js").LabHead} LabHead
 * @typedef {import("../../schema.js").LabSite} LabSite
 * @typedef {import("../../schema.js").ClassProbability} ClassProbability
 * @typedef {import("../../math/geometry.js").Box} Box
 * @typedef {object} Laid what is laid on the picture: weights of places, a gate of places, or what speaks for
 *   the class that was named
 * @property {"weights" | "gate" | "class"} kind
 * @property {string} label of the class; "" of attention
 * @property {number} rows
 * @property {number} columns
 * @property {number[]} values row by row, none below 0
 * @property {number} high what the last colour stands for
 */

import { press } from "../../core/finger.js";
import { formatShare } from "../../math/colour.js";
import { inside } from "../../math/composite.js";
import { meanOf } from "../../math/gate.js";

const LEAST = 0.0005; // a share of weight that is none
const EVEN = 3; // times an even value that the colours reach to, so that an even map is seen to be one

/**
 * @param {number} share of the picture
 */
export function shareSaid(share) {
  if (share > 0.995) return "all of the picture";
  const divisor = 1 / share;
  return `1/${divisor < 9.5 ? divisor.toFixed(1).replace(/\.0$/, "") : divisor.toFixed(0)} of the picture`;
}

/**
 * What of a head can be laid on the picture: its last site of places.
 * @param {Pick<LabHead, "sites">} head
 */
export function placesOf({ sites }) {
  return sites.findLast(({ key }) => key.kind === "patch") ?? null;
}

/**
 * What is laid on the picture: its map of places, else its class activation map, else nothing.
 * @param {Pick<LabHead, "sites" | "activation">} head
 * @returns {Laid | null}
 */
export function laidOf(head) {
  const site = placesOf(head);
  if (site) {
    const { normalised, values } = site;
    const kind = normalised ? "weights" : "gate";
    return { kind, label: "", ...gridOf(site), values, high: normalised ? highestOf(values) : 1 };
  }
  if (!head.activation) return null;
  const { label, rows, columns } = head.activation;
  const values = head.activation.values.map((value) => Math.max(0, value));
  return { kind: "class", label, rows, columns, values, high: highestOf(values) };
}

/** @param {number[]} values */
function highestOf(values) {
  return Math.max(EVEN * meanOf(values), ...values) || 1;
}

/**
 * Its last site of channels, or of branches.
 * @param {LabHead} head
 * @param {"channel" | "branch"} kind
 */
export function siteOf({ sites }, kind) {
  return sites.findLast(({ key }) => key.kind === kind) ?? null;
}

/**
 * The rows and columns of a site of places.
 * @param {LabSite} site
 */
export function gridOf({ key }) {
  return key.kind === "patch" ? key.grid : { rows: 1, columns: key.size };
}

/**
 * The shares of branches, each the mean over channels.
 * @param {LabSite} site
 * @returns {{labels: string[], values: number[]}}
 */
export function sharesOf({ key, values }) {
  const labels = key.kind === "branch" ? key.labels : [];
  const count = Math.max(1, labels.length);
  return { labels, values: labels.map((_, i) => meanOf(values.filter((__, at) => at % count === i))) };
}

/**
 * What a head attended to, in a sentence; and what else is laid on the picture.
 * @param {LabHead} head
 * @param {Box | null} box of the object
 */
export function attendedSaid(head, box) {
  const places = placesOf(head);
  if (places) return box ? placesSaid(places, box) : "";
  return [insideSaid(head), box ? spokenSaid(head, box) : ""].filter(Boolean).join(" ");
}

/** @param {LabHead} head without a map of places */
function insideSaid(head) {
  const branches = siteOf(head, "branch");
  if (branches) {
    const { labels, values } = sharesOf(branches);
    return `${labels.map((label, i) => `${label}: ${formatShare(values[i])}`).join(", ")}. It chooses a kernel, not a place.`;
  }
  const channels = siteOf(head, "channel");
  if (channels)
    return `${channels.values.length} gates, mean ${meanOf(channels.values).toFixed(2)}. They say what, not where.`;
  return "No attention: every place counts alike.";
}

/**
 * @param {Pick<LabHead, "sites" | "activation">} head
 * @param {Box} box
 */
function spokenSaid(head, box) {
  const laid = laidOf(head);
  if (!laid) return "";
  const { share } = inside(laid.values, laid, box);
  return `Drawn is what speaks for “${laid.label}”, worked out afterwards: ${formatShare(share)} of it on the object.`;
}

/**
 * @param {LabSite} site
 * @param {Box} box
 */
function placesSaid(site, box) {
  const { share, pointing } = inside(site.values, gridOf(site), box);
  const where = pointing ? "Maximum on the object" : "Maximum elsewhere";
  if (site.normalised) return `${where}; ${share < LEAST ? "none" : formatShare(share)} of the weight on it.`;
  const area = box.width * box.height;
  const mean = meanOf(site.values);
  const on = (share * mean) / Math.max(area, 1e-9);
  const off = area > 0.99 ? null : ((1 - share) * mean) / (1 - area);
  return `${where}; open ${Math.min(1, on).toFixed(2)} on it${off === null ? "" : `, ${off.toFixed(2)} elsewhere`}.`;
}

/**
 * The classes that a lane lists: the most probable, and the object's own if it is not among them.
 * @param {ClassProbability[]} verdict the most probable first
 * @param {string} label of the object; "" where nobody says
 * @param {number} [count]
 */
export function listed(verdict, label, count = 3) {
  const top = verdict.slice(0, count);
  const own = verdict.find((each) => each.label === label);
  return own && !top.includes(own) ? [...top.slice(0, count - 1), own] : top;
}

/**
 * Whether a verdict is right: null where nobody says what it should be.
 * @param {ClassProbability[]} verdict
 * @param {string} label
 */
export function isRight(verdict, label) {
  return label ? verdict[0]?.label === label : null;
}

/**
 * All lanes in one sentence, for those who do not see them.
 * @param {{name: string, verdict: ClassProbability[]}[]} lanes
 * @param {string} label
 * @param {number} share
 */
export function summaryOf(lanes, label, share) {
  const said = lanes.map(
    ({ name, verdict }) => `${name}: ${verdict[0].label}, ${formatShare(verdict[0].probability)}`,
  );
  return `${label ? `${label}, ` : ""}${shareSaid(share)}. ${said.join("; ")}.`;
}

/**
 * What attention that is off or pinned means for all heads.
 * @param {"on" | "off" | "pinned"} attention
 * @param {string} pin "row,column", or ""
 * @param {boolean} finger
 */
export function attentionSaid(attention, pin, finger) {
  const pressing = press(finger).toLowerCase();
  if (attention === "off")
    return "Off: weights are even, gates are 1. What is left is the average of all places, through layers that were trained to be attended.";
  if (attention === "on")
    return `On: as the heads were trained. A ${pressing} on a map pins attention to that place.`;
  if (!pin)
    return `Pinned: ${pressing} a place on any map${finger ? "." : ", or go there with the arrow keys."}`;
  const [row, column] = pin.split(",");
  return `Pinned to row ${Number(row) + 1}, column ${Number(column) + 1}: heads that attend see that place alone. An average has nothing to pin.`;
}
