/**
 * What is looked at on the sentence page, and how. It lives in the link: choices in the query, texts
 * in the fragment, which no browser sends to a server.
 *
 * @typedef {object} View
 * @property {"translate" | "pair" | "read"} task
 * @property {string} model a model's name, or "" for the task's default
 * @property {"token" | "word"} level
 * @property {"matrix" | "ribbons"} view
 * @property {string} site a site's name, "" for the aligner's, "both" for both directions together
 * @property {string} head a number, "mean" or "max"; "" for the aligner's
 * @property {number} query a token that is looked from; -1 for none
 * @property {number} step a decoding step, from 1; 0 shows all
 * @property {number} threshold percent
 * @property {"matrix" | "one"} scale
 * @property {"paper" | "viridis" | "inferno" | "vik" | "grey"} colormap
 * @property {boolean} fit whether the whole matrix must be in sight
 * @property {number} beam width of the search; 1 is greedy
 * @property {number} part the sentence of a paragraph, from 0
 * @property {string} steps how far query, key and value are open: a query-key-value step, 1 to 8, "all", or ""
 *   for not
 */

import { TEXT_LOOK } from "../../parts/text/textlook.js";

/** @type {import("../../core/store.js").Fields<View>} */
export const FIELDS = {
  defaults: Object.freeze({
    task: "translate",
    model: "",
    ...TEXT_LOOK,
    beam: 1,
    part: 0,
    steps: "",
  }),
  allowed: {
    task: /^(translate|pair|read)$/,
    model: /^[a-z0-9.-]{0,80}$/,
    level: /^(token|word)$/,
    view: /^(matrix|ribbons)$/,
    site: /^[a-z0-9_.]{0,60}$/,
    head: /^(mean|max|\d{1,3}|)$/,
    query: [-1, 511],
    step: [0, 1600],
    threshold: [1, 100],
    scale: /^(matrix|one)$/,
    colormap: /^(paper|viridis|inferno|vik|grey)$/,
    beam: [1, 8],
    part: [0, 63],
    steps: /^([1-8]|all)?$/,
  },
};
