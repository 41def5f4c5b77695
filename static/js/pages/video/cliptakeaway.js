/** What a visitor can take away of a clip: a figure, numbers, the mask, links and calls. */

import { ROOT } from "../../core/api.js";
import { spaceTimePath } from "../../core/clips.js";
import { byId } from "../../core/dom.js";
import { toSearch } from "../../core/store.js";
import { formatShare } from "../../math/colour.js";
import { spellClipPatch } from "../../math/spacetime.js";
import { commandOfVideo, curlOfPhoto, pythonOfPhoto } from "../../parts/takeaway/calls.js";
import { clipFigure } from "../../parts/takeaway/clipfigure.js";
import {
  fileOf,
  renewed,
  saveBlob,
  savePixels,
  saveVectors,
  saveView,
  takenOf,
} from "../../parts/takeaway/saving.js";
import { scenesOf, wordsOf } from "../../parts/video/clipscene.js";
import { FIELDS } from "./view.js";

/**
 * @typedef {import("../../parts/video/clipscene.js").Shown} Shown
 * @typedef {object} Around
 * @property {number} frame
 * @property {import("./clipopening.js").Source | null} source
 * @property {Shown | null} other what is compared
 * @property {import("./carrying.js").Carrying} carrying
 * @property {import("./view.js").View} link
 * @property {() => Promise<unknown>} again makes the trace again
 * @typedef {Shown & Around} Taken
 */

const CELLS = 24; // frames in a figure

/**
 * What the buttons of the page do, by their names.
 * @param {() => Taken | null} taken
 * @returns {import("../../parts/takeaway/saving.js").Takeaways}
 */
export function clipTakeaways(taken) {
  const of = takenOf(taken);
  return {
    take: {
      png: of((what) => savePixels(figureOf(what), fileName(what))),
      svg: of((what) => saveVectors(figureOf(what), fileName(what))),
      npy: of((what) => saveNumbers(what, "npy")),
      csv: of((what) => saveNumbers(what, "csv")),
      json: of((what) => saveNumbers(what, "json")),
      html: of(saveLive),
    },
    copy: {
      link: of(({ link }) => location.origin + location.pathname + toSearch(link, FIELDS)),
      curl: of((what) => curlOfPhoto(callOf(what))),
      python: of((what) => pythonOfPhoto(callOf(what))),
      command: of(commandOf),
    },
  };
}

/**
 * The mask of the thing, as files.
 * @param {() => Taken | null} taken
 * @returns {import("../../parts/takeaway/saving.js").Takeaways}
 */
export function maskTakeaways(taken) {
  const of = takenOf(taken);
  const save = (/** @type {"zip" | "webp" | "mp4" | "npy"} */ format) =>
    of(async (what) =>
      saveBlob(
        await renewed(() => what.carrying.file(format), what.again),
        `foveate-${clipName(what)}-mask.${format}`,
      ),
    );
  return { take: { zip: save("zip"), webp: save("webp"), mp4: save("mp4"), masks: save("npy") }, copy: {} };
}

/** @param {Taken} taken what is looked at, as the API and the command line name it */
function choiceOf({ traced, view, query }) {
  const site = traced.site(view.site);
  return { site: site.name, head: traced.head(site, view.head), query };
}

/**
 * @param {Taken} taken
 * @param {string} format
 */
async function saveNumbers(taken, format) {
  const path = spaceTimePath(taken.traced.id, choiceOf(taken), format);
  saveBlob(await fileOf(path, taken.again), `${fileName(taken)}.${format}`);
}

/**
 * The clip as one file that needs no server, as it is looked at.
 * @param {Taken} taken
 * @returns {Promise<string>} what is in it, and how large it is
 */
async function saveLive(taken) {
  const { traced, view, again } = taken;
  const size = await saveView(traced.id, viewOf(taken), fileName(taken), again);
  const { layer } = traced.site(view.site);
  return `Saved layer ${layer} with all its heads: ${size}.`;
}

