/**
 * The reader of the course: a photo and a sentence, carried from chapter to chapter, and the traces
 * that models left of them. Nothing of it is in an address, and it leaves the browser to be traced alone.
 *
 * @typedef {import("../../core/api.js").ImageTrace} ImageTrace
 * @typedef {import("../../schema.js").TranslationTrace} TranslationTrace
 * @typedef {import("../../schema.js").SentenceTrace} SentenceTrace
 * @typedef {import("../../schema.js").Sample} Sample
 * @typedef {object} ReaderPhoto
 * @property {Blob | null} blob null of a sample, which the server has
 * @property {string} name
 * @property {string | null} sample
 * @property {string} url to draw it from
 * @typedef {"photo" | "sentence"} Taken
 * @typedef {{resolution?: number, intervention?: import("../../math/intervention.js").Intervention | null}} PhotoOptions
 */

import { postTrace } from "../../core/api.js";
import { postSentence, postTranslation } from "../text/stream.js";
import { keep, recall } from "./keeping.js";

export const RESOLUTION = 448;
const SOON = 60_000; // milliseconds before it expires, a trace is made again

export class Reader {
  /**
   * @param {readonly Sample[]} samples the first is shown until a photo is chosen
   * @param {readonly string[]} sentences likewise
   */
  constructor(samples, sentences) {
    this.samples = samples;
    this.sentences = sentences;
    this.shown = ofSample(samples[0]);
    this.text = sentences[0] ?? "";
    /** @type {Map<string, Promise<{expires_at: string}>>} traces by what was asked for */
    this.made = new Map();
    this.events = new EventTarget();
    this.kept = true; // whether the browser keeps what is chosen
  }

  /** What this browser has kept of an earlier visit, or of another chapter. */
  async recall() {
    const [photo, sentence] = await Promise.all([recall("photo"), recall("sentence")]);
    const sample = this.samples.find(({ name }) => name === photo?.sample);
    if (sample) this.shown = ofSample(sample);
    else if (photo?.blob instanceof Blob) this.shown = ofBlob(photo.blob, String(photo.name));
    if (typeof sentence === "string" && sentence.trim()) this.text = sentence;
  }

  photo() {
    return this.shown;
  }

  sentence() {
    return this.text;
  }

  /**
   * @param {Taken} what has been changed by the reader
   * @param {() => void} listener
   * @param {AbortSignal} [signal]
   */
  on(what, listener, signal) {
    this.events.addEventListener(what, listener, { signal });
  }

  /** @param {{sample: string} | {blob: Blob, name: string}} chosen */
  async setPhoto(chosen) {
    const sample = "sample" in chosen && this.samples.find(({ name }) => name === chosen.sample);
    if (!sample && !("blob" in chosen)) return;
    if (this.shown.blob) URL.revokeObjectURL(this.shown.url);
    this.shown =
      "blob" in chosen ? ofBlob(chosen.blob, chosen.name) : ofSample(/** @type {Sample} */ (sample));
    const { blob, name } = this.shown;
    this.changed("photo");
    this.kept = await keep("photo", blob ? { blob, name } : { sample: this.shown.sample });
  }

  /** @param {string} text */
  async setSentence(text) {
    if (!text.trim() || text === this.text) return;
    this.text = text;
    this.changed("sentence");
    this.kept = await keep("sentence", text);
  }

  /** @param {Taken} what */
  changed(what) {
    this.forget();
    this.events.dispatchEvent(new Event(what));
  }

  /** Lets go of all traces: the server has, or they are of another photo or sentence. */
  forget() {
    this.made.clear();
  }

  /** What the server is sent. @returns {import("../../core/api.js").Source} */
  source() {
    const { blob, sample } = this.shown;
    return blob ? { file: blob } : { sample: String(sample) };
  }

  /**
   * The trace of the photo, made once for a model and its options; made again when it has expired.
   * @param {string} model by its name, "" for the usual one
   * @param {PhotoOptions} [options]
   * @returns {Promise<ImageTrace>}
   */
  traced(model = "", { resolution = RESOLUTION, intervention = null } = {}) {
    const asked = { model, resolution, intervention };
    return this.once(["photo", asked], () => postTrace(this.source(), asked));
  }

  /**
   * The sentence, translated.
   * @param {string} [model]
   * @param {object} [options] others of a TranslationRequest
   * @returns {Promise<TranslationTrace>}
   */
  translated(model = "", options = {}) {
    const body = { text: this.text, ...(model && { model }), ...options };
    return this.once(["translation", body], () => postTranslation(body));
  }

  /**
   * The sentence, read by a model of one language.
   * @param {string} [model]
   * @param {object} [options] others of a SentenceRequest
   * @returns {Promise<SentenceTrace>}
   */
  read(model = "", options = {}) {
    const body = { text: this.text, ...(model && { model }), ...options };
    return this.once(["reading", body], () => postSentence(body));
  }

  /**
   * @template {{expires_at: string}} Trace
   * @param {unknown} asked
   * @param {() => Promise<Trace>} make
   * @returns {Promise<Trace>}
   */
  async once(asked, make) {
    const key = JSON.stringify(asked);
    const known = /** @type {Promise<Trace> | undefined} */ (this.made.get(key));
    const trace = await known?.catch(() => undefined);
    if (trace && Date.parse(trace.expires_at) - Date.now() > SOON) return trace;
    const again = this.made.get(key);
    if (again && again !== known) return /** @type {Promise<Trace>} */ (again); // another has begun it
    const making = make();
    this.made.set(key, making);
    making.catch(() => this.made.get(key) === making && this.made.delete(key));
    return making;
  }
}

/**
 * @param {Sample} sample
 * @returns {ReaderPhoto}
 */
function ofSample({ name, title, url }) {
  return { blob: null, name: title, sample: name, url };
}

/**
 * @param {Blob} blob
 * @param {string} name
 * @returns {ReaderPhoto}
 */
function ofBlob(blob, name) {
  return { blob, name, sample: null, url: URL.createObjectURL(blob) };
}
