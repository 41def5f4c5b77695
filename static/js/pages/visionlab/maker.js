/**
 * Where the picture is made: the object with its box on the background, the slider of its size, the
 * backgrounds, and what is cut out of a photo of one's own.
 *
 * @typedef {import("./view.js").View} View
 * @typedef {import("../../parts/photo/compositing.js").Scene} Scene
 * @typedef {import("../../parts/photo/compositing.js").Drawable} Drawable
 * @typedef {import("./page.js").VisionShell} VisionShell
 */

import { byId, find, pen } from "../../core/dom.js";
import { boxOf, drawn, others, STEPS, shareAt, stepOf } from "../../math/composite.js";
import { clamp } from "../../math/geometry.js";
import { DraggedBox } from "../../parts/draggedbox.js";
import { listenForArrivals, markSample } from "../../parts/photo/arrivals.js";
import { Pictures, paintScene } from "../../parts/photo/compositing.js";
import { cropOf, OwnPhoto, spellCrop } from "./ownphoto.js";
import { shareSaid } from "./visiontelling.js";

const THOUSAND = 1000;
const STEP = 4; // of the size, for a key

export class Maker {
  /**
   * @param {VisionShell} shell
   * @param {import("../../core/store.js").Store<View>} store
   * @param {{ready: () => void, failed: (error: unknown) => void}} on `ready`: a picture has arrived
   */
  constructor(shell, store, on) {
    this.shell = shell;
    this.store = store;
    this.on = on;
    /** @type {OwnPhoto | null} */
    this.own = null;
    this.opening = new AbortController();
    this.pictures = new Pictures(() => this.arrived(), on.failed);
    this.canvas = byId("composite-canvas", HTMLCanvasElement);
    this.slider = byId("size", HTMLInputElement);
    this.box = new DraggedBox(byId("composite"), "The object", {
      move: ({ x, y }) => this.place(x, y),
      resize: (corner, to, from) => {
        const { share, centre } = drawn(from, corner, to);
        this.place(centre.x, centre.y, stepOf(share));
      },
      size: (by) => this.size(store.view.size + by * STEP),
    });
    this.crop = new DraggedBox(byId("cutting"), "The part of your photo", {
      move: ({ x, y }) => this.cutAt(x, y),
      resize: (corner, to, from) => this.cutTo(corner, to, from),
      size: (by) => this.cutBy(by),
    });
    this.listen();
  }

  listen() {
    const { store, shell } = this;
    this.slider.addEventListener("input", () => this.size(Number(this.slider.value)));
    for (const field of grounds()) field.addEventListener("change", () => this.chooseGround(field.value));
    listenForArrivals(shell, {
      onFile: (file, note) => this.open(file, note),
      onSample: (object) =>
        store.set({ object: object === shell.page.default_object ? "" : object, photo: "" }),
    });
  }

  /**
   * What a photo may be said to show: the heads' classes, as their first answer names them.
   * @param {string[]} classes
   */
  know(classes) {
    const choice = byId("label", HTMLSelectElement);
    if (choice.options.length > 1) return;
    choice.append(...classes.toSorted().map((label) => new Option(label, label)));
    choice.value = this.store.view.label;
  }

  /** @param {string} name */
  chooseGround(name) {
    this.store.set({ ground: name === this.shell.page.default_ground ? "" : name });
  }

  /** @param {number} size */
  size(size) {
    this.store.set({ size: clamp(size, 0, STEPS) });
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} [size]
   */
  place(x, y, size = this.store.view.size) {
    const at = (/** @type {number} */ part) => Math.round(clamp(part, 0, 1) * THOUSAND);
    this.store.set({ x: at(x), y: at(y), size });
  }

  /**
   * @param {number} x of the part's centre
   * @param {number} y
   */
  cutAt(x, y) {
    const { width, height } = cropOf(this.store.view.crop);
    const [left, top] = [clamp(x - width / 2, 0, 1 - width), clamp(y - height / 2, 0, 1 - height)];
    this.store.set({ crop: spellCrop({ left, top, width, height }) });
  }

  /**
   * @param {import("../../parts/draggedbox.js").Corner} corner
   * @param {import("../../parts/draggedbox.js").Point} to
   * @param {import("../../math/geometry.js").Box} from
   */
  cutTo({ right, bottom }, to, from) {
    const across = edges(from.left, from.width, right, to.x);
    const down = edges(from.top, from.height, bottom, to.y);
    this.store.set({ crop: spellCrop({ left: across[0], width: across[1], top: down[0], height: down[1] }) });
  }

  /** @param {1 | -1} by */
  cutBy(by) {
    const { left, top, width, height } = cropOf(this.store.view.crop);
    const grown = (/** @type {number} */ side) => clamp(side * (1 + 0.1 * by), 0.05, 1);
    const box = { width: grown(width), height: grown(height) };
    this.store.set({
      crop: spellCrop({
        ...box,
        left: clamp(left + (width - box.width) / 2, 0, 1 - box.width),
        top: clamp(top + (height - box.height) / 2, 0, 1 - box.height),
      }),
    });
  }

  /**
   * @param {Blob} file
   * @param {string} note
   */
  async open(file, note) {
    const { shell } = this;
    const wait = (/** @type {number} */ seconds) =>
      shell.progress(`The server is busy; trying again in ${seconds} s`);
    await this.take("Opening your photo", async (signal) => {
      const own = await OwnPhoto.sent(file, shell.page.heads[0].name, note, signal, wait);
      return {
        own,
        change: { photo: own.id, object: "", cut: /** @type {const} */ ("whole"), label: "", size: STEPS },
      };
    });
  }

