/** What a visitor can take away: pictures, numbers, links and calls. */

import { ApiError, getFile, ROOT } from "../../core/api.js";
import { html, pen } from "../../core/dom.js";
import { toSearch } from "../../core/store.js";
import { formatWeight } from "../../math/colour.js";
import { curlOfPhoto, pythonOfPhoto } from "../../parts/takeaway/calls.js";
import { barStops, svgFigure } from "../../parts/takeaway/plates.js";
import { saveBlob } from "../../parts/takeaway/saving.js";
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

const LEAST = 1200; // pixels that a PNG is wide at least
const LARGEST = 900; // along a side of a picture in a figure: the stage may be taller than the window
const TOO_MANY = "These numbers are too many for a JSON file: take them as NPY.";

/**
 * What the buttons of the image studio do, by their names.
 * @param {() => Shown | null} shown
 * @returns {import("../../parts/takeaway/saving.js").Takeaways}
 */
export function imageTakeaways(shown) {
  /**
   * @template Result
   * @param {(what: Shown) => Result} act
   */
  const of = (act) => () => {
    const what = shown();
    return what ? act(what) : undefined;
  };
  return {
    take: {
      png: of(savePng),
      svg: of(saveSvg),
      npy: of((what) => saveNumbers(what, "npy")),
      csv: of((what) => saveNumbers(what, "csv")),
      json: of((what) => saveNumbers(what, "json")),
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
    asked: trace,
    path: (id, format) => traced.path(view, id, format),
  };
}

/**
 * Fetched before it is saved, so that a trace that has expired is made again and not a broken file.
 * @param {Shown} shown
 * @param {string} format
 */
async function saveNumbers(shown, format) {
  const { traced, view, renew } = shown;
  const path = traced.path(view, traced.trace.id, format);
  const numbers = await getFile(path).catch(async (error) => {
    if (error instanceof ApiError && error.status === 413) throw new Error(TOO_MANY);
    if (!(error instanceof ApiError && error.gone)) throw error;
    await renew();
    return getFile(path);
  });
  saveBlob(numbers, `${fileName(shown)}.${format}`);
}

/** @param {Shown} shown */
function saveSvg(shown) {
  const svg = new Blob([figureOf(shown)], { type: "image/svg+xml" });
  saveBlob(svg, `${fileName(shown)}.svg`);
}

/**
 * The same figure as pixels, as fine as the screen.
 * @param {Shown} shown
 */
async function savePng(shown) {
  const image = new Image();
  const svg = figureOf(shown);
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const fine = Math.max(devicePixelRatio, LEAST / image.width, 1);
  const figure = html("canvas");
  figure.width = Math.round(image.width * fine);
  figure.height = Math.round(image.height * fine);
  pen(figure).drawImage(image, 0, 0, figure.width, figure.height);
  const blob = await new Promise((/** @type {BlobCallback} */ done) => figure.toBlob(done));
  if (blob) saveBlob(blob, `${fileName(shown)}.png`);
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
