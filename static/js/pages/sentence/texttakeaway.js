/** What a visitor can take away from the sentence page: figures, numbers, links and calls. */

import { html, pen } from "../../core/dom.js";
import { writeNpy } from "../../core/npy.js";
import { csvOf } from "../../math/csv.js";
import { linksOf, matrixOf, matrixSheet, pharaoh, shortest } from "../../math/words.js";
import { placesOf } from "../../parts/passage/line.js";
import { curlOf, pythonOf } from "../../parts/takeaway/calls.js";
import { matrixFigure, ribbonFigure } from "../../parts/takeaway/matrixfigure.js";
import { saveBlob, saveView, takenOf } from "../../parts/takeaway/saving.js";

/**
 * @typedef {import("../../math/words.js").Matrix} Matrix
 * @typedef {object} Shown what is on the page
 * @property {import("./view.js").View} view
 * @property {string} model
 * @property {import("../../parts/text/session.js").Asked} asked
 * @property {import("../../parts/text/session.js").Entry} entry
 * @property {import("../../parts/passage/passage.js").Content} content
 * @property {{site: import("../../schema.js").Site, head: string} | null} chosen null for both directions
 * @property {import("../../math/colour.js").Scale} scale
 * @property {Uint8Array} table for white paper
 */

const PIXELS = 3; // of a PNG for one of the figure's
const WIDEST = 8000;

/**
 * @param {() => Shown | null} shown with weights
 * @param {() => string} link needs no weights
 * @returns {import("../../parts/takeaway/saving.js").Takeaways}
 */
export function sentenceTakeaways(shown, link) {
  const of = takenOf(shown, "There are no weights to take away yet.");
  return {
    take: {
      png: of(savePng),
      svg: of(async (what) => saveText(what, "svg", "image/svg+xml", figureOf(what, await exact(what)))),
      csv: of(async (what) => saveText(what, "csv", "text/csv", csvOf(matrixSheet(await exact(what))))),
      json: of(async (what) => saveText(what, "json", "application/json", jsonOf(what, await exact(what)))),
      npy: of(saveNpy),
      html: of(saveLive),
      pharaoh: of(async (what) => saveText(what, "pharaoh", "text/plain", `${await pharaohOf(what)}\n`)),
    },
    copy: {
      link,
      curl: of((what) => curlOf(callOf(what))),
      python: of((what) => pythonOf(callOf(what))),
    },
  };
}

/**
 * The matrix that is shown in the server's own float32, not the browser's float16.
 * @param {Shown} shown
 * @param {"token" | "word"} [level]
 * @returns {Promise<Matrix>}
 */
async function exact({ entry, chosen, content, view }, level = view.level) {
  const field = /** @type {import("../../parts/passage/passage.js").Field} */ (content.field);
  if (field.matrix) return field.matrix;
  const weights = chosen && entry.traced ? await entry.traced.exact(chosen.site, chosen.head) : field.weights;
  return matrixOf(weights, field.rows, field.columns, level);
}

/** @param {Shown} shown */
async function pharaohOf(shown) {
  return pharaoh(await exact(shown, "word"), shown.view.threshold / 100);
}

/**
 * @param {Shown} shown
 * @param {Matrix} matrix
 */
function figureOf({ content, view, scale, table, model }, matrix) {
  const { title, rows, columns } = /** @type {import("../../parts/passage/passage.js").Field} */ (
    content.field
  );
  const level = content.field?.matrix ? "word" : view.level;
  const figure = {
    matrix,
    places: { rows: placesOf(rows, level), columns: placesOf(columns, level) },
    scale,
    table,
    title,
    source: `${model}. Foveate.`,
    threshold: view.threshold / 100,
  };
  return view.view === "ribbons" ? ribbonFigure(figure) : matrixFigure(figure);
}

/** The SVG as pixels, so that both are one picture.
 * @param {Shown} shown
 */
async function savePng(shown) {
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(figureOf(shown, await exact(shown)))}`;
  await image.decode();
  const scale = Math.min(PIXELS, WIDEST / image.width, WIDEST / image.height);
  const canvas = html("canvas");
  canvas.width = Math.round(image.width * scale);
  canvas.height = Math.round(image.height * scale);
  pen(canvas).drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/png"));
  if (blob) saveBlob(blob, fileName(shown, "png"));
}

/**
 * The sentence as one file that needs no server, as it is looked at.
 * @param {Shown} shown
 */
async function saveLive({ entry, chosen, view, model }) {
  const { level, query, step, threshold, scale, colormap, fit, view: drawn } = view;
  const site = chosen ? { site: chosen.site.name, head: chosen.head } : {};
  const opening = {
    ...site,
    level,
    query,
    step,
    threshold: threshold / 100,
    scale,
    colormap,
    fit,
    view: drawn,
  };
  const size = await saveView(entry.id, opening, `foveate-${model}-${entry.id.slice(0, 6)}`, () => undefined);
  return `Saved all layers and heads: ${size}.`;
}

/** @param {Shown} shown */
async function saveNpy(shown) {
  const { rows, columns, data } = await exact(shown);
  const bytes = writeNpy([rows.length, columns.length], data);
  saveBlob(new Blob([bytes], { type: "application/x-npy" }), fileName(shown, "npy"));
}

/**
 * @param {Shown} shown
 * @param {Matrix} matrix
 */
function jsonOf(shown, matrix) {
  const { rows, columns, data } = matrix;
  const { content, chosen, view, model } = shown;
  const numbers = Array.from(data, (value) => Number(shortest(value)));
  const body = {
    model,
    source: content.source.text,
    target: content.target?.text ?? null,
    site: chosen?.site.name ?? null,
    head: chosen?.head ?? null,
    level: content.field?.matrix ? "word" : view.level,
    queries: rows.map((row) => row.text),
    keys: columns.map((column) => column.text),
    weights: rows.map((_, r) => numbers.slice(r * columns.length, (r + 1) * columns.length)),
    threshold: view.threshold / 100,
    links: linksOf(matrix, view.threshold / 100),
  };
  return `${JSON.stringify(body, null, 1)}\n`;
}

/**
 * @param {Shown} shown
 * @returns {import("../../parts/takeaway/calls.js").Call}
 */
function callOf({ asked, entry, chosen, model }) {
  const { task, target, beam } = asked;
  const site = { origin: location.origin, site: chosen?.site.name ?? "", head: chosen?.head ?? "" };
  const { text } = task === "translate" ? entry : asked;
  if (!chosen) return { ...site, of: "alignment", body: { text, target, model } };
  if (task === "read")
    return { ...site, of: "sentences", body: { text, model, ...(target ? { pair: target } : {}) } };
  const more = task === "pair" ? { target } : beam > 1 ? { beam } : {};
  return { ...site, of: "translations", body: { text, model, ...more } };
}

/**
 * @param {Shown} shown
 * @param {string} kind
 * @param {string} type
 * @param {string} text
 */
function saveText(shown, kind, type, text) {
  saveBlob(new Blob([text], { type }), fileName(shown, kind));
}

/**
 * @param {Shown} shown
 * @param {string} kind
 */
function fileName({ model, chosen, view }, kind) {
  const of = chosen ? `${chosen.site.name}-${chosen.head}` : "both";
  return `foveate-${model}-${of}-${view.level}s.${kind}`;
}
