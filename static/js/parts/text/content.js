/**
 * Which weights a view shows of a sentence: site and head, by name or by what the model was trained
 * for. Nothing here touches the page.
 *
 * @typedef {import("../../schema.js").Site} Site
 * @typedef {import("../passage/passage.js").Content} Content
 * @typedef {import("./session.js").Entry} Entry
 * @typedef {{site: string, head: number} | null} Aligner the head that was trained to align
 */

import { spread } from "../../math/words.js";
import { headTitle, weightsTitle } from "../sitenames.js";

export const BOTH = "both";

/**
 * The site and head that a view names in a trace; null where the trace has no attention at all.
 * @param {import("./texttrace.js").AnyTrace} trace
 * @param {{site: string, head: string}} view
 * @param {Aligner} aligner
 * @returns {{site: Site, head: string} | null}
 */
export function chosenOf({ sites }, view, aligner) {
  const named = (/** @type {string | undefined} */ name) => sites.find((site) => site.name === name);
  const last = (/** @type {string} */ kind) => sites.filter((site) => site.kind === kind).at(-1);
  const site = named(view.site) ?? named(aligner?.site) ?? last("cross") ?? last("self") ?? sites.at(-1);
  if (!site) return null;
  const known = view.head !== "" && (Number.isNaN(Number(view.head)) || Number(view.head) < site.heads);
  if (known) return { site, head: view.head };
  return { site, head: site.name === aligner?.site ? String(aligner.head) : site.heads > 1 ? "mean" : "0" };
}

/**
 * Whether a head is the one that was trained to align.
 * @param {Aligner} aligner
 * @param {string} site
 * @param {string} head
 */
export function isAligner(aligner, site, head) {
  return aligner !== null && aligner.site === site && String(aligner.head) === head;
}

/**
 * What is shown of a sentence; its field is null while weights are fetched, or where there are none.
 * @param {Pick<Entry, "growing" | "traced" | "aligned">} entry
 * @param {{site: string, head: string}} view
 * @param {Aligner} aligner
 * @returns {Content}
 */
export function contentOf(entry, view, aligner) {
  if (entry.growing) return growing(entry.growing, aligner);
  const traced = /** @type {import("./texttrace.js").TextTrace} */ (entry.traced);
  const { trace } = traced;
  const [source, target] = "text" in trace ? [trace.text, null] : [trace.source, trace.target];
  const steps = "text" in trace ? trace.next : trace.steps;
  const forced = "forced" in trace && trace.forced;
  const content = { source, target, steps, field: null, note: "", forced };
  if (entry.aligned && bothWays(entry.aligned, view))
    return { ...content, field: agreed(entry.aligned, content) };
  const chosen = chosenOf(trace, view, aligner);
  if (!chosen) return { ...content, note: "This model computes no attention: there are no weights to show." };
  const weights = traced.weights(chosen.site, chosen.head);
  if (!weights) return { ...content, note: "The weights are being fetched." };
  const title = weightsTitle(chosen.site, chosen.head, isAligner(aligner, chosen.site.name, chosen.head));
  return { ...content, field: { ...traced.texts(chosen.site), weights, title } };
}

/**
 * Whether the strengths of a pair's both directions are shown: unless a site is named.
 * @param {import("../../schema.js").Alignment} aligned
 * @param {{site: string}} view
 */
export function bothWays(aligned, view) {
  return (view.site === "" || view.site === BOTH) && aligned.strengths.length > 0;
}

/**
 * @param {import("../../schema.js").Alignment} aligned
 * @param {{source: import("../../schema.js").Text, target: import("../../schema.js").Text | null}} texts
 */
function agreed(aligned, { source, target }) {
  const rows = target ?? aligned.target;
  const matrix = spread(aligned.strengths, rows, source);
  const title = aligned.backward
    ? "Link strength, both directions (geometric mean)"
    : "Link strength, one direction";
  return { rows, columns: source, weights: matrix.data, matrix, title };
}

/**
 * @param {import("./growing.js").Growing} found
 * @param {Aligner} aligner
 * @returns {Content}
 */
function growing(found, aligner) {
  const target = found.target();
  const weights = found.weights();
  const title = aligner ? `Cross-attention, ${headTitle(String(aligner.head), true)}` : "Cross-attention";
  const field = weights ? { rows: target, columns: found.source, weights, title } : null;
  return { source: found.source, target, steps: found.steps, field, note: "" };
}
