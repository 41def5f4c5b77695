/** What a visitor can take away: pictures, numbers, links and calls. */

import { ApiError, getFile, ROOT } from "../../core/api.js";
import { html, pen } from "../../core/dom.js";
import { toSearch } from "../../core/store.js";
import { formatWeight } from "../../math/colour.js";
import { spellQuery } from "../../math/query.js";
import { curlOfPhoto, numbersPath, pythonOfPhoto } from "../../parts/takeaway/calls.js";
import { barStops, svgFigure } from "../../parts/takeaway/plates.js";
import { saveBlob } from "../../parts/takeaway/saving.js";
import { FIELDS } from "./view.js";

/**
 * @typedef {NonNullable<ReturnType<import("../../parts/image/panel.js").Panel["shown"]>>} Picture
 * @typedef {object} Shown what is on the stage
 * @property {import("../../parts/photo/phototrace.js").PhotoTrace} traced
 * @property {import("./view.js").View} view
 * @property {Picture[]} pictures one, or two that are compared
 * @property {import("./opening.js").Source | null} source
 * @property {() => Promise<unknown> | undefined} renew sends the photo again
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
function curlTo(shown) {
  return curlOfPhoto(callOf(shown));
}

/** @param {Shown} shown */
function pythonTo(shown) {
  return pythonOfPhoto(callOf(shown));
}

/**
 * @param {Shown} shown
 * @returns {import("../../parts/takeaway/calls.js").PhotoCall}
 */
function callOf({ traced, view, source }) {
  const { trace, sample } = traced;
  const own = source && "file" in source && source.file instanceof File ? source.file.name : "";
  return {
    root: location.origin + ROOT,
    photo: sample ? { sample } : { file: own || "photo.jpg" },
    asked: trace,
    path: (id, format) => numbersPath(id, traced.site(view.layer).name, view, format),
  };
}

/**
 * Fetched before it is saved, so that a trace that has expired is made again and not a broken file.
 * @param {Shown} shown
 * @param {string} format
 */
async function saveNumbers({ traced, view, renew }, format) {
  const path = numbersPath(traced.trace.id, traced.site(view.layer).name, view, format);
  const numbers = await getFile(path).catch(async (error) => {
    if (error instanceof ApiError && error.status === 413) throw new Error(TOO_MANY);
    if (!(error instanceof ApiError && error.gone)) throw error;
    await renew();
    return getFile(path);
  });
  saveBlob(numbers, `${fileName(traced, view)}.${format}`);
}

/** @param {Shown} shown */
function saveSvg({ traced, view, pictures }) {
  const svg = new Blob([figureOf(traced, pictures)], { type: "image/svg+xml" });
  saveBlob(svg, `${fileName(traced, view)}.svg`);
}

/**
 * The same figure as pixels, as fine as the screen.
 * @param {Shown} shown
 */
async function savePng({ traced, view, pictures }) {
  const image = new Image();
  const svg = figureOf(traced, pictures);
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const fine = Math.max(devicePixelRatio, LEAST / image.width, 1);
  const figure = html("canvas");
  figure.width = Math.round(image.width * fine);
  figure.height = Math.round(image.height * fine);
  pen(figure).drawImage(image, 0, 0, figure.width, figure.height);
  const blob = await new Promise((/** @type {BlobCallback} */ done) => figure.toBlob(done));
  if (blob) saveBlob(blob, `${fileName(traced, view)}.png`);
}

/**
 * @param {import("../../parts/photo/phototrace.js").PhotoTrace} traced
 * @param {Picture[]} pictures
 */
function figureOf(traced, pictures) {
  const plates = pictures.map(({ canvas, title, table, scale, reach }) => ({
    picture: canvas.toDataURL("image/png"),
    ...fitted(canvas),
    title,
    colours: barStops(table, scale, reach),
    low: formatWeight(reach[0]),
    high: formatWeight(reach[1]),
  }));
  return svgFigure(plates, sourceOf(traced));
}

/** @param {HTMLCanvasElement} canvas */
function fitted({ clientWidth, clientHeight }) {
  const share = Math.min(1, LARGEST / Math.max(clientWidth, clientHeight));
  return { width: Math.round(clientWidth * share), height: Math.round(clientHeight * share) };
}

/** @param {import("../../parts/photo/phototrace.js").PhotoTrace} traced */
function sourceOf({ trace, sample }) {
  const what = sample ? `sample “${sample}”, ` : "";
  const { model, precision, grid } = trace;
  return `${what}${model}, ${precision}, ${grid.rows} × ${grid.columns} patches. Foveate.`;
}

/**
 * @param {import("../../parts/photo/phototrace.js").PhotoTrace} traced
 * @param {import("./view.js").View} view
 */
function fileName(traced, { method, layer, head, query }) {
  const of = method === "weights" ? `layer${traced.site(layer).layer}-${head}` : method;
  const from = method === "saliency" ? "" : `-${spellQuery(query).replace(",", "-")}`;
  return `foveate-${traced.sample || "photo"}-${of}${from}`;
}
