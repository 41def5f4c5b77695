/** Saving files and copying text: what every page's takeaways share. */

import { sentenceOf } from "../../core/api.js";
import { html } from "../../core/dom.js";

/**
 * @typedef {object} Takeaways actions by the names of buttons; a copied one returns the text
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
      if (dataset.take) await take[dataset.take]();
      const text = dataset.copy ? await copy[dataset.copy]() : undefined;
      if (text !== undefined) say(await copied(text));
    } catch (error) {
      say(sentenceOf(error));
    }
  });
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
 * @param {string} href
 * @param {string} name
 */
export function save(href, name) {
  html("a", { href, download: name }).click();
}
