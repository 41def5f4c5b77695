/** Running the models: a request, and what has come of it so far. Of two requests the last one wins. */

import { ApiError, isStopped, sentenceOf } from "../../core/api.js";
import { Growing } from "./growing.js";
import { getTranslation, postAlignment, postSentence, postTranslation, streamed } from "./stream.js";
import { TextTrace } from "./texttrace.js";

/**
 * @typedef {import("../../schema.js").Text} Text
 * @typedef {object} Asked
 * @property {"translate" | "pair" | "force" | "read"} task
 * @property {string} model
 * @property {string} text
 * @property {string} target the given translation, or the second text of a pair that is read
 * @property {number} beam
 * @property {object} [more] fields of the request that the page adds: pins, attention
 * @typedef {object} Entry a sentence; of a paragraph there are several
 * @property {Asked} asked
 * @property {string} text
 * @property {string} id of its trace, "" while there is none
 * @property {string} written its translation, "" while there is none
 * @property {Growing | null} growing while it is being written
 * @property {TextTrace | null} traced
 * @property {import("../../schema.js").Alignment | null} aligned in both directions
 */

export class Session {
  /**
   * @param {{changed: () => void, began: (same: boolean) => void, problem: (sentence: string) => void,
   *   progress: (sentence: string) => void}} on
   */
  constructor(on) {
    this.on = on;
    /** @type {Entry[]} */
    this.entries = [];
    /** @type {Asked | null} */
    this.asked = null;
    this.writing = false;
    this.complete = false; // whether all of what was asked for is there
    this.same = false; // whether the texts are those of the request before
    this.lost = 0; // traces in a row that were gone
    this.running = new AbortController();
    window.addEventListener("pagehide", () => this.stop());
  }

  /** Stops what is being written; the server stops with it. */
  stop() {
    this.running.abort();
    this.writing = false;
    this.on.progress("");
  }

  /** @param {Asked} asked */
  async run(asked) {
    this.running.abort();
    const running = new AbortController();
    this.running = running;
    this.writing = true;
    this.complete = false;
    this.same = asksAlike(asked, this.asked);
    this.asked = asked;
    this.on.problem("");
    this.on.progress(asked.task === "read" ? "Reading" : "Translating");
    try {
      await this[asked.task](asked, running.signal);
      if (this.running === running) this.complete = !running.signal.aborted;
    } catch (error) {
      if (this.running === running) this.failed(error);
    }
    if (this.running !== running) return;
    this.writing = false;
    this.on.progress("");
    this.on.changed();
  }

  /** @param {unknown} error */
  failed(error) {
    if (isStopped(error)) return;
    const gone = error instanceof ApiError && error.gone;
    this.lost = gone ? this.lost + 1 : 0;
    if (gone && this.asked && this.lost < 3)
      this.run(this.asked); // it has expired
    else this.on.problem(sentenceOf(error));
  }

  /** @param {number} seconds */
  waits(seconds) {
    this.on.progress(`The server is busy; trying again in ${seconds} s`);
  }

  /**
   * @param {Asked} asked
   * @param {AbortSignal} signal
   */
  async translate(asked, signal) {
    if (asked.beam > 1) return this.search(asked, signal);
    const body = { text: asked.text, model: asked.model, ...asked.more };
    for await (const { name, data } of streamed(body, signal, (seconds) => this.waits(seconds))) {
      if (signal.aborted) return;
      if (name === "sentence") {
        if (data.sentence === 0) this.begin();
        this.entries.push({ ...entry(asked, data.source.text), growing: new Growing(data.source) });
      } else if (name === "step") this.entries[data.sentence].growing?.add(data);
      else this.entries[this.entries.length - 1] = this.kept(asked, data);
      this.on.changed();
    }
  }

  /**
   * Beam search is not streamed: its tree is there at the end.
   * @param {Asked} asked
   * @param {AbortSignal} signal
   */
  async search(asked, signal) {
    const { text, model, beam, more } = asked;
    const trace = await postTranslation({ text, model, beam, ...more }, signal, (seconds) =>
      this.waits(seconds),
    );
    this.begin();
    this.entries = trace.paragraph.map(({ id, source, target }) => ({
      ...entry(asked, source),
      id,
      written: target,
    }));
    this.entries[0] = this.kept(asked, trace);
    this.on.changed();
  }

