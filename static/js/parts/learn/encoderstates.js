/** The encoder at work on the reader's sentence: embeddings go in, hidden states come out, one after another. */

import { getOutput } from "../../core/api.js";
import { html } from "../../core/dom.js";
import { tokenLabel } from "../../math/words.js";
import { slider } from "../lesson/inputs.js";
import { cells } from "../steps/cells.js";
import { drawStates, isBothWays, markEnds, markRead, rowsOf } from "../steps/states.js";

/**
 * @typedef {{model: string}} Options
 * @typedef {import("../reader/partreader.js").PartReader} PartReader
 * @typedef {import("../steps/states.js").Rows} Rows
 */

/**
 * @param {HTMLElement} root
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function show(root, options, reader) {
  const trace = await reader.translated(options.model);
  const [embeddings, states, { data: last }] = await Promise.all(
    ["embeddings", "states", "last"].map((name) => getOutput(trace.id, name)),
  );
  const tokens = trace.source.tokens.map((token) => tokenLabel(token.text));
  draw(root, { tokens, embeddings: rowsOf(embeddings), states: rowsOf(states), last }, reader);
}

/**
 * @param {HTMLElement} root
 * @param {{tokens: string[], embeddings: Rows, states: Rows, last: Float32Array}} found
 * @param {PartReader} reader
 */
function draw(root, { tokens, embeddings, states, last }, reader) {
  const count = tokens.length;
  const table = /** @type {Uint8Array} */ (reader.tables.get("vik"));
  const names = ["token", "embedding", "state"].map((key) => reader.words(key));
  const rows = html("table");
  const scale = drawStates(rows, tokens, [embeddings, states], names, table, reader.words("numbers"));
  if (isBothWays(states.values, states.width, last)) markEnds(rows);
  const strip = html("div", { "data-part": "last-strip" }, cells("", last, scale, table).canvas);
  const ends = html(
    "p",
    { "data-part": "last-said" },
    reader.words("context", { width: last.length, count }),
  );
  const end = html("div", { "data-part": "last" }, ends, strip);
  const said = html("p", { class: "told", "aria-live": "polite" });
  const place = (/** @type {number} */ read) => {
    markRead(rows, read);
    end.classList.toggle("later", read < count);
    const values = { read, count, token: tokens[read - 1], in: embeddings.width, out: states.width };
    said.textContent = reader.words("read", values);
  };
  const range = { label: reader.words("slider"), min: 1, max: count, value: count };
  const step = slider({ ...range, said: (at) => `${at} / ${count}` }, place);
  const named = {
    class: "scroll encoder-scroll",
    tabindex: "0",
    role: "region",
    "aria-label": names.join(", "),
  };
  root.append(html("div", { class: "encoder" }, step.element, said, html("div", named, rows), end));
  place(count);
}

/**
 * How alike the one vector of the sentence is to that of the sentence with its words the other way round:
 * their cosine.
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function answer({ model }, reader) {
  const turned = reader
    .sentence()
    .replace(/[.!?]+$/u, "")
    .split(/\s+/u)
    .toReversed()
    .join(" ");
  const traces = await Promise.all([reader.translated(model), reader.translated(model, { text: turned })]);
  const [one, other] = await Promise.all(traces.map(({ id }) => getOutput(id, "last")));
  const value = cosine(one.data, other.data);
  return { value, words: reader.words("answer", { cosine: reader.number(value, 2), turned }) };
}

/**
 * @param {ArrayLike<number>} one
 * @param {ArrayLike<number>} other
 */
export function cosine(one, other) {
  let [along, first, second] = [0, 0, 0];
  for (let i = 0; i < one.length; i++) {
    along += one[i] * other[i];
    first += one[i] ** 2;
    second += other[i] ** 2;
  }
  return along / Math.max(Math.sqrt(first * second), 1e-12);
}
