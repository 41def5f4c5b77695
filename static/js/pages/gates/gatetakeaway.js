/** What a visitor can take away of a network's gates: figures, numbers, links and calls. */

import { ROOT } from "../../core/api.js";
import { toSearch } from "../../core/store.js";
import { csvOf } from "../../math/csv.js";
import { isUntouched, toldOf } from "../../math/intervention.js";
import { curlOfPhoto, pythonOfPhoto } from "../../parts/takeaway/calls.js";
import { networkSvg, outputsSvg } from "../../parts/takeaway/gatefigures.js";
import { fileOf, saveBlob, savePixels, saveVectors, takenOf } from "../../parts/takeaway/saving.js";
import { FIELDS } from "./view.js";

/**
 * @typedef {import("../../math/intervention.js").Intervention} Intervention
 * @typedef {import("../../parts/gates/gatepass.js").GatePass} GatePass
 * @typedef {object} Taken
 * @property {import("./gateopening.js").Opened} opened
 * @property {GatePass} pass as switched, where anything is
 * @property {Intervention} intervention
 * @property {boolean} late whether the pass is of what was switched before
 * @property {import("./view.js").View} view
 * @property {string} title of the model
 * @property {() => Promise<unknown>} again makes the traces again
 */

/**
 * What the buttons do, by their names.
 * @param {() => Taken | null} taken
 * @returns {import("../../parts/takeaway/saving.js").Takeaways}
 */
export function gateTakeaways(taken) {
  const named = takenOf(taken);
  const of = takenOf(() => {
    const what = taken();
    return what?.late ? null : what;
  }, "What comes out as switched is not there yet.");
  return {
    take: {
      png: of((what) =>
        savePixels(outputsSvg(outputCanvases(what.pass), captionOf(what)), `${fileName(what)}-output`),
      ),
      svg: of((what) =>
        saveVectors(networkSvg(networkPicture(), captionOf(what)), `${fileName(what)}-network`),
      ),
      csv: of((what) => saveBlob(sheet(what), `${fileName(what)}-gates.csv`)),
      npy: of((what) => saveFile(what, "output", "npy")),
      json: of((what) => saveFile(what, what.pass.gates.size ? "gates" : "output", "json")),
    },
    copy: {
      link: named(({ view }) => location.origin + location.pathname + toSearch(view, FIELDS)),
      curl: named((what) => curlOfPhoto(callOf(what))),
      python: named((what) => pythonOfPhoto(callOf(what))),
    },
  };
}

function networkPicture() {
  return /** @type {SVGSVGElement} */ (document.querySelector("#network svg"));
}

/** @param {GatePass} pass of which nothing is beside the untouched one, where nothing is switched */
function outputCanvases({ difference }) {
  const canvases = /** @type {HTMLCanvasElement[]} */ ([...document.querySelectorAll("#outputs canvas")]);
  return difference ? canvases : canvases.slice(0, 1);
}

/**
 * Fetched before it is saved, so that a trace that has expired is made again.
 * @param {Taken} taken
 * @param {string} what
 * @param {string} format
 */
async function saveFile(taken, what, format) {
  const path = `/traces/${taken.pass.trace.id}/${what}?format=${format}`;
  saveBlob(await fileOf(path, taken.again), `${fileName(taken)}-${what}.${format}`);
}

/**
 * All gates, a value a line.
 * @param {Taken} taken
 */
function sheet({ pass }) {
  return new Blob([csvOf(gateRows([...pass.gates.values()]))], { type: "text/csv" });
}

/**
 * @param {import("../../schema.js").GateValues[]} gates
 * @returns {(string | number | null)[][]}
 */
export function gateRows(gates) {
  const rows = gates.flatMap(({ site, of, labels, values, computed }) =>
    values.map((value, i) => [site, of, labels?.[i] ?? i, value, computed?.[i] ?? value]),
  );
  return [["gate", "of", "number", "value", "computed"], ...rows];
}

/** @param {Taken} taken */
function callOf({ opened, pass, intervention }) {
  const { source } = opened;
  const own = "file" in source && source.file instanceof File ? source.file.name : "photo.jpg";
  /** @type {Record<string, string>} */
  const changed = isUntouched(intervention) ? {} : { intervention: JSON.stringify(intervention) };
  return {
    root: location.origin + ROOT,
    photo: "sample" in source ? { sample: source.sample } : { file: own },
    asked: { model: pass.trace.model, resolution: pass.trace.resolution, ...changed },
    path: (/** @type {string} */ id, /** @type {string} */ format) =>
      format === "json" && pass.gates.size ? `/traces/${id}/gates` : `/traces/${id}/output?format=${format}`,
  };
}

/** @param {Taken} taken */
function captionOf({ title, opened, intervention, pass }) {
  const { source } = opened;
  const photo = "sample" in source ? `, sample “${source.sample}”` : "";
  const told = toldOf(intervention);
  const words = pass.difference ? `${pass.difference.words} ` : "";
  return `${words}${title}${photo}${told ? `; ${told}` : ""}. Foveate.`;
}

/** @param {Taken} taken */
function fileName({ opened, intervention }) {
  const photo = "sample" in opened.source ? opened.source.sample : "photo";
  return `foveate-${photo}${isUntouched(intervention) ? "" : "-switched"}`;
}
