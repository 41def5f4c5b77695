/** A question of a lesson: the reader guesses first, then the model answers. */

import { sentenceOf } from "../../core/api.js";
import { find, part } from "../../core/dom.js";
import { choiceOf, isNear } from "../../math/judging.js";
import { phrase } from "../../parts/reader/phrase.js";

/**
 * @typedef {{stands: import("../../math/judging.js").Stands[], near: number}} Asked
 */

export class Asking {
  /**
   * @param {HTMLFormElement} form
   * @param {import("./livepart.js").LivePart} live that answers
   * @param {{words: Record<string, string>, onAnswered: () => void}} on
   */
  constructor(form, live, { words, onAnswered }) {
    this.form = form;
    this.live = live;
    this.words = words;
    this.onAnswered = onAnswered;
    /** @type {Asked} */
    this.asked = JSON.parse(form.dataset.asked ?? "{}");
    this.verdict = part(form, "verdict");
    this.answered = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.answer();
    });
    for (const what of live.registered.takes) {
      live.given.reader.on(what, () => this.answered && this.answer());
    }
  }

  /** What the reader has guessed. */
  get guess() {
    return String(new FormData(this.form).get("guess") ?? "").trim();
  }

  async answer() {
    if (!this.guess) return this.say("", phrase(this.words, "guess-first"));
    const { live } = this;
    live.element.hidden = false;
    live.start();
    this.say("waiting", phrase(this.words, "asking"));
    try {
      const { value, words } = await live.answer();
      this.judge(value, words);
      this.answered = true;
      this.onAnswered();
    } catch (error) {
      this.say("", sentenceOf(error));
    }
  }

  /**
   * @param {string | number} value
   * @param {string} said by the part, of what the model did
   */
  judge(value, said) {
    const { stands, near } = this.asked;
    const right = stands.length
      ? choiceOf(stands, value) === Number(this.guess)
      : isNear(this.guess, value, near);
    const state = right ? "right" : "wrong";
    this.say(state, `${phrase(this.words, state)} ${said}`);
    for (const [i, label] of [...this.form.querySelectorAll(".choice")].entries()) {
      label.classList.toggle("model", choiceOf(stands, value) === i);
    }
  }

  /**
   * @param {"" | "waiting" | "right" | "wrong"} state
   * @param {string} sentence
   */
  say(state, sentence) {
    this.form.dataset.state = state;
    this.verdict.textContent = sentence;
    find(this.form, "button").toggleAttribute("disabled", state === "waiting");
  }
}
