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
  const { head, ...heading } = headOf();
  const { walk, ...walking } = walkOf();
  const { body, ...filled } = bodyOf(walk);
  const note = html("p", { class: "quiet" });
  const problem = html("p", { class: "problem", role: "alert", hidden: "" });
  const said = html("p", { class: "visually-hidden", "aria-live": "polite" });
  const tip = html("div", { class: "steps-tip", "aria-hidden": "true", hidden: "" });
  const named = { class: "steps", "aria-labelledby": "steps-title" };
  const root = html("section", named, head, note, problem, body, said, tip);
  return { root, ...heading, note, problem, ...walking, ...filled, said, tip, body };
}

/** Title, choices, and how much is shown. */
function headOf() {
  const how = html("span", { class: "quiet" }, "step by step");
  const title = html("h2", { id: "steps-title", tabindex: "-1" }, "Query, key, value ", how);
  const choices = html("div", { class: "steps-choices" });
  const all = button("All at once", "steps-all");
  const close = button("Close");
  const head = html("header", { class: "steps-head" }, title, choices, all, close);
  return { head, title, choices, all, close };
}

/** The row of steps, and the way on and back. */
function walkOf() {
  const back = button("Previous");
  const on = button("Next", "primary");
  const numbers = html("ol", { class: "steps-numbers" }, ...NAMES.map(stepItem));
  const turns = html("div", { class: "steps-turn" }, back, on);
  const walk = html("nav", { class: "steps-walk", "aria-label": "Steps" }, numbers, turns);
  return { walk, back, on, numbers };
}

/**
 * What is filled with numbers.
 * @param {HTMLElement} walk
 */
function bodyOf(walk) {
  const explained = html("ol", { class: "steps-explained" });
  const label = "Keys, scores, weights and values";
  const table = html("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": label });
  const under = html("div", { class: "steps-under" });
  const products = html("figure", { class: "steps-products" });
  const outputs = html("figure", { class: "steps-outputs" });
  const body = html("div", { class: "steps-body" }, walk, explained, table, under, products, outputs);
  return { body, explained, table, under, products, outputs };
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
