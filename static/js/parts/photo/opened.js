/** A trace and its photo as what a page shows of them, by what its model has. */

import { getLayers, getOutput, getVerdict } from "../../core/api.js";
import { isOverPatches, isToPatches } from "../../math/site.js";
import { ConvTrace } from "./convtrace.js";
import { PhotoTrace } from "./phototrace.js";

/** @typedef {import("../../core/api.js").ImageTrace} ImageTrace */

const NAMED = 6; // classes of a verdict

/**
 * Throws an Error with a sentence where a trace has nothing that these pages show.
 * @param {ImageTrace} trace
 * @param {ImageBitmap} photo
 * @param {{sample: string, signal: AbortSignal, onError: (error: unknown) => void}} how
 * @returns {Promise<import("./tracedphoto.js").Traced>}
 */
export async function openedTrace(trace, photo, { sample, signal, onError }) {
  const attends = checkSeen(trace);
  const verdict = classifies(trace) ? await getVerdict(trace.id, NAMED, signal) : [];
  if (!attends)
    return new ConvTrace(trace, photo, onError, sample, verdict, await getLayers(trace.id, signal));
  const traced = new PhotoTrace(trace, photo, onError, sample, verdict);
  if (trace.outputs.includes("boxes")) traced.objects = await boxesOf(trace.id);
  return traced;
}

/**
 * Whether a trace has attention to patches; throws where it has neither that nor a verdict.
 * @param {Pick<ImageTrace, "model" | "sites" | "outputs">} trace
 */
export function checkSeen(trace) {
  if (trace.sites.some((site) => isOverPatches(site) || isToPatches(site))) return true;
  if (classifies(trace)) return false;
  throw new Error(
    `${trace.model} has no attention to patches and no verdict, which this page shows: choose another model.`,
  );
}

/** @param {Pick<ImageTrace, "outputs">} trace whose classes are those of the whole photo, not of objects */
function classifies({ outputs }) {
  return outputs.includes("classes") && !outputs.includes("boxes");
}

/** @param {string} id */
async function boxesOf(id) {
  const { shape, data } = await getOutput(id, "boxes");
  return Array.from({ length: shape[0] }, (_, row) => [...data.subarray(4 * row, 4 * row + 4)]);
}
