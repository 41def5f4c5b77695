/** One live part of a lesson: loaded when it is near, shown again when the reader changes what it takes. */

import { ApiError, isStopped, sentenceOf } from "../../core/api.js";
import { html } from "../../core/dom.js";
import { PartReader } from "../../parts/reader/partreader.js";
import { phrase } from "../../parts/reader/phrase.js";

/**
 * @typedef {Record<string, string | number | boolean | (string | number)[]>} Options
 * @typedef {import("../../parts/reader/reader.js").Taken} Taken
 * @typedef {{takes: Taken[], words: Record<string, string>}} Registered
 * @typedef {{update?: (options: Options) => void}} Shown
 * @typedef {{value: string | number, words: string}} Answer
 * @typedef {object} PartModule
 * @property {(root: HTMLElement, options: Options, reader: PartReader) => Promise<Shown | void>} show
 * @property {(options: Options, reader: PartReader) => Promise<Answer>} [answer]
 */

const OFTEN = 10_000; // milliseconds in which a trace is made again once

export class LivePart {
  /**
   * @param {HTMLElement} element
   * @param {Registered} registered
   * @param {import("../../parts/reader/partreader.js").Given & {words: Record<string, string>}} given
   */
  constructor(element, registered, given) {
    this.element = element;
    this.name = String(element.dataset.live);
    /** @type {Options} */
    this.options = JSON.parse(element.dataset.options ?? "{}");
    this.registered = registered;
    this.given = given;
    this.running = new AbortController();
    /** @type {Shown} */
    this.shown = {};
    this.renewed = 0; // when traces were last made again because the server had let go of them
    this.begun = false;
    for (const what of registered.takes) given.reader.on(what, () => this.begun && this.show());
  }

  /** Shows it, unless it is shown already. */
  async start() {
    if (!this.begun) await this.show();
  }

  async show() {
    this.begun = true;
    this.running.abort();
    const running = new AbortController();
    this.running = running;
    this.state("loading");
    const root = html("div", { class: "live-body coming" });
    this.element.append(root);
    try {
      const shown = await (await this.module()).show(root, { ...this.options }, this.reader(running));
      if (this.running !== running) return root.remove();
      this.shown = shown ?? {};
      this.replace(root);
      this.state("ready");
    } catch (error) {
      root.remove();
      this.failed(error, running);
    }
  }

  /** @returns {Promise<PartModule>} */
  module() {
    return import(`../../parts/learn/${this.name}.js`);
  }

  /** @param {AbortController} running */
  reader(running) {
    const failed = (/** @type {unknown} */ error) => this.failed(error, running);
    return new PartReader(this.given, this.registered.words, running.signal, failed);
  }

  /** @param {HTMLElement} root what is shown from now on */
  replace(root) {
    const { element } = this;
    for (const other of [...element.children]) if (other !== root) other.remove();
    // Below what is in sight, the room that was kept can be given back without a jump.
    if (element.getBoundingClientRect().top > innerHeight) element.classList.add("settled");
    root.classList.remove("coming");
  }

  /**
   * Changes options, by a link of the lesson.
   * @param {Options} change
   */
  async set(change) {
    Object.assign(this.options, change);
    if (!this.begun || !this.shown.update) return this.show();
    this.shown.update({ ...this.options });
  }

  /** What the model says to a question. */
  async answer() {
    const { answer } = await this.module();
    if (!answer) throw new Error(`The part ${this.name} answers no question.`);
    return answer({ ...this.options }, this.reader(this.running));
  }

  /**
   * Says what went wrong in the part's place. What the server has let go of is made again first.
   * @param {unknown} error
   * @param {AbortController} running
   */
  failed(error, running) {
    if (this.running !== running || isStopped(error)) return;
    if (error instanceof ApiError && error.gone && Date.now() - this.renewed > OFTEN) {
      this.renewed = Date.now();
      this.given.reader.forget();
      this.show();
      return;
    }
    const { words } = this.given;
    const again = html("button", { class: "button small", type: "button" }, phrase(words, "again"));
    again.addEventListener("click", () => this.show());
    const sentence = phrase(words, "failed", { part: this.registered.words.title, why: sentenceOf(error) });
    this.replace(
      html("div", { class: "live-body" }, html("p", { class: "problem", role: "alert" }, sentence), again),
    );
    this.state("failed");
  }

  /** @param {"loading" | "ready" | "failed"} state */
  state(state) {
    this.element.dataset.state = state;
    this.element.setAttribute("aria-busy", String(state === "loading"));
  }
}
