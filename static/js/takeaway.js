/** What a visitor can take away: pictures, numbers, links and calls. */

import { formatWeight } from "./colour.js";
import { curlCall, hexColours, numbersPath, pythonCall, svgFigure } from "./figure.js";
import { save, saveBlob } from "./saving.js";
import { toSearch } from "./state.js";

/**
 * @typedef {object} Shown what is on the stage
 * @property {HTMLCanvasElement} canvas
 * @property {import("./traced.js").Traced} traced
 * @property {import("./state.js").View} view
 * @property {import("./colour.js").Scale} scale
 * @property {Uint8Array} table
 * @property {string} title
 */

/**
 * What the buttons of the image studio do, by their names.
 * @param {() => Shown | null} shown
 * @returns {import("./saving.js").Takeaways}
 */
export function imageTakeaways(shown) {
  const of = (/** @type {(what: Shown) => string | void} */ act) => () => {
    const what = shown();
    return what ? act(what) : undefined;
  };
  return {
    take: {
      png: of(savePng),
      svg: of(saveSvg),
      npy: of((what) => saveNumbers(what, "npy")),
      json: of((what) => saveNumbers(what, "json")),
    },
    copy: { link: of(linkTo), curl: of(curlTo), python: of(pythonTo) },
  };
}

/** @param {Shown} shown */
function linkTo({ view, traced }) {
  const place = view.sample ? {} : { trace: traced.trace.id };
  return location.origin + location.pathname + toSearch({ ...view, ...place });
}

/** @param {Shown} shown */
function curlTo({ traced, view }) {
  return curlCall(location.origin + pathOf(traced, view, "json"));
}

/** @param {Shown} shown */
function pythonTo({ traced, view }) {
  return pythonCall(location.origin + pathOf(traced, view, "npy"));
}

/**
 * @param {import("./traced.js").Traced} traced
 * @param {import("./state.js").View} view
 * @param {string} format
 */
function pathOf(traced, view, format) {
  return numbersPath(traced.trace.id, traced.site(view.layer).name, view, format);
}

/**
 * @param {Shown} shown
 * @param {string} format
 */
function saveNumbers({ traced, view }, format) {
  save(pathOf(traced, view, format), `${fileName(view)}.${format}`);
}

/** @param {Shown} shown */
function saveSvg(shown) {
  const { canvas, table, scale, title, view } = shown;
  const svg = svgFigure({
    picture: canvas.toDataURL("image/png"),
    width: canvas.width,
    height: canvas.height,
    title,
    source: sourceOf(shown),
    colours: hexColours(table),
    low: formatWeight(scale.low),
    high: formatWeight(scale.high),
  });
  saveBlob(new Blob([svg], { type: "image/svg+xml" }), `${fileName(view)}.svg`);
}

/** The same figure as pixels: the SVG's own text, drawn by the browser.
 * @param {Shown} shown
 */
function savePng(shown) {
  const { canvas, table, scale, title, view } = shown;
  const unit = Math.max(1, canvas.width / 640);
  const figure = document.createElement("canvas");
  figure.width = canvas.width;
  figure.height = canvas.height + Math.round(78 * unit);
  const context = /** @type {CanvasRenderingContext2D} */ (figure.getContext("2d"));
  context.fillStyle = "#fff";
  context.fillRect(0, 0, figure.width, figure.height);
  context.drawImage(canvas, 0, 0);
  drawBar(context, hexColours(table), canvas.height + 10 * unit, 9 * unit);
  drawWords(context, unit, canvas.height + 36 * unit, [
    [formatWeight(scale.low), formatWeight(scale.high)],
    [title, ""],
    [sourceOf(shown), ""],
  ]);
  figure.toBlob((blob) => blob && saveBlob(blob, `${fileName(view)}.png`), "image/png");
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {string[]} colours
 * @param {number} y
 * @param {number} height
 */
function drawBar(context, colours, y, height) {
  const gradient = context.createLinearGradient(0, 0, context.canvas.width, 0);
  colours.forEach((colour, i) => gradient.addColorStop(i / (colours.length - 1), colour));
  context.fillStyle = gradient;
  context.fillRect(0, y, context.canvas.width, height);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} unit
 * @param {number} y
 * @param {string[][]} lines start and end of each
 */
function drawWords(context, unit, y, lines) {
  context.fillStyle = "#1a1a1a";
  lines.forEach(([start, end], i) => {
    context.font = `${i === 1 ? "600 " : ""}${Math.round(12 * unit)}px Helvetica, Arial, sans-serif`;
    context.textAlign = "left";
    context.fillText(start, 0, y + i * 17 * unit);
    context.textAlign = "right";
    context.fillText(end, context.canvas.width, y + i * 17 * unit);
  });
}

/** @param {Shown} shown */
function sourceOf({ traced, view }) {
  const { model, precision, grid } = traced.trace;
  const what = view.sample ? `sample “${view.sample}”, ` : "";
  return `${what}${model}, ${precision}, ${grid.rows} × ${grid.columns} patches. Foveate.`;
}

/** @param {import("./state.js").View} view */
function fileName(view) {
  const query = view.query.replace(",", "-");
  return `foveate-${view.sample || "photo"}-layer${view.layer || "last"}-${view.head}-${query}`;
}
