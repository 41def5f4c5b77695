/**
 * The models and examples of the sentence page: those that a task has. No page.
 *
 * @typedef {import("./view.js").View} View
 * @typedef {import("../../core/fragment.js").Texts} Texts
 * @typedef {{name: string, title: string, task: "translation" | "sentence", languages: string[] | null,
 *   reverse: string | null, aligner: {site: string, head: number} | null, default: boolean,
 *   fetched: boolean}} Model
 * @typedef {{title: string, language: string, task: string, text: string, target: string}} Example
 * @typedef {{models: Model[], examples: Example[]}} Catalog what the server put into the page
 */

import { foreignHint, languageName } from "../../parts/text/foreign.js";

/**
 * All models of a task, fetched or not.
 * @param {Catalog} catalog
 * @param {View["task"]} task
 */
export function modelsOf({ models }, task) {
  const kind = task === "read" ? "sentence" : "translation";
  return models.filter((model) => model.task === kind);
}

/**
 * The model that a view names, else the default of its task.
 * @param {Catalog} catalog
 * @param {Pick<View, "task" | "model">} view
 * @returns {Model | null}
 */
export function modelOf(catalog, { task, model: name }) {
  const models = modelsOf(catalog, task).filter((model) => model.fetched);
  const named = models.find((model) => model.name === name);
  return named ?? models.find((model) => model.default) ?? models[0] ?? null;
}

/**
 * The examples of a task in a model's language.
 * @param {Catalog} catalog
 * @param {View["task"]} task
 * @param {Model | null} model
 */
export function examplesOf({ examples }, task, model) {
  const language = model?.languages?.[0] ?? "en";
  const fits = (/** @type {Example} */ example) =>
    task === "pair" ? Boolean(example.target) : !example.task || example.task === task;
  return examples.filter((example) => example.language === language && fits(example));
}

/**
 * The texts of an example: its translation too, where the task wants one.
 * @param {Example} example
 * @param {View["task"]} task
 */
export function textsOf({ text, target }, task) {
  return { text, target: task === "pair" ? target : "" };
}

/**
 * The texts after another task or language: an example of another language gives way to the first that
 * fits, and one that fits gets what it lacks. Texts of the visitor's own stay.
 * @param {Texts} texts
 * @param {View["task"]} task
 * @param {Example[]} examples those of the task and the language
 * @param {Example[]} all
 * @returns {Texts}
 */
export function fitting({ text, target }, task, examples, all) {
  const is = (/** @type {Example} */ example) => example.text === text;
  const known = examples.find(is);
  if (known) return { text, target: secondOf(known, target, task, all) };
  const [first] = examples;
  const misfit = !text.trim() || all.some(is);
  return misfit && first ? textsOf(first, task) : { text, target };
}

/**
 * The second text beside an example: the visitor's own, else what the task wants.
 * @param {Example} example
 * @param {string} target
 * @param {View["task"]} task
 * @param {Example[]} all
 */
function secondOf(example, target, task, all) {
  const own = target.trim() && !all.some((each) => each.target === target);
  return own || task === "translate" ? target : textsOf(example, task).target;
}

/**
 * The name of the language of a model's source (0) or target (1); "" where it has none.
 * @param {Model | null} model
 * @param {number} side
 */
export function languageOf(model, side) {
  const code = model?.languages?.[side];
  return code ? languageName(code) : "";
}

/**
 * What is said where a text seems to be in another language than the model's, and who reads that one.
 * @param {Catalog} catalog
 * @param {View["task"]} task
 * @param {Model | null} model
 * @param {Texts} texts
 * @returns {{said: string, reader: Model | null}} "" where there is nothing to say
 */
export function hintOf(catalog, task, model, { text, target }) {
  const [reads = "", writes = ""] = model?.languages ?? [];
  const source = foreignHint(text, reads, "This", "the model reads");
  const second = task === "pair" ? foreignHint(target, writes, "The translation", "the model writes") : null;
  const models = modelsOf(catalog, task).filter(({ fetched }) => fetched);
  const reader = source && models.find(({ languages }) => languages?.[0] === source.language);
  return { said: (source ?? second)?.said ?? "", reader: reader ?? null };
}
