/** The evidence of the street lab: tables of what was measured; every number is its file's. */

import { getPart, sentenceOf } from "../../core/api.js";
import { html, part } from "../../core/dom.js";
import { csvOf } from "../../math/csv.js";
import {
  iouTable,
  streetFindings,
  streetSheet,
  streetsAbout,
  switchedTable,
  worthTable,
} from "../../parts/evidence/streetfigures.js";
import { tableOf } from "../../parts/evidence/tables.js";
import { listenForTakeaways, saveText } from "../../parts/takeaway/saving.js";

/**
 * @param {HTMLElement} root
 * @param {string} url
 * @param {import("../../parts/evidence/streetfigures.js").Titles} titles
 * @param {(sentence: string) => void} say
 */
export async function showStreetEvidence(root, url, titles, say) {
  const about = part(root, "about");
  try {
    /** @type {import("../../parts/evidence/streetfigures.js").StreetEvidence} */
    const evidence = await getPart(url, "What was measured");
    about.textContent = streetsAbout(evidence);
    const findings = streetFindings(evidence, titles).map((sentence) => html("li", {}, sentence));
    part(root, "findings").replaceChildren(...findings);
    const tables = [iouTable, worthTable, switchedTable].map((of) => of(evidence, titles));
    part(root, "tables").replaceChildren(...tables.filter(({ rows }) => rows.length).map(scrolled));
    listenForTakeaways(part(root, "take"), { take: takeOf(evidence), copy: {} }, say);
  } catch (error) {
    about.textContent = `${sentenceOf(error)} Load the page again.`;
  }
}

/** @param {import("../../parts/evidence/tables.js").Table} table */
function scrolled(table) {
  return html(
    "div",
    { class: "scroll", tabindex: "0", role: "group", "aria-label": table.caption },
    tableOf(table),
  );
}

/** @param {import("../../parts/evidence/streetfigures.js").StreetEvidence} evidence */
function takeOf(evidence) {
  return {
    "evidence-csv": () => saveText(csvOf(streetSheet(evidence)), "text/csv", "foveate-streets.csv"),
    "evidence-json": () =>
      saveText(`${JSON.stringify(evidence, null, 1)}\n`, "application/json", "foveate-streets.json"),
  };
}
