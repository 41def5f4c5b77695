/** A map of methods by kind and year. What is on it stands in the lesson. */

import { html } from "../../core/dom.js";

/**
 * @typedef {import("../reader/partreader.js").PartReader} PartReader
 * @typedef {{kind: string, year: number, name: string, paper: string, model: string}} Method
 */

/**
 * @param {string} line of a lesson
 * @returns {Method}
 */
function methodOf(line) {
  const [kind = "", year = "", name = "", paper = "", model = ""] = line
    .split(";")
    .map((each) => each.trim());
  return { kind, year: Number(year), name, paper, model };
}

/**
 * @param {Method} method
 * @param {number} first year
 * @param {PartReader} reader
 */
function entry({ year, name, paper, model }, first, reader) {
  const item = html("li", { class: model ? "runs" : "" }, html("a", { href: paper }, name), ` ${year}`);
  if (model) {
    const card = {
      href: `/models#${model}`,
      class: "runs-here",
      "aria-label": reader.words("card", { name }),
    };
    item.append(" ", html("a", card, reader.words("here")));
  }
  item.style.setProperty("--year", String(year - first + 1));
  return item;
}

/**
 * @param {HTMLElement} root
 * @param {{methods: string[]}} options
 * @param {PartReader} reader
 */
export async function show(root, options, reader) {
  const methods = options.methods.map(methodOf);
  const years = methods.map(({ year }) => year);
  const first = Math.min(...years);
  const rows = [...new Set(methods.map(({ kind }) => kind))].map((kind) => {
    const own = methods.filter((method) => method.kind === kind);
    const list = html("ul", {}, ...own.map((method) => entry(method, first, reader)));
    list.style.setProperty("--years", String(Math.max(...years) - first + 1));
    return html("section", { class: "methods-row" }, html("h3", {}, kind), list);
  });
  root.append(html("div", { class: "methods" }, ...rows));
}
