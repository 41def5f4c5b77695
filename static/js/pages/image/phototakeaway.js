/** What a visitor can take away: pictures, numbers, links and calls. */

import { ROOT } from "../../core/api.js";
import { toSearch } from "../../core/store.js";
import { formatWeight } from "../../math/colour.js";
import { CLS, isPatch, spellPatches, spellQuery } from "../../math/query.js";
import { curlOfPhoto, pythonOfPhoto } from "../../parts/takeaway/calls.js";
import { barStops, svgFigure } from "../../parts/takeaway/plates.js";
import { fileOf, saveBlob, savePixels, saveVectors, saveView, takenOf } from "../../parts/takeaway/saving.js";
import { FIELDS } from "./view.js";

/**
 * @typedef {NonNullable<ReturnType<import("../../parts/image/panel.js").Panel["shown"]>>} Picture
 * @typedef {object} Look
 * @property {import("../../parts/photo/tracedphoto.js").Traced} traced
 * @property {import("./view.js").View} view
 * @property {import("./opening.js").Source | null} source
 * @typedef {object} Stage
 * @property {Picture[]} pictures one, or two that are compared
 * @property {Look[]} looks likewise: the first is the look itself
 * @property {() => Promise<unknown> | undefined} renew sends the photo again
 * @typedef {Look & Stage} Shown what is on the stage
 */

const LARGEST = 900; // along a side of a picture in a figure: the stage may be taller than the window

/**
 * What the buttons of the image studio do, by their names.
 * @param {() => Shown | null} shown
 * @returns {import("../../parts/takeaway/saving.js").Takeaways}
 */
export function imageTakeaways(shown) {
  const of = takenOf(shown);
  return {
    take: {
      png: of((what) => savePixels(figureOf(what), fileName(what))),
      svg: of((what) => saveVectors(figureOf(what), fileName(what))),
      npy: of((what) => saveNumbers(what, "npy")),
      csv: of((what) => saveNumbers(what, "csv")),
      json: of((what) => saveNumbers(what, "json")),
      html: of(saveLive),
    },
    copy: { link: of(linkTo), curl: of(curlTo), python: of(pythonTo) },
  };
}

/** @param {Shown} shown */
function linkTo({ view, traced }) {
  return location.origin + location.pathname + toSearch({ ...view, sample: traced.sample }, FIELDS);
}

/** @param {Shown} shown */
function curlTo({ looks }) {
  return looks.map(callOf).map(curlOfPhoto).join("\necho\n");
}

/** @param {Shown} shown */
function pythonTo({ looks }) {
  return looks.map(callOf).map(pythonOfPhoto).join("\n");
}

/**
 * @param {Look} look
 * @returns {import("../../parts/takeaway/calls.js").PhotoCall}
 */
function callOf({ traced, view, source }) {
  const { trace, sample } = traced;
  const own = source && "file" in source && source.file instanceof File ? source.file.name : "";
  return {
    root: location.origin + ROOT,
    photo: sample ? { sample } : { file: own || "photo.jpg" },
    asked: { model: trace.model, resolution: trace.resolution },
    path: (id, format) => traced.path(view, id, format),
  };
}

/**
 * @param {Shown} shown
 * @param {string} format
 */
async function saveNumbers(shown, format) {
  const { traced, view, renew } = shown;
  const numbers = await fileOf(traced.path(view, traced.trace.id, format), renew);
  saveBlob(numbers, `${fileName(shown)}.${format}`);
}

/**
 * The photo as one file that needs no server, as it is looked at.
 * @param {Shown} shown
 */
async function saveLive(shown) {
  const { traced, view, renew } = shown;
  if (!traced.attends)
    throw new Error("This file is of attention over patches: choose a model that attends.");
  const size = await saveView(traced.trace.id, viewOf(traced.seen(view)), fileName(shown), renew);
  return `Saved all layers and heads: ${size}.`;
}

/** @param {import("./view.js").View} view what a saved view opens with */
function viewOf({ layer, head, query, method, lens, colormap, scale, smooth, grid, pins, ...view }) {
  const kept = /^(rollout|saliency)$/.test(method) ? method : "weights";
  return {
    ...{ layer, head, method: kept, lens, colormap, scale, smooth, grid, keep: view.keep },
    ...{ query: isPatch(query) ? spellQuery(query) : CLS.token, pins: spellPatches(pins) },
    ...{ opacity: view.opacity / 100, floor: view.floor / 100 },
  };
}

/** @param {Shown} shown */
function figureOf({ looks, pictures }) {
  const plates = pictures.map(({ canvas, title, table, scale, reach }) => ({
    picture: canvas.toDataURL("image/png"),
    ...fitted(canvas),
    title,
    colours: barStops(table, scale, reach),
    low: formatWeight(reach[0]),
    high: formatWeight(reach[1]),
  }));
  const sources = new Set(looks.map(({ traced }) => sourceOf(traced)));
  return svgFigure(plates, `${[...sources].join("; ")}. Foveate.`);
}

/** @param {HTMLCanvasElement} canvas */
function fitted({ clientWidth, clientHeight }) {
  const share = Math.min(1, LARGEST / Math.max(clientWidth, clientHeight));
  return { width: Math.round(clientWidth * share), height: Math.round(clientHeight * share) };
}

/** @param {import("../../parts/photo/tracedphoto.js").Traced} traced */
function sourceOf({ trace, sample, attends }) {
  const what = sample ? `sample “${sample}”, ` : "";
  const { model, precision, grid } = trace;
  const patches = attends ? `, ${grid.rows} × ${grid.columns} patches` : "";
  return `${what}${model}, ${precision}${patches}`;
}

/** @param {Look} look */
function fileName({ traced, view }) {
  return `foveate-${traced.sample || "photo"}-${traced.fileName(view)}`;
}