  /**
   * What a link or an entry of the history names.
   * @param {View} view
   */
  async restore(view) {
    if (view.photo && view.photo !== this.own?.id)
      await this.take("Opening", async (signal) => ({
        own: await OwnPhoto.kept(view.photo, "", signal),
        change: {},
      }));
    else this.on.ready();
  }

  /**
   * @param {string} doing
   * @param {(signal: AbortSignal) => Promise<{own: OwnPhoto, change: Partial<View>}>} work
   */
  async take(doing, work) {
    this.opening.abort();
    const opening = new AbortController();
    this.opening = opening;
    this.shell.progress(doing);
    try {
      const { own, change } = await work(opening.signal);
      if (opening.signal.aborted) return;
      this.own = own;
      this.store.set(change);
      if (own.note) this.shell.say(own.note);
      this.arrived();
    } catch (error) {
      if (!opening.signal.aborted) this.on.failed(error);
    }
    if (this.opening === opening) this.shell.progress("");
  }

  /** @param {Set<string>} changed */
  changed(changed) {
    const { cut, photo } = this.store.view;
    if (photo && cut === "person" && (changed.has("cut") || changed.has("photo"))) this.findPerson();
  }

  async findPerson() {
    const { cutter } = this.shell.page;
    try {
      if (!cutter) throw new Error("No model that finds persons is at hand here: take a part of the photo.");
      await this.own?.findPerson(cutter);
      this.arrived();
    } catch (error) {
      this.store.set({ cut: "whole" });
      this.on.failed(error);
    }
  }

  arrived() {
    this.draw();
    this.on.ready();
  }

  /** What is placed: an object of the service's by its name, or the usual one. */
  get thing() {
    const { objects, default_object } = this.shell.page;
    const { object } = this.store.view;
    const found = objects.find(({ name, label }) => name === (object || default_object) && label);
    return found ?? objects.find(({ name }) => name === default_object);
  }

  /** The class of the object; "" where nobody says. */
  get label() {
    const { photo, label } = this.store.view;
    return photo ? label : (this.thing?.label ?? "");
  }

  /** @returns {Drawable | null} null while it is on its way */
  get object() {
    const { view } = this.store;
    if (view.photo) return this.own?.id === view.photo ? this.own.object(view) : null;
    return this.thing ? this.pictures.of(this.thing.url) : null;
  }

  /** @returns {Scene | null} null while a picture of it is on its way */
  get scene() {
    const { size, x, y, others: count } = this.store.view;
    const { object, ground } = this;
    if (!object || ground === undefined) return null;
    const centre = { x: x / THOUSAND, y: y / THOUSAND };
    const box = boxOf(shareAt(size), object.width / object.height, centre);
    const things = this.shell.page.objects.filter(({ label }) => !label);
    const placed = others(
      count,
      things.map(({ width, height }) => width / height),
      {
        x: box.left + box.width / 2,
        y: box.top + box.height / 2,
      },
    );
    const around = placed.map(({ number, box }) => ({ drawable: this.pictures.of(things[number].url), box }));
    if (around.some(({ drawable }) => drawable === null)) return null;
    return { object, box, ground, around: /** @type {Scene["around"]} */ (around) };
  }

  /** @returns {Drawable | null | undefined} null for grey, undefined while it is on its way */
  get ground() {
    const { grounds, default_ground } = this.shell.page;
    const wanted = this.store.view.ground || default_ground;
    if (wanted === "grey") return null;
    const { url } = grounds.find(({ name }) => name === wanted) ?? grounds[0];
    return this.pictures.of(url) ?? undefined;
  }

  draw() {
    const { view } = this.store;
    const { scene } = this;
    const { default_ground } = this.shell.page;
    this.slider.value = String(view.size);
    for (const field of grounds()) field.checked = field.value === (view.ground || default_ground);
    markSample(view.photo ? "" : (this.thing?.name ?? ""));
    byId("own").hidden = !view.photo;
    this.drawCutting();
    if (!scene) return;
    paintScene(this.canvas, scene);
    this.box.draw(scene.box);
    const said = shareSaid(scene.box.width * scene.box.height);
    byId("size-said").textContent = said;
    this.slider.setAttribute("aria-valuetext", said);
  }

  drawCutting() {
    const { cut, crop, photo } = this.store.view;
    const frame = byId("cutting");
    frame.hidden = !photo || cut !== "box" || !this.own;
    if (frame.hidden || !this.own) return;
    const { bitmap } = this.own;
    const canvas = find(frame, "canvas", HTMLCanvasElement);
    if (canvas.width !== bitmap.width || canvas.height !== bitmap.height) {
      canvas.width = bitmap.width;
      canvas.height = bitmap.height;
    }
    pen(canvas).drawImage(bitmap, 0, 0);
    this.crop.draw(cropOf(crop));
  }
}

/**
 * Where one side of a box lies after one of its ends was drawn to a place.
 * @param {number} start
 * @param {number} length
 * @param {boolean} last whether the far end was drawn
 * @param {number} to
 * @returns {[number, number]} its start and its length
 */
export function edges(start, length, last, to) {
  const end = start + length;
  const at = clamp(to, 0, 1);
  if (last) return [start, Math.max(0.05, at - start)];
  const from = Math.min(at, end - 0.05);
  return [Math.max(0, from), end - Math.max(0, from)];
}

function grounds() {
  return /** @type {NodeListOf<HTMLInputElement>} */ (document.getElementsByName("ground"));
}
