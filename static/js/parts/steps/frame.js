/** What stands around the numbers: the choices, the row of query-key-value steps, the places to fill. */

import { html } from "../../core/dom.js";
import { siteName } from "../sitenames.js";
import { NAMES } from "./formulas.js";
import { formula } from "./mathml.js";

/**
 * @typedef {import("../../schema.js").Site} Site
 * @typedef {ReturnType<typeof frame>} Frame
 */

const button = (/** @type {string} */ text, more = "") =>
  html("button", { type: "button", class: `button small ${more}`.trim() }, text);

/** The panel, empty, and its parts by name. */
export function frame() {
  const title = html(
    "h2",
    { id: "steps-title", tabindex: "-1" },
    "Query, key, value ",
    html("span", { class: "quiet" }, "step by step"),
  );
  const choices = html("div", { class: "steps-choices" });
  const close = button("Close");
  const note = html("p", { class: "quiet" });
  const problem = html("p", { class: "problem", role: "alert", hidden: "" });
  const back = button("Previous");
  const on = button("Next", "primary");
  const all = button("All at once", "steps-all");
  const numbers = html("ol", { class: "steps-numbers" }, ...NAMES.map(stepItem));
  const walk = html(
    "nav",
    { class: "steps-walk", "aria-label": "Steps" },
    numbers,
    html("div", { class: "steps-turn" }, back, on),
  );
  const explained = html("ol", { class: "steps-explained" });
  const table = html("div", {
    class: "scroll",
    tabindex: "0",
    role: "region",
    "aria-label": "Keys, scores, weights and values",
  });
  const under = html("div", { class: "steps-under" });
  const products = html("figure", { class: "steps-products" });
  const outputs = html("figure", { class: "steps-outputs" });
  const said = html("p", { class: "visually-hidden", "aria-live": "polite" });
  const tip = html("div", { class: "steps-tip", "aria-hidden": "true", hidden: "" });
  const body = html("div", { class: "steps-body" }, walk, explained, table, under, products, outputs);
  const root = html(
    "section",
    { class: "steps", "aria-labelledby": "steps-title" },
    html("header", { class: "steps-head" }, title, choices, all, close),
    note,
    problem,
    body,
    said,
    tip,
  );
  return {
    root,
    title,
    choices,
    close,
    note,
    problem,
    back,
    on,
    all,
    numbers,
    explained,
    table,
    under,
    products,
    outputs,
    said,
    tip,
    body,
  };
}

/**
 * @param {string} name
 * @param {number} i
 */
function stepItem(name, i) {
  const number = html("span", { class: "steps-number" }, String(i + 1));
  return html(
    "li",
    {},
    html(
      "button",
      { type: "button", "data-step": String(i + 1) },
      number,
      html("span", { class: "step-name" }, name),
    ),
  );
}

/**
 * A labelled select.
 * @param {string} label
 * @param {[value: string, text: string][]} options
 * @param {string} chosen
 * @param {(value: string) => void} onChange
 */
function choice(label, options, chosen, onChange) {
  const select = html(
    "select",
    { name: label.toLowerCase() },
    ...options.map(([value, text]) => html("option", { value }, text)),
  );
  select.value = chosen;
  select.addEventListener("change", () => onChange(select.value));
  return html("label", {}, `${label} `, select);
}

/**
 * The panel's choices: a site where there are several, a head, and of a text a query.
 * @param {import("./steps.js").Choice} now
 * @param {Site[]} sites
 * @param {string[]} queries names of the queries, none where they are chosen on the picture
 * @param {(change: Partial<import("./steps.js").Choice>) => void} onChange
 */
export function choices(now, sites, queries, onChange) {
  const site = sites.find((each) => each.name === now.site) ?? sites[0];
  const heads = Array.from({ length: site.heads }, (_, i) => pair(i, `head ${i}`));
  const made = [choice("Head", heads, String(now.head), (head) => onChange({ head: Number(head) }))];
  if (sites.length > 1) {
    const named = sites.map((each) => pair(each.name, siteName(each, sites)));
    made.unshift(choice("Site", named, site.name, (name) => onChange({ site: name })));
  }
  if (queries.length) {
    const tokens = queries.map((name, i) => pair(i, name));
    const query = typeof now.query === "number" ? now.query : 0;
    made.push(choice("Query", tokens, String(query), (token) => onChange({ query: Number(token) })));
  }
  return made;
}

const pair = (/** @type {string | number} */ value, /** @type {string} */ text) =>
  /** @type {[string, string]} */ ([String(value), text]);

/**
 * A step's name, what happens in it, and its formula, first in symbols and then in numbers.
 * @param {import("./formulas.js").Explained} step
 * @param {number} number
 */
export function explanation({ name, says, symbols, numbers }, number) {
  const title = html("h3", {}, html("span", { class: "steps-number" }, String(number)), ` ${name}`);
  return html(
    "li",
    { "data-step": String(number) },
    html("div", {}, title, html("p", {}, says)),
    html(
      "div",
      { class: "steps-formula", role: "group", "aria-label": "Formula" },
      formula(symbols),
      formula(numbers),
    ),
  );
}
