/**
 * Tables of what was measured.
 *
 * @typedef {{caption: string, head: string[], rows: string[][]}} Table the first column names its row
 */

import { html } from "../../core/dom.js";

/** @param {Table} table */
export function tableOf({ caption, head, rows }) {
  const heads = head.map((name) => html("th", { scope: "col" }, name));
  const lines = rows.map(([name, ...cells]) =>
    html("tr", {}, html("th", { scope: "row" }, name), ...cells.map((cell) => html("td", {}, cell))),
  );
  return html(
    "table",
    {},
    html("caption", {}, caption),
    html("thead", {}, html("tr", {}, ...heads)),
    html("tbody", {}, ...lines),
  );
}
