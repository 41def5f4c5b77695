/**
 * The models and examples of the sentence page: those that a task has. No page.
 *
 * @typedef {import("./view.js").View} View
 * @typedef {{name: string, title: string, task: "translation" | "sentence", languages: string[] | null,
 *   reverse: string | null, aligner: {site: string, head: number} | null, default: boolean,
 *   fetched: boolean}} Model
 * @typedef {{title: string, language: string, task: string, text: string, target: string}} Example
 * @typedef {{models: Model[], examples: Example[]}} Catalog what the server put into the page
 */

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
 * The name of the language of a model's source (0) or target (1); "" where it has none.
 * @param {Model | null} model
 * @param {number} side
 */
export function languageOf(model, side) {
  const code = model?.languages?.[side];
  return code ? (new Intl.DisplayNames(["en"], { type: "language" }).of(code) ?? "") : "";
}
