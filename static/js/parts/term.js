/**
 * Words explained where they stand, on hover, focus and touch. The server marks them and puts what
 * they mean at the page's end (app/pages/glossary.py), each a popover that its word opens by itself,
 * scripts or none; here it comes without a click too, and stands beside its word.
 */

import { html } from "../core/dom.js";
import { beside } from "../math/geometry.js";

const REST = 120; // milliseconds that a pointer rests on a word before it is explained
const GRACE = 200; // milliseconds to go from a word to what explains it

/**
 * A word that a script writes, marked. The server finds these calls in a page's scripts by their
 * first argument, so that it has to be the name itself, as the glossary has it.
 * @param {string} name
 * @param {string} text the word as it stands here
 * @returns {HTMLElement | string} the word alone where nothing explains it
 */
export function term(name, text) {
  const id = `term-${name}`;
  if (!document.getElementById(id)) return text;
  return html("button", { type: "button", class: "term", popovertarget: id, "aria-describedby": id }, text);
}

/** Listens for all words of the page, those that are yet to come too. */
export function explainTerms() {
  const explainer = new Explainer();
  document.addEventListener("pointerover", (event) => explainer.over(event));
  document.addEventListener("focusin", ({ target }) => explainer.focus(wordOf(target)));
  document.addEventListener("focusout", ({ target }) => wordOf(target) && explainer.close());
  document.addEventListener("click", (event) => explainer.press(event));
  document.addEventListener("keydown", (event) => explainer.key(event), { capture: true });
  document.addEventListener("toggle", (event) => explainer.toggled(event), { capture: true });
  window.addEventListener("scroll", () => explainer.place(), { capture: true, passive: true });
  window.addEventListener("resize", () => explainer.place());
}

class Explainer {
  constructor() {
    /** @type {HTMLButtonElement | null} the word that is explained */
    this.word = null;
    this.pressed = false;
    this.timer = 0;
  }

  /** @type {HTMLElement | null} */
  get explained() {
    return this.word && explanationOf(this.word);
  }

  /** @param {PointerEvent} event of a pointer that can rest: a finger presses */
  over({ target, pointerType }) {
    if (pointerType === "touch" || this.pressed) return;
    clearTimeout(this.timer);
    const word = wordOf(target);
    if (word && word !== this.word) this.timer = window.setTimeout(() => this.open(word), REST);
    else if (!word && !this.explained?.contains(/** @type {Node} */ (target)))
      this.timer = window.setTimeout(() => this.close(), GRACE);
  }

  /** @param {HTMLButtonElement | null} word that the keyboard came to */
  focus(word) {
    if (word?.matches(":focus-visible")) this.open(word);
  }

  /** @param {MouseEvent} event on a word: it stays explained until it is pressed again */
  press(event) {
    const word = wordOf(event.target);
    if (!word) return;
    event.preventDefault(); // of a label around it
    const again = this.pressed && word === this.word;
    this.close();
    if (again) return;
    this.open(word);
    this.pressed = true;
  }

  /** @param {KeyboardEvent} event Escape leaves this alone, and nothing that lies under it */
  key(event) {
    if (event.key !== "Escape" || !this.word) return;
    event.stopPropagation();
    this.close();
  }

  /** @param {Event} event of a popover that the browser closed: something else was pressed */
  toggled({ target }) {
    if (target === this.explained && !this.explained?.matches(":popover-open")) this.forget();
  }

  /** @param {HTMLButtonElement} word */
  open(word) {
    this.close();
    const explained = explanationOf(word);
    if (!explained || !word.isConnected) return;
    explained.showPopover();
    this.word = word;
    this.place();
  }

  close() {
    const { explained } = this;
    this.forget();
    explained?.hidePopover();
  }

  forget() {
    clearTimeout(this.timer);
    this.word = null;
    this.pressed = false;
  }

  /** Over or under its word, and never on it. */
  place() {
    const { word, explained } = this;
    if (!word || !explained) return;
    const window = { width: document.documentElement.clientWidth, height: innerHeight };
    const box = word.getBoundingClientRect();
    if (box.bottom < 0 || box.top > window.height) return this.close(); // it was scrolled away
    const { left, top } = beside(box, explained.getBoundingClientRect(), window);
    Object.assign(explained.style, { inset: "auto", margin: "0", left: `${left}px`, top: `${top}px` });
  }
}

/**
 * @param {EventTarget | null} target
 * @returns {HTMLButtonElement | null}
 */
function wordOf(target) {
  return target instanceof Element ? target.closest("button.term") : null;
}

/** @param {HTMLButtonElement} word */
function explanationOf(word) {
  return document.getElementById(word.getAttribute("popovertarget") ?? "");
}
