/**
 * What a live part is given of the reader, until it is shown again: then the signal is aborted, and
 * whatever the part listens to outside its own element must end with it.
 *
 * @typedef {import("./reader.js").Taken} Taken
 * @typedef {object} Given what the page has for all its parts
 * @property {import("./reader.js").Reader} reader
 * @property {Map<string, Uint8Array>} tables colour tables by their names
 * @property {string} language of the page
 */

import { getPhoto } from "../../core/api.js";
import { openedTrace } from "../photo/opened.js";
import { phrase } from "./phrase.js";

export class PartReader {
  /**
   * @param {Given} given
   * @param {Readonly<Record<string, string>>} texts of the part, in the page's language
   * @param {AbortSignal} signal
   * @param {(error: unknown) => void} failed takes what went wrong after `show` has returned
   */
  constructor({ reader, tables, language }, texts, signal, failed) {
    this.reader = reader;
    this.tables = tables;
    this.language = language;
    this.texts = texts;
    this.signal = signal;
    this.failed = failed;
  }

  photo() {
    return this.reader.photo();
  }

  sentence() {
    return this.reader.sentence();
  }

  /**
   * @param {Taken} what
   * @param {() => void} listener
   */
  on(what, listener) {
    this.reader.on(what, listener, this.signal);
  }

  /**
   * @param {string} [model]
   * @param {import("./reader.js").PhotoOptions} [options]
   */
  traced(model, options) {
    return this.reader.traced(model, options);
  }

  /**
   * @param {string} [model]
   * @param {object} [options]
   */
  translated(model, options) {
    return this.reader.translated(model, options);
  }

  /**
   * @param {string} [model]
   * @param {object} [options]
   */
  read(model, options) {
    return this.reader.read(model, options);
  }

  /**
   * The photo as the model saw it, with its maps: what the image page shows of it.
   * @param {string} [model]
   * @param {import("./reader.js").PhotoOptions} [options]
   */
  async opened(model, options) {
    const trace = await this.traced(model, options);
    const photo = await createImageBitmap(await getPhoto(trace.id, this.signal));
    const sample = this.photo().sample ?? "";
    return openedTrace(trace, photo, { sample, signal: this.signal, onError: this.failed });
  }

  /** Whether the page is dark. */
  get dark() {
    return matchMedia("(prefers-color-scheme: dark)").matches;
  }

  /** Whether nothing may move by itself. */
  get still() {
    return matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  /**
   * A text of the part in the page's language: templates/learn/LANGUAGE/texts/PART.toml.
   * @param {string} key
   * @param {Record<string, string | number>} [values] what stands for {name} in it
   */
  words(key, values) {
    return phrase(this.texts, key, values);
  }

  /**
   * A number as this language writes it.
   * @param {number} value
   * @param {number} [digits] after the point
   */
  number(value, digits = 0) {
    const [least, most] = [digits, digits];
    return value
      .toLocaleString(this.language, { minimumFractionDigits: least, maximumFractionDigits: most })
      .replace("-", "−");
  }
}
