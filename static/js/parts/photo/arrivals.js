/** What a page of one photo does with those that come: the buttons and samples of templates/_intake.html. */

import { byId } from "../../core/dom.js";
import { listenForPhotos, takePhoto, tooLarge } from "../intake.js";

/**
 * @typedef {object} Arriving
 * @property {(file: Blob, note: string) => void} onFile a photo that the server takes
 * @property {(sample: string) => void} onSample
 */

/**
 * @param {import("../../core/shell.js").Shell<{upload_bytes: number}>} shell
 * @param {Arriving} on
 */
export function listenForArrivals(shell, on) {
  const onProblem = (/** @type {string} */ sentence) => shell.problem(sentence);
  const onFile = (/** @type {Blob} */ file, note = "") => {
    const sentence = tooLarge(file, shell.page.upload_bytes);
    if (sentence) onProblem(sentence);
    else on.onFile(file, note);
  };
  listenForPhotos({ onFile, onProblem });
  const dialog = byId("camera", HTMLDialogElement);
  byId("take-photo").addEventListener("click", () => takePhoto(dialog, onFile, onProblem));
  for (const link of sampleLinks()) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return; // a tab or window of its own
      event.preventDefault();
      on.onSample(String(link.dataset.sample));
    });
  }
}

function sampleLinks() {
  return /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-sample]"));
}

/** @param {string} sample the one that is shown */
export function markSample(sample) {
  for (const link of sampleLinks()) {
    if (link.dataset.sample === sample) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

/** The visitor's photo while the server works on it. */
export class Preview {
  /** @param {HTMLImageElement} image */
  constructor(image) {
    this.image = image;
    image.addEventListener("error", () => this.hide()); // no format of this browser's
  }

  /** @param {Blob} file */
  show(file) {
    this.hide();
    this.image.src = URL.createObjectURL(file);
    this.image.hidden = false;
  }

  hide() {
    if (this.image.src.startsWith("blob:")) URL.revokeObjectURL(this.image.src);
    this.image.hidden = true;
    this.image.removeAttribute("src");
  }
}