/** @param {Taken} taken what a saved view opens with: what is looked from, where that is chosen */
function viewOf(taken) {
  const { lens, colormap, opacity, keep, floor, smooth, scale, grid, follow, query } = taken.link;
  const { site, head, query: now } = choiceOf(taken);
  const chosen = query || follow === "thing" || taken.traced.start;
  return {
    ...{ site, head, frame: taken.frame, query: chosen ? spellClipPatch(now) : null },
    ...{ lens, colormap, keep, smooth, scale, grid, follow, thing: taken.carrying.body },
    ...{ opacity: opacity / 100, floor: floor / 100 },
  };
}

/** @param {Taken} taken how the clip was taken: what is as usual is not said */
function sampled({ traced, link }) {
  const { start, end, frames } = link;
  const part = { ...(start ? { start } : {}), ...(end ? { end } : {}) };
  return { model: traced.trace.model, resolution: traced.trace.resolution, frames, ...part };
}

/** @param {Taken} taken */
function ownName({ source }) {
  return source && "file" in source && source.file instanceof File ? source.file.name : "clip.mp4";
}

/**
 * @param {Taken} taken
 * @returns {import("../../parts/takeaway/calls.js").PhotoCall}
 */
function callOf(taken) {
  const { sample } = taken.traced;
  return {
    root: location.origin + ROOT,
    to: "videos",
    photo: sample ? { sample } : { file: ownName(taken) },
    asked: sampled(taken),
    path: (id, format) => spaceTimePath(id, choiceOf(taken), format),
  };
}

/** @param {Taken} taken */
function commandOf(taken) {
  const { query, ...choice } = choiceOf(taken);
  const { sample } = taken.traced;
  return commandOfVideo(sample ? `${sample}.webm` : ownName(taken), {
    ...sampled(taken),
    ...choice,
    query: spellClipPatch(query),
  });
}

/** @param {Taken} taken */
function figureOf(taken) {
  const { traced, seen, other, frame } = taken;
  const scene = scenesOf(taken)(frame);
  if (!scene || !seen) throw new Error("This picture is still being worked out: try again in a moment.");
  const { title } = wordsOf(taken, scene, frame);
  const curves = [{ when: seen.when, name: named(taken) }];
  if (other?.seen) curves.push({ when: other.seen.when, name: named(other) });
  const { model, precision, grid } = traced.trace;
  const clip = traced.sample ? `sample “${traced.sample}”, ` : "";
  return clipFigure({
    cells: cellsOf(taken),
    ratio: scene.size.width / scene.size.height,
    curves,
    steps: traced.trace.frames.map(({ step }) => step),
    title: title.replace(
      /:.*$/,
      `: query row ${taken.query.row}, column ${taken.query.column} of frame ${traced.frameOf(taken.query.step) + 1}`,
    ),
    source: `${clip}${model}, ${precision}, ${traced.axis.frames} × ${grid.rows} × ${grid.columns} patches. Foveate.`,
    table: scene.table,
    scale: scene.scale,
    reach: scene.reach,
  });
}

/** @param {Shown} shown */
function named({ traced, view }) {
  const site = traced.site(view.site);
  return `${site.name}, head ${traced.head(site, view.head)}`;
}

/** @param {Taken} taken the frames as they are drawn, evenly thinned out to what a figure holds */
function cellsOf({ traced, seen }) {
  const canvases = [...byId("cube").querySelectorAll("canvas")];
  const every = Math.ceil(canvases.length / CELLS);
  return canvases.flatMap((canvas, number) => {
    if (number % every) return [];
    const { time, step } = traced.trace.frames[number];
    const share = seen ? formatShare(seen.when[step]) : "";
    return [{ picture: canvas.toDataURL("image/png"), label: `${number + 1}: ${time.toFixed(2)} s`, share }];
  });
}

/** @param {Pick<Taken, "traced">} taken */
function clipName({ traced }) {
  return traced.sample || "video";
}

/** @param {Taken} taken */
function fileName(taken) {
  const { site, head, query } = choiceOf(taken);
  return `foveate-${clipName(taken)}-${site}-${head}-${spellClipPatch(query).replaceAll(",", "-")}`;
}
