/**
 * A translation while it is being written: what the stream has said so far, as a text and a matrix.
 *
 * @typedef {import("../../schema.js").Text} Text
 * @typedef {import("../../schema.js").StreamStep} StreamStep
 */

export class Growing {
  /** @param {Text} source */
  constructor(source) {
    this.source = source;
    /** @type {import("../../schema.js").DecodingStep[]} */
    this.steps = [];
    /** @type {number[][]} */
    this.rows = []; // none where the model has no weights over the source
    /** @type {import("../../schema.js").Token[]} */
    this.tokens = [];
    this.text = "";
  }

  /** @param {StreamStep} said */
  add({ text, step, alignment }) {
    const start = [...this.text].length;
    const kept = text.startsWith(this.text);
    const surface = kept ? text.slice(this.text.length) : "";
    const end = start + [...surface].length;
    // What spells nothing when it is written is the end, or a part of a character.
    const special = surface === "";
    const { id, text: piece } = step.token;
    this.tokens.push({ id, text: piece, surface, start, end, special, unknown: false });
    if (kept) this.text = text;
    this.steps.push(step);
    if (alignment) this.rows.push(alignment);
  }

  /**
   * The target so far. What a word is can be said only at the end: until then each token is one.
   * @returns {Text}
   */
  target() {
    const words = this.tokens.map(({ text, surface, start, end, special }, i) => {
      const lead = [...surface].length - [...surface.trimStart()].length;
      return { text: surface.trim() || text, start: start + lead, end, first: i, last: i + 1, special };
    });
    return { text: this.text, tokens: this.tokens, words, notes: [], second: null };
  }

  /** The aligner's weights so far (target, source), or null where the model has none. */
  weights() {
    return this.rows[0]?.length ? Float32Array.from(this.rows.flat()) : null;
  }
}
