/** What is said of a text that seems to be in another language than a model was trained on. */

import { foreignLanguage } from "../../math/language.js";

/** @param {string} code of a language */
export function languageName(code) {
  return new Intl.DisplayNames(["en"], { type: "language" }).of(code) ?? code;
}

/**
 * @param {string} text
 * @param {string} expected code of the language; "" where any will do
 * @param {string} what "This", "The translation"
 * @param {string} model what the model does with its language: "this model reads"
 * @returns {{language: string, said: string} | null} null where nothing is to be said
 */
export function foreignHint(text, expected, what, model) {
  const language = expected && foreignLanguage(text, expected);
  if (!language) return null;
  const said = `${what} looks like ${languageName(language)}; ${model} ${languageName(expected)}.`;
  return { language, said };
}
