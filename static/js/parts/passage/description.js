/** A matrix in sentences, for those who cannot see it and for captions. */

import { formatWeight } from "../../math/colour.js";
import { quoted } from "../lettering.js";
import { headName } from "../phrases.js";

const MOST = 40; // rows that are told

/**
 * @param {import("../../math/words.js").Matrix} matrix
 * @param {string} title
 * @param {number} threshold
 */
export function describe({ rows, columns, data }, title, threshold) {
  const said = rows.slice(0, MOST).map((row, r) => {
    const values = data.subarray(r * columns.length, (r + 1) * columns.length);
    const order = [...values.keys()].sort((a, b) => values[b] - values[a]);
    const strong = order.filter((i) => values[i] >= threshold).slice(0, 3);
    const shown = strong.length ? strong : order.slice(0, 1);
    return `${quoted(row.text)} to ${shown.map((i) => `${quoted(columns[i].text)} (${formatWeight(values[i])})`).join(" and ")}`;
  });
  const more = rows.length > MOST ? ` And ${rows.length - MOST} more.` : "";
  return `${title}. ${rows.length} by ${columns.length}. ${said.join("; ")}.${more}`;
}

/**
 * What a matrix is of, in one line.
 * @param {import("../../schema.js").Site} site
 * @param {string} head
 * @param {boolean} guided whether this head was trained to align
 */
export function titleOf(site, head, guided) {
  const kind = { cross: "Cross-attention", self: "Self-attention", gate: "Gate" }[site.kind];
  const [stack] = site.name.split(".");
  const which = guided ? `${headName(head)} (guided)` : headName(head);
  return `${kind}, ${stack} layer ${site.layer}, ${which}`;
}
