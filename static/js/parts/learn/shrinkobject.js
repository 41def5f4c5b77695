/**
 * The bottleneck on a picture: an object shrinks among other things, and two heads on the same features, an
 * average of all places and attention over them, say what they see.
 */

import { postHeads } from "../../core/api.js";
import { html } from "../../core/dom.js";
import { boxOf, inside, others, STEPS, shareAt } from "../../math/composite.js";
import { Picture } from "../image/picture.js";
import { OVERLAY } from "../image/scene.js";
import { changes } from "../lesson/changes.js";
import { bar, segments, slider } from "../lesson/inputs.js";
import { bitmapOfScene, fileOfScene, Pictures } from "../photo/compositing.js";

/**
 * @typedef {object} Options
 * @property {string[]} models heads of the vision lab
 * @property {string} object one of static/samples/objects, and its class
 * @property {string} ground one of static/samples
 * @property {string[]} around other things
 * @property {number} size 0 to 100
 * @typedef {import("../reader/partreader.js").PartReader} PartReader
 * @typedef {import("../photo/compositing.js").Drawable} Drawable
 * @typedef {import("../photo/compositing.js").Scene} Scene
 * @typedef {import("../../schema.js").LabHead} LabHead
 */

const CENTRE = { x: 0.62, y: 0.42 };
const UNIT = { left: 0, top: 0, width: 1, height: 1 };
const GRID = { rows: 14, columns: 14 };
const LEAST = 3; // times an even weight that the colours reach to, so that an even map is seen to be one
const LISTED = 3; // classes

/**
 * @param {HTMLElement} root
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function show(root, options, reader) {
  const lanes = html("div", { class: "side-by-side" });
  const later = changes(reader);
  let [own, size] = [false, options.size];
  const draw = async () => {
    const scene = await sceneOf(options, own ? reader.photo().url : "", size);
    const found = await asked(scene, options.models, reader.signal);
    const label = own ? "" : options.object;
    const drawn = await Promise.all(found.map((head) => laneOf(head, scene, label, reader)));
    lanes.replaceChildren(...drawn);
  };
  const said = (/** @type {number} */ step) => shareWords(shareAt(step), reader);
  const field = slider({ label: reader.words("slider"), min: 0, max: STEPS, value: size, said }, (step) => {
    size = step;
    later(draw);
  });
  const things = /** @type {const} */ ([
    ["sample", reader.words(options.object)],
    ["own", reader.words("own")],
  ]);
  const choice = segments(reader.words("object"), things, "sample", (value) => {
    own = value === "own";
    later(draw);
  });
  root.append(html("div", { class: "fields-row" }, choice, field.element), lanes);
  await draw();
}

/**
 * Which of the heads is still right at the least size.
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function answer(options, reader) {
  const found = await asked(await sceneOf(options, "", options.size), options.models, reader.signal);
  const right = found.filter(({ verdict }) => verdict[0].label === options.object).map(({ model }) => model);
  const said = found.map(({ model, verdict }) => {
    const [{ label, probability }] = verdict;
    return `${reader.words(model)}: ${reader.words(label)}, ${percent(probability, reader)}`;
  });
  return { value: right.join(" "), words: `${said.join("; ")}.` };
}

/**
 * @param {Options} options
 * @param {string} photo the address of the reader's own, in place of the object; "" for none
 * @param {number} size
 * @returns {Promise<Scene>}
 */
async function sceneOf({ object: name, ground: behind, around: things }, photo, size) {
  const at = (/** @type {string} */ each) => Pictures.fetched(`/static/samples/objects/${each}.jpg`);
  const [object, ground, ...drawables] = await Promise.all([
    photo ? Pictures.fetched(photo) : at(name),
    Pictures.fetched(`/static/samples/${behind}.jpg`),
    ...things.map(at),
  ]);
  const box = boxOf(shareAt(size), object.width / object.height, CENTRE);
  const middle = { x: box.left + box.width / 2, y: box.top + box.height / 2 };
  const aspects = drawables.map(({ width, height }) => width / height);
  const placed = things.length ? others(things.length, aspects, middle) : [];
  return {
    object,
    box,
    ground,
    around: placed.map(({ number, box }) => ({ drawable: drawables[number], box })),
  };
}

/**
 * @param {Scene} scene
 * @param {string[]} models
 * @param {AbortSignal} signal
 */
async function asked(scene, models, signal) {
  return (await postHeads(await fileOfScene(scene), models, {}, signal, () => {})).heads;
}

/**
 * A head's picture with its map, and its verdict.
 * @param {LabHead} head
 * @param {Scene} scene
 * @param {string} label of the object; "" where nobody says
 * @param {PartReader} reader
 */
async function laneOf(head, scene, label, reader) {
  const canvas = html("canvas", {
    class: "lane-picture",
    role: "img",
    "aria-label": reader.words(head.model),
  });
  const site = head.sites.findLast(({ key }) => key.kind === "patch");
  const map = site ? { ...GRID, values: Float32Array.from(site.values) } : null;
  const high = Math.max(...(map?.values ?? [1]), LEAST / (GRID.rows * GRID.columns));
  const table = /** @type {Uint8Array} */ (reader.tables.get("inferno"));
  const look = { ...OVERLAY, size: { width: 1, height: 1 }, crop: UNIT, grid: GRID, map, table };
  const photo = await bitmapOfScene(scene);
  new Picture(canvas).draw({ ...look, photo, scale: { low: 0, high }, reach: [0, high] });
  const on = site ? inside(site.values, GRID, scene.box).share : null;
  const attended = on === null ? reader.words("average") : reader.words("on", { share: percent(on, reader) });
  return html(
    "section",
    {},
    html("h3", {}, reader.words(head.model)),
    canvas,
    html("ol", { class: "lane-verdict" }, ...listed(head, label).map((one) => item(one, label, reader))),
    html("p", { class: "quiet" }, attended),
  );
}

/**
 * The likeliest classes, and the object's own.
 * @param {LabHead} head
 * @param {string} label
 */
function listed({ verdict }, label) {
  const top = verdict.slice(0, LISTED);
  const own = verdict.find((each) => each.label === label);
  return own && !top.includes(own) ? [...top.slice(0, LISTED - 1), own] : top;
}

/**
 * @param {import("../../schema.js").ClassProbability} one
 * @param {string} label
 * @param {PartReader} reader
 */
function item(one, label, reader) {
  const words = `${reader.words(one.label)} ${percent(one.probability, reader)}`;
  return html("li", one.label === label ? { class: "right" } : {}, bar(one.probability, words));
}

/**
 * @param {number} share
 * @param {PartReader} reader
 */
function shareWords(share, reader) {
  if (share > 0.995) return reader.words("whole");
  const divisor = 1 / share;
  return reader.words("share", { divisor: reader.number(divisor, divisor < 9.5 ? 1 : 0) });
}

/**
 * @param {number} share
 * @param {PartReader} reader
 */
function percent(share, reader) {
  return `${reader.number(100 * share, share < 0.1 ? 1 : 0)} %`;
}
