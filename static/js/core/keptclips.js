/** What a saved view of a clip keeps. It takes the place of clips.js there, under the same names. */

import { chooseHead } from "../math/attention.js";
import { onPatches } from "../math/axis.js";
import { indexOfPatch } from "../math/spacetime.js";
import { bytesOf, kept, rowsAt } from "./kept.js";

const { sites } = kept().trace;

/**
 * @param {string} _id
 * @param {number} number
 */
export async function getFrame(_id, number) {
  return createImageBitmap(new Blob([bytesOf(`frame ${number}`)], { type: "image/jpeg" }));
}

/**
 * What one patch sees in all frames, of a site that was kept.
 * @param {string} id
 * @param {{site: string, head: string, query: import("../math/spacetime.js").ClipPatch}} choice
 * @returns {Promise<Float32Array>} (steps * rows * columns)
 */
export async function getSpaceTime(id, { site: name, head, query }) {
  const site = sites.find((each) => each.name === name);
  if (site?.query.kind !== "patch") throw new Error(`This view was saved without ${name}.`);
  const rows = await rowsAt(id, site, indexOfPatch(site.query, query));
  const found = new Float32Array(site.key.size);
  chooseHead(rows, site.heads, head, found);
  return onPatches(site.key, found);
}
