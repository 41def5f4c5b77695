/** What the model makes of the text while it is typed: its tokens, long before it runs. */

import { isStopped } from "../../core/api.js";
import { byId, html } from "../../core/dom.js";
import { tokenLabel } from "../../math/words.js";
import { postTokens } from "../../parts/text/stream.js";

/** @typedef {import("../../schema.js").Text} Text */

const SHOWN = 160; // tokens under the field; the rest is counted

export class TokenRow {
  /** @param {(error: unknown) => void} onProblem */
  constructor(onProblem) {
    this.onProblem = onProblem;
    this.asking = new AbortController();
  }

  /**
   * @param {string} text
   * @param {string} model "" where there is none
   */
  async show(text, model) {
    this.asking.abort();
    const asking = new AbortController();
    this.asking = asking;
    if (!text.trim() || !model) {
      drawTokens([]);
      return;
    }
    try {
      const { sentences } = await postTokens({ text, model }, asking.signal);
      if (this.asking === asking) drawTokens(sentences);
    } catch (error) {
      if (this.asking !== asking || isStopped(error)) return;
      drawTokens([]); // what stood there was of another text
      this.onProblem(error);
    }
  }
}

/** @param {Text[]} sentences */
function drawTokens(sentences) {
  const tokens = sentences.flatMap((sentence) => sentence.tokens);
  byId("tokens").replaceChildren(...tokens.slice(0, SHOWN).map(chip));
  byId("count").textContent = tokens.length ? counted(tokens.length, sentences) : "";
  byId("notes").textContent = [...new Set(sentences.flatMap((sentence) => sentence.notes))].join(" ");
}

/** @param {import("../../schema.js").Token} token */
function chip({ text, special, unknown }) {
  const kind = special ? "chip special" : unknown ? "chip unknown" : "chip";
  return html("span", { class: kind, ...(special ? { dir: "ltr" } : {}) }, tokenLabel(text));
}

/**
 * @param {number} tokens
 * @param {Text[]} sentences
 */
function counted(tokens, sentences) {
  const words = sentences.flatMap((sentence) => sentence.words).filter((word) => !word.special);
  const several = sentences.length > 1 ? `, ${sentences.length} sentences` : "";
  return `${tokens} tokens, ${words.length} words${several}`;
}
