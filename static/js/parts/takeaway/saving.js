/** Saving files and copying text: what every page's takeaways share. */

import { ApiError, getFile, post, sentenceOf } from "../../core/api.js";
import { html, pen } from "../../core/dom.js";

const LEAST = 1200; // pixels that a PNG is wide at least
const TOO_MANY = "These numbers are too many for a JSON file: take them as NPY.";

/**
 * @typedef {object} Takeaways actions by the names of buttons; a copied one returns the text, one that
 *   is taken may return what is to be said of it
 * @property {Record<string, () => unknown>} take
 * @property {Record<string, () => string | void | Promise<string | void>>} copy
 */

/**
 * @param {HTMLElement} menu buttons with data-take or data-copy
 * @param {Takeaways} actions
 * @param {(sentence: string) => void} say
 */
export function listenForTakeaways(menu, { take, copy }, say) {
  menu.addEventListener("click", async (event) => {
    const { dataset } = /** @type {HTMLElement} */ (event.target).closest("button") ?? menu;
    try {
      const said = dataset.take ? await take[dataset.take]() : undefined;
      if (typeof said === "string") say(said);
      const text = dataset.copy ? await copy[dataset.copy]() : undefined;
      if (text !== undefined) say(await copied(text));
    } catch (error) {
      say(sentenceOf(error));
    }
  });
}

/**
 * Makes actions of what is on the page: before anything is, they say so.
 * @template What
 * @param {() => What | null} shown
 * @param {string} [missing] what is said
 */
export function takenOf(shown, missing = "There is nothing to take away yet.") {
  /**
   * @template Result
   * @param {(what: What) => Result} act
   */
  return (act) => () => {
    const what = shown();
    if (!what) throw new Error(missing);
    return act(what);
  };
}

/** @param {string} text */
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return "Copied.";
  } catch {
    return `The browser does not allow copying. Here it is: ${text}`;
  }
}

/**
 * @param {Blob} blob
 * @param {string} name
 */
export function saveBlob(blob, name) {
  const url = URL.createObjectURL(blob);
  save(url, name);
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/**
 * @param {string} text
 * @param {string} type
 * @param {string} name
 */
export function saveText(text, type, name) {
  saveBlob(new Blob([text], { type }), name);
}

/**
 * @param {string} href
 * @param {string} name
 */
export function save(href, name) {
  html("a", { href, download: name }).click();
}

/**
 * What is fetched of a trace; one that has expired is made again, so that what is saved is no broken file.
 * @template Result
 * @param {() => Promise<Result>} fetching
 * @param {() => Promise<unknown> | undefined} renew makes the trace again
 */
export async function renewed(fetching, renew) {
  return fetching().catch(async (error) => {
    if (!(error instanceof ApiError && error.gone)) throw error;
    await renew();
    return fetching();
  });
}

/**
 * A file of the API.
 * @param {string} path below the API's root
 * @param {() => Promise<unknown> | undefined} renew makes the trace again
 */
export async function fileOf(path, renew) {
  return renewed(() => getFile(path), renew).catch((error) => {
    throw error instanceof ApiError && error.status === 413 ? new Error(TOO_MANY) : error;
  });
}

/**
 * A trace as one file that needs no server.
 * @param {string} id
 * @param {object} view what it opens with
 * @param {string} name
 * @param {() => Promise<unknown> | undefined} renew makes the trace again
 * @returns {Promise<string>} how large it is
 */
export async function saveView(id, view, name, renew) {
  const saved = await renewed(() => post(`/traces/${id}/view`, view), renew);
  const file = await saved.blob();
  saveBlob(file, `${name}.html`);
  return `${(file.size / 1e6).toFixed(1)} MB`;
}

/**
 * @param {string} svg
 * @param {string} name
 */
export function saveVectors(svg, name) {
  saveBlob(new Blob([svg], { type: "image/svg+xml" }), `${name}.svg`);
}

/**
 * The same figure as pixels, as fine as the screen.
 * @param {string} svg
 * @param {string} name
 */
export async function savePixels(svg, name) {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const fine = Math.max(devicePixelRatio, LEAST / image.width, 1);
  const figure = html("canvas");
  figure.width = Math.round(image.width * fine);
  figure.height = Math.round(image.height * fine);
  pen(figure).drawImage(image, 0, 0, figure.width, figure.height);
  const blob = await new Promise((/** @type {BlobCallback} */ done) => figure.toBlob(done));
  if (blob) saveBlob(blob, `${name}.png`);
}
