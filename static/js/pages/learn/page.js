/**
 * A chapter of the course: its live parts on the reader's photo and sentence, its questions, its links
 * into the studios.
 *
 * @typedef {object} PageData
 * @property {string} slug
 * @property {string} language
 * @property {Record<string, string>} words
 * @property {Record<string, import("./livepart.js").Registered>} parts
 * @property {import("../../schema.js").Sample[]} samples
 * @property {string[]} sentences
 * @property {number} upload_bytes
 * @typedef {import("../../core/shell.js").Shell<PageData>} LearnShell
 */

import { sentenceOf } from "../../core/api.js";
import { byId, find, part } from "../../core/dom.js";
import { boot } from "../../core/shell.js";
import { phrase } from "../../parts/reader/phrase.js";
import { Reader } from "../../parts/reader/reader.js";
import { Asking } from "./asking.js";
import { LivePart } from "./livepart.js";
import { Presenting } from "./presenting.js";
import { note } from "./progress.js";
import { ReaderBar } from "./readerbar.js";
import { StudioLinks } from "./studiolinks.js";

const NEAR = "60% 0px"; // of the window's height below it, a part is loaded already

class Lesson {
  /**
   * @param {LearnShell} shell
   * @param {Reader} reader
   */
  constructor(shell, reader) {
    const { page, tables } = shell;
    this.shell = shell;
    this.given = { reader, tables, language: page.language, words: page.words };
    this.sections = sectionsOf();
    /** @type {Map<Element, LivePart>} */
    this.parts = new Map();
    for (const element of elements("[data-live]")) this.add(element);
    new ReaderBar(reader, shell);
    new StudioLinks(reader, (error) => shell.problem(sentenceOf(error)));
    this.ask();
    this.listenForSetting();
    this.listenForPhotos();
    this.watch();
    const chapters = { before: addressOf("before"), after: addressOf("after") };
    this.presenting = new Presenting(this.sections, chapters, (section) => this.prepare(section));
    byId("print").addEventListener("click", () => this.print());
  }

  /** @param {HTMLElement} element */
  add(element) {
    const registered = this.shell.page.parts[String(element.dataset.live)];
    this.parts.set(element, new LivePart(element, registered, this.given));
  }

  ask() {
    for (const [i, form] of elements("form.question").entries()) {
      const live = this.parts.get(find(/** @type {ParentNode} */ (form.parentNode), "[data-live]"));
      if (!(form instanceof HTMLFormElement) || !live) continue;
      const onAnswered = () => note(this.shell.page.slug, "answered", i);
      new Asking(form, live, { words: this.shell.page.words, onAnswered });
    }
  }

  /** Links of a lesson that set options of the live part in their section. */
  listenForSetting() {
    for (const button of elements("button[data-set]")) {
      button.addEventListener("click", () => {
        const change = new URLSearchParams(button.dataset.set);
        const live = this.liveOf(button, [...change.keys()]);
        live?.set(typed(change, live.options));
        live?.element.scrollIntoView({ block: "nearest" });
      });
    }
  }

  /** Links of a lesson that take a sample as the reader's photo. */
  listenForPhotos() {
    for (const button of elements("button[data-photo]")) {
      button.addEventListener("click", () =>
        this.given.reader.setPhoto({ sample: String(button.dataset.photo) }),
      );
    }
  }

  /**
   * The part in the same section that has some options: the nearest before, else the first.
   * @param {HTMLElement} button
   * @param {string[]} names
   */
  liveOf(button, names) {
    const section = /** @type {HTMLElement} */ (button.closest("section[data-section]"));
    const own = [...this.parts.values()].filter(
      ({ element, options }) => section.contains(element) && names.every((name) => name in options),
    );
    const before = own.filter(
      ({ element }) => element.compareDocumentPosition(button) & Node.DOCUMENT_POSITION_FOLLOWING,
    );
    return before.at(-1) ?? own[0];
  }

  /** Loads what is near, and notes which sections were in sight. */
  watch() {
    const near = new IntersectionObserver(
      (entries) => {
        for (const { isIntersecting, target } of entries) {
          const live = this.parts.get(target);
          if (!isIntersecting || !live || live.element.hidden) continue;
          near.unobserve(target);
          live.start();
        }
      },
      { rootMargin: NEAR },
    );
    const seen = new IntersectionObserver((entries) => {
      for (const { isIntersecting, target } of entries) {
        const number = this.sections.indexOf(/** @type {HTMLElement} */ (target.closest("[data-section]")));
        if (isIntersecting) note(this.shell.page.slug, "seen", number);
      }
    });
    for (const element of this.parts.keys()) near.observe(element);
    [...this.parts.values()][0]?.start(); // it is seen first, on a small screen a little later
    for (const section of this.sections) seen.observe(section.lastElementChild ?? section);
  }

  /**
   * While a section is on the screen, the parts of the next are made ready.
   * @param {HTMLElement} section
   */
  async prepare(section) {
    const next = this.sections[this.sections.indexOf(section) + 1];
    const waiting = [...this.parts.values()].filter(({ element }) => section.contains(element));
    await Promise.allSettled(waiting.filter(({ element }) => !element.hidden).map((live) => live.start()));
    for (const live of this.parts.values()) {
      if (next?.contains(live.element) && !live.element.hidden) live.start();
    }
  }

  /** Prints the chapter with every part as it is now; those that were not seen yet are made first. */
  async print() {
    const button = byId("print", HTMLButtonElement);
    button.disabled = true;
    this.shell.progress(phrase(this.shell.page.words, "printing"));
    const shown = [...this.parts.values()].filter(({ element }) => !element.hidden);
    await Promise.allSettled(shown.map((live) => live.start()));
    this.shell.progress("");
    button.disabled = false;
    print();
  }
}

/**
 * Options of a link, each of the kind that the part has it in.
 * @param {URLSearchParams} change
 * @param {import("./livepart.js").Options} options
 * @returns {import("./livepart.js").Options}
 */
function typed(change, options) {
  const kind = (/** @type {string} */ name, /** @type {string} */ text) => {
    if (typeof options[name] === "number") return Number(text);
    if (typeof options[name] === "boolean") return text === "true";
    return Array.isArray(options[name]) ? text.split(",") : text;
  };
  return Object.fromEntries([...change].map(([name, text]) => [name, kind(name, text)]));
}

/** @param {string} selector */
function elements(selector) {
  return /** @type {HTMLElement[]} */ ([...document.querySelectorAll(selector)]);
}

function sectionsOf() {
  return elements("section[data-section]");
}

/** @param {string} name of a link to another chapter */
function addressOf(name) {
  const link = document.querySelector(`a[data-chapter="${name}"]`);
  return link instanceof HTMLAnchorElement ? link.href : "";
}

/** @param {LearnShell} shell */
async function open(shell) {
  const { samples, sentences } = shell.page;
  const reader = new Reader(samples, sentences);
  await reader.recall();
  new Lesson(shell, reader);
  part(document, "lesson").dataset.state = "ready";
}

boot(open);