  /**
   * @param {Asked} asked
   * @param {AbortSignal} signal
   */
  async pair(asked, signal) {
    const { text, target, model } = asked;
    const body = { text, target, model };
    const [trace, aligned] = await Promise.all([
      postTranslation(body, signal, (seconds) => this.waits(seconds)),
      postAlignment(body, signal).catch((error) => {
        if (error instanceof ApiError && error.status === 422) return null; // it has no alignment
        throw error;
      }),
    ]);
    this.begin();
    this.entries = [{ ...this.kept(asked, trace), aligned }];
    this.on.changed();
  }

  /**
   * Teacher forcing alone, without alignment in both directions.
   * @param {Asked} asked
   * @param {AbortSignal} signal
   */
  async force(asked, signal) {
    const { text, target, model, more } = asked;
    const trace = await postTranslation({ text, target, model, ...more }, signal, (seconds) =>
      this.waits(seconds),
    );
    this.begin();
    this.entries = [this.kept(asked, trace)];
    this.on.changed();
  }

  /**
   * @param {Asked} asked
   * @param {AbortSignal} signal
   */
  async read(asked, signal) {
    const { text, target, model } = asked;
    const body = { text, model, ...(target.trim() ? { pair: target } : {}) };
    const trace = await postSentence(body, signal, (seconds) => this.waits(seconds));
    this.begin();
    this.entries = [this.kept(asked, trace)];
    this.on.changed();
  }

  begin() {
    if (this.writing) this.on.progress(this.asked?.task === "read" ? "Reading" : "Translating"); // and waits no more
    this.entries = [];
    this.on.began(this.same);
  }

  /**
   * The trace of a sentence that is only named so far.
   * @param {Entry} found
   */
  async open(found) {
    if (found.traced || !found.id || found.growing) return;
    const { signal } = this.running;
    try {
      const traced = this.kept(found.asked, await getTranslation(found.id, signal));
      const at = this.entries.indexOf(found);
      if (at >= 0) this.entries[at] = traced;
      this.on.changed();
    } catch (error) {
      this.failed(error);
    }
  }

  /**
   * The translation of all sentences of a text; "" where it is not that of the text, or not all there.
   * @param {string} text
   */
  written(text) {
    if (!this.complete || this.asked?.text !== text) return "";
    return translationOf(text, this.entries);
  }

  /**
   * @param {Asked} asked
   * @param {import("./texttrace.js").AnyTrace} trace
   * @returns {Entry}
   */
  kept(asked, trace) {
    const traced = new TextTrace(trace, (error) => this.failed(error));
    traced.onload = () => {
      this.lost = 0;
      this.on.changed();
    };
    const [{ text }, written] = "text" in trace ? [trace.text, ""] : [trace.source, trace.target.text];
    return { ...entry(asked, text), id: trace.id, written, traced };
  }
}

/**
 * The translations of a text's sentences as one text: what parts the sentences (a space, a line) parts
 * them too. "" where one has none.
 * @param {string} text
 * @param {{text: string, written: string}[]} sentences in their order
 */
export function translationOf(text, sentences) {
  if (!sentences.every(({ written }) => written)) return "";
  let end = 0;
  const parts = sentences.map(({ text: sentence, written }) => {
    const start = text.indexOf(sentence, end);
    const between = text.slice(end, Math.max(end, start));
    if (start >= 0) end = start + sentence.length;
    return (between.trim() || !between ? " " : between) + written;
  });
  return parts.join("").trim();
}

/**
 * @param {Asked} asked
 * @param {Asked | null} before
 */
function asksAlike(asked, before) {
  return asked.text === before?.text && asked.target === before.target && asked.task === before.task;
}

/**
 * @param {Asked} asked
 * @param {string} text
 * @returns {Entry}
 */
function entry(asked, text) {
  return { asked, text, id: "", written: "", growing: null, traced: null, aligned: null };
}
