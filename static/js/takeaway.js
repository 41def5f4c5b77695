/** What a visitor can take away: pictures, numbers, links and calls. */

import { ApiError, ROOT, getFile } from "./api.js";
import { barColours, formatWeight } from "./colour.js";
import { curlCall, numbersPath, pythonCall, svgFigure } from "./figure.js";
import { toSearch } from "./state.js";

/**
 * @typedef {ReturnType<import("./panel.js").Panel["shown"]>} Picture
 * @typedef {object} Shown what is on the stage
 * @property {import("./traced.js").Traced} traced
 * @property {import("./state.js").View} view
 * @property {Picture[]} pictures one, or two that are compared
 * @property {() => Promise<unknown> | undefined} renew sends the photo again
 */

const STOPS = 17; // of a colour bar's gradient
const LEAST = 1200; // pixels that a PNG is wide at least

const ACTIONS = { png: savePng, svg: saveSvg, npy: saveNumbers, json: saveNumbers };
const COPIES = { link: linkTo, curl: curlTo, python: pythonTo };

/**
 * @param {HTMLElement} menu buttons with data-take or data-copy
 * @param {() => Shown | null} shown
 * @param {(sentence: string) => void} say
 */
export function listenForTakeaways(menu, shown, say) {
  menu.addEventListener("click", async (event) => {
    const button = /** @type {HTMLElement} */ (event.target).closest("button");
    const what = shown();
    if (!button || !what) return;
    const { take, copy } = button.dataset;
    if (take) say(await taken(/** @type {keyof ACTIONS} */ (take), what));
    if (copy) say(await copyText(COPIES[/** @type {keyof COPIES} */ (copy)](what)));
  });
}

/**
 * @param {keyof ACTIONS} take
 * @param {Shown} shown
 * @returns {Promise<string>} what to say
 */
async function taken(take, shown) {
  try {
    await ACTIONS[take](shown, take);
    return "";
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** @param {string} text */
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return "Copied.";
  } catch {
    return `The browser does not allow copying. Here it is: ${text}`;
  }
}

/** @param {Shown} shown */
function linkTo({ view, traced }) {
  return location.origin + location.pathname + toSearch({ ...view, sample: traced.sample });
}

/** @param {Shown} shown */
function curlTo({ traced, view }) {
  return curlCall(location.origin + ROOT + pathOf(traced, view, "json"));
}

/** @param {Shown} shown */
function pythonTo({ traced, view }) {
  return pythonCall(location.origin + ROOT + pathOf(traced, view, "npy"));
}

/**
 * @param {import("./traced.js").Traced} traced
 * @param {import("./state.js").View} view
 * @param {string} format
 */
function pathOf(traced, view, format) {
  return numbersPath(traced.trace.id, traced.site(view.layer).name, view, format);
}

/**
 * Fetched before it is saved, so that a trace that has expired is made again and not a broken file.
 * @param {Shown} shown
 * @param {string} format
 */
async function saveNumbers({ traced, view, renew }, format) {
  const path = pathOf(traced, view, format);
  const numbers = await getFile(path).catch(async (error) => {
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
  const { canvas } = pictures[0];
  const fine = Math.max(canvas.width / canvas.clientWidth, LEAST / image.width, 1);
  const figure = document.createElement("canvas");
  figure.width = Math.round(image.width * fine);
  figure.height = Math.round(image.height * fine);
  figure.getContext("2d")?.drawImage(image, 0, 0, figure.width, figure.height);
  const blob = await new Promise((/** @type {BlobCallback} */ done) => figure.toBlob(done));
  if (blob) saveBlob(blob, `${fileName(traced, view)}.png`);
}

/**
 * @param {import("./traced.js").Traced} traced
 * @param {Picture[]} pictures
 */
function figureOf(traced, pictures) {
  const plates = pictures.map(({ canvas, title, table, scale, reach }) => ({
    picture: canvas.toDataURL("image/png"),
    width: canvas.clientWidth,
    height: canvas.clientHeight,
    title,
    colours: hexColours(barColours(table, scale, reach, STOPS)),
    low: formatWeight(reach[0]),
    high: formatWeight(reach[1]),
  }));
  return svgFigure(plates, sourceOf(traced));
}

/** @param {import("./traced.js").Traced} traced */
function sourceOf({ trace, sample }) {
  const what = sample ? `sample “${sample}”, ` : "";
  const { model, precision, grid } = trace;
  return `${what}${model}, ${precision}, ${grid.rows} × ${grid.columns} patches. Foveate.`;
}

/** @param {Uint8ClampedArray} pixels (count, 4) */
function hexColours(pixels) {
  const hex = (/** @type {number} */ value) => value.toString(16).padStart(2, "0");
  return Array.from({ length: pixels.length / 4 }, (_, i) =>
    `#${[...pixels.subarray(4 * i, 4 * i + 3)].map(hex).join("")}`,
  );
}

/**
 * @param {import("./traced.js").Traced} traced
 * @param {import("./state.js").View} view
 */
function fileName(traced, { method, layer, head, query }) {
  const of = method === "weights" ? `layer${traced.site(layer).layer}-${head}` : method;
  const from = method === "saliency" ? "" : `-${query.replace(",", "-")}`;
  return `foveate-${traced.sample || "photo"}-${of}${from}`;
}

/**
 * @param {Blob} blob
 * @param {string} name
 */
function saveBlob(blob, name) {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
