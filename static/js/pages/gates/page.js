/** The page of gates: a network on a photo, its gates as they were, and what is switched in it. */

import { byId, find, html } from "../../core/dom.js";
import { Newest } from "../../core/newest.js";
import { boot } from "../../core/shell.js";
import { fromSearch, Store } from "../../core/store.js";
import { Trail } from "../../core/trail.js";
import { axisTop } from "../../math/gate.js";
import { ALL, isUntouched, NO_SETTINGS, switchOf, toldOf } from "../../math/intervention.js";
import { bindControls } from "../../parts/controls.js";
import { madeBy } from "../../parts/firstvisit.js";
import { facesOf } from "../../parts/gates/faces.js";
import { GatePass } from "../../parts/gates/gatepass.js";
import { NetworkFigure } from "../../parts/gates/networkfigure.js";
import { darkness, inkTable } from "../../parts/ink.js";
import { listenForTakeaways } from "../../parts/takeaway/saving.js";
import { term } from "../../parts/term.js";
import { Besides } from "./besides.js";
import { GateOpening } from "./gateopening.js";
import { GatePanel } from "./gatepanel.js";
import { gateTakeaways } from "./gatetakeaway.js";
import { LiveCamera } from "./livecamera.js";
import { Outputs } from "./outputs.js";
import { Tiles } from "./tiles.js";
import { FIELDS, MANNERS } from "./view.js";
import { WayUp } from "./wayup.js";

/**
 * @typedef {import("./view.js").View} View
 * @typedef {import("./gateopening.js").Opened} Opened
 * @typedef {{name: string, title: string, notes: string, paper: string, paper_url: string, licence: string}} ModelCard
 * @typedef {object} PageData
 * @property {import("../../schema.js").Sample[]} samples
 * @property {string} default_sample
 * @property {string} default_model
 * @property {number} upload_bytes the largest request with a photo that the server takes
 * @property {ModelCard[]} models
 * @typedef {import("../../core/shell.js").Shell<PageData>} GatesShell
 */

const REST = 250; // milliseconds after which a slider is taken to rest

class GatesPage {
  /** @param {GatesShell} shell */
  constructor(shell) {
    this.shell = shell;
    /** @type {Store<View>} */
    this.store = new Store(fromSearch(location.search, FIELDS));
    const { store } = this;
    /** @type {Opened | null} */
    this.opened = null;
    /** @type {GatePass | null} with what is switched; null where nothing is, or it is still on its way */
    this.touched = null;
    this.newest = new Newest();
    this.touchedBy = ""; // what was switched then, spelled
    this.frame = 0; // that is asked for
    this.moving = false; // a slider, or a key that is held
    this.dark = darkness();
    this.inks = [inkTable(false), inkTable(true)];
    this.figure = new NetworkFigure(byId("network"), {
      choose: (gate) => this.choose(gate),
      cut: (skip) => this.cut(skip),
    });
    const onError = (/** @type {unknown} */ error) => this.opening.lost(error);
    this.panel = new GatePanel(store, shell.diverging, onError);
    this.besides = new Besides(() => this.draw(), onError);
    this.outputs = new Outputs();
    this.tiles = new Tiles();
    this.up = new WayUp((gate) => this.choose(gate));
    this.opening = new GateOpening(store, shell, {
      opened: (opened) => this.show(opened),
      leave: () => this.newest.clear(),
      stay: () => this.late && this.touch(),
    });
    this.live = new LiveCamera({
      see: (frame, isNewest) => this.see(frame, isNewest),
      stopped: () => this.opened && this.opening.finish(this.opened, {}),
      problem: (sentence) => shell.problem(sentence),
    });
    this.trail = new Trail(MANNERS, store.view, (view) => this.restore(view));
    this.listen();
    this.opening.start();
  }

  listen() {
    for (const field of allSwitches()) field.addEventListener("change", () => this.switchAll(field.value));
    byId("reset").addEventListener("click", () => this.store.set({ set: NO_SETTINGS, cut: [] }));
    this.dark.addEventListener("change", () => this.draw());
    listenForTakeaways(
      byId("take"),
      gateTakeaways(() => this.taken()),
      (text) => this.shell.say(text),
    );
    bindControls(this.store, ["show"]);
    this.store.listen((changed) => this.changed(changed));
  }

  /** @param {Set<string>} changed */
  changed(changed) {
    if (!this.opening.busy && !this.live.on) this.trail.add(this.store.view);
    this.moving = changed.has("set");
    this.draw();
    if ((changed.has("set") || changed.has("cut")) && !this.opening.busy) this.touch();
    this.settle();
  }

  /** @param {View} view of the entry that Back or Forward has gone to */
  restore(view) {
    this.opening.restore(view);
    if (!this.opening.busy) this.trail.opened(this.store.view);
  }

  /** The link, maps and pictures follow once nothing moves. */
  settle() {
    this.shell.after("settle", REST, () => {
      this.moving = false;
      this.draw();
      if (!this.opening.busy && !this.live.on) this.trail.write(this.store.view);
    });
  }

  /** @param {string} gate */
  choose(gate) {
    this.store.set({ gate, channel: -1 });
  }

  /** @param {string} skip that is cut, or joined again */
  cut(skip) {
    const { cut } = this.store.view;
    this.store.set({ cut: cut.includes(skip) ? cut.filter((name) => name !== skip) : [...cut, skip] });
  }

  /** @param {string} place of the switch of all gates */
  switchAll(place) {
    this.store.set({ set: place === "computed" ? NO_SETTINGS : { [ALL]: /** @type {"open"} */ (place) } });
  }

  get intervention() {
    const { set, cut } = this.store.view;
    const offers = this.opened?.pass.trace.offers;
    const known = Object.entries(set).filter(([site]) => site === ALL || offers?.gates.includes(site));
    return { gates: Object.fromEntries(known), cuts: cut.filter((name) => offers?.cuts.includes(name)) };
  }

  /** Whether the output that is shown is of what was switched before. */
  get late() {
    const { intervention } = this;
    return !isUntouched(intervention) && !(this.touched && this.touchedBy === JSON.stringify(intervention));
  }

  /** @param {Opened} opened */
  show(opened) {
    const other = JSON.stringify(this.opened?.network) !== JSON.stringify(opened.network);
    this.opened = opened;
    this.touched = null;
    this.trail.opened(this.store.view);
    this.shell.problem("");
    if (other) this.figure.build(opened.network);
    this.tell(opened);
    this.draw();
    this.touch();
    this.settle();
  }

  /** The photo again with what is switched; of several changes in quick succession the newest alone. */
  touch() {
    const { opened, intervention } = this;
    if (!opened) return;
    if (isUntouched(intervention)) {
      this.newest.clear();
      this.touched = null;
      this.draw();
      return;
    }
    this.newest.run(async () => {
      try {
        const touched = await GatePass.touched(opened.pass.trace.id, intervention);
        if (this.opened !== opened || isUntouched(this.intervention)) return;
        Object.assign(this, { touched, touchedBy: JSON.stringify(intervention) });
        this.draw();
      } catch (error) {
        this.opening.lost(error);
      }
    });
  }

  /**
   * A frame of the camera, with what is switched.
   * @param {Blob} file
   * @param {() => boolean} isNewest whether none that was taken later is shown already
   */
  async see(file, isNewest) {
    const { intervention } = this;
    const seen = await this.opening.frame(file, isUntouched(intervention) ? null : intervention);
    if (!isNewest()) return;
    Object.assign(this, seen, { touchedBy: JSON.stringify(intervention) });
    this.tell(seen.opened);
    this.draw();
  }

  /** @param {Opened} opened */
  tell({ pass, network }) {
    const { trace } = pass;
    const card = this.shell.page.models.find(({ name }) => name === trace.model);
    const link = byId("model", HTMLAnchorElement);
    link.href = `/models#${trace.model}`;
    madeBy(card?.title ?? trace.model);
    link.setAttribute("aria-label", `Card of ${card?.title ?? trace.model}`);
    const gates = trace.offers.gates.length;
    byId("network-size").textContent =
      `${network.nodes.length} parts, ${gates} ${gates === 1 ? "gate" : "gates"}`;
    byId("about").replaceChildren(...(card ? aboutOf(card) : []));
    for (const field of showFields()) {
      const label = field.closest("label");
      if (label)
        label.hidden = !Outputs.offered(trace.offers.output).includes(
          /** @type {View["show"]} */ (field.value),
        );
    }
    byId("skips-hint").hidden = !trace.offers.cuts.length;
    const show = showFields()[0]?.closest("fieldset");
    if (show) show.hidden = !Outputs.offered(trace.offers.output).length;
    byId("tiles-hint").hidden = !network.tiles;
    byId("all").hidden = !gates;
    const { decode_ms, forward_ms } = trace.timings;
    byId("timings").textContent =
      `${trace.input.width} × ${trace.input.height} px. Decode ${decode_ms.toFixed(0)} ms, ` +
      `forward pass ${forward_ms.toFixed(0)} ms in ${trace.precision}.`;
  }

  /** Everything, once before the next frame, however often it is asked for. */
  draw() {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.drawNow();
    });
  }

  drawNow() {
    const { opened, store } = this;
    if (!opened) return;
    const { view } = store;
    const { intervention } = this;
    const touched = isUntouched(intervention) ? null : this.touched;
    const pass = touched ?? opened.pass;
    const still = !this.moving && !this.live.on;
    this.panel.draw({
      ...opened,
      pass,
      untouched: opened.pass,
      still,
      dark: this.dark.matches,
      beside: (site) => this.besides.of(view.beside, opened.pass.trace, site),
    });
    const pictures = facesOf(opened, pass, this.inks[Number(this.dark.matches)]);
    if (still && opened.drawn)
      pass.loadPictures({ onload: () => this.draw(), onError: (error) => this.opening.lost(error) });
    const gates = [...pass.gates.values()];
    byId("bars-hint").hidden = !gates.length;
    byId("channels-hint").hidden = gates.every((gate) => gate.of === "place");
    byId("bars-top").textContent = String(axisTop(gates.flatMap(({ values }) => values)));
    this.figure.draw({ ...pass, intervention, chosen: this.panel.site, order: view.order, pictures });
    this.outputs.draw({ ...opened, untouched: opened.pass, touched, show: view.show });
    if (still) this.up.draw(opened.network, pass, this.inks[Number(this.dark.matches)]);
    if (still) this.tiles.draw(opened.network.tiles, opened.photo, opened.pass.trace.input);
    this.drawSwitches(touched);
    const { notes } = this.opening;
    if (byId("notes").textContent !== notes) byId("notes").textContent = notes;
  }

  /** @param {GatePass | null} touched */
  drawSwitches(touched) {
    const { intervention } = this;
    const all = intervention.gates[ALL] ?? null;
    const whole = Object.keys(intervention.gates).length === (all === null ? 0 : 1);
    const kinds = Outputs.offered(this.opened?.pass.trace.offers.output ?? null);
    const shown = kinds.find((kind) => kind === this.store.view.show) ?? kinds[0];
    for (const field of showFields()) field.checked = field.value === shown;
    for (const field of allSwitches()) field.checked = whole && field.value === switchOf(all);
    byId("reset", HTMLButtonElement).disabled = isUntouched(intervention);
    byId("touched-said").textContent = toldOf(intervention);
    byId("untouched-hint").hidden = touched !== null;
    byId("difference-told").setAttribute("aria-busy", String(this.late));
    drawDifference(byId("difference"), touched?.difference ?? null);
    byId("difference-words").textContent = touched?.difference?.words ?? "";
  }

  /** @returns {import("./gatetakeaway.js").Taken | null} */
  taken() {
    const { opened, touched, store, intervention } = this;
    if (!opened) return null;
    const pass = touched ?? opened.pass;
    const card = this.shell.page.models.find(({ name }) => name === pass.trace.model);
    const title = card?.title ?? pass.trace.model;
    const { late } = this;
    return { opened, pass, intervention, late, view: store.view, title, again: () => this.opening.again() };
  }
}

/**
 * One sentence on a network, with its paper and its licence.
 * @param {ModelCard} card
 */
function aboutOf({ notes, paper, paper_url, licence }) {
  return [`${notes} `, html("a", { href: paper_url }, paper), `. ${licence}.`];
}

/** Names of measures; those that are words of the trade are explained. */
const MEASURES = {
  iou: () => term("iou", "IoU"),
  psnr: () => term("psnr", "PSNR"),
  overlap: () => "Overlap",
  cosine: () => "Cosine",
  same: () => "Same class",
};

/**
 * The measure's name stays where it is while its value changes, as it does with a camera.
 * @param {HTMLElement} element
 * @param {import("../../schema.js").Difference | null} difference
 */
function drawDifference(element, difference) {
  const measure = difference?.measure ?? "";
  if (element.dataset.measure !== measure)
    element.replaceChildren(...(difference ? [MEASURES[difference.measure](), html("span")] : []));
  element.dataset.measure = measure;
  if (difference) find(element, "span").textContent = toldValue(difference);
}

/** @param {import("../../schema.js").Difference} difference */
function toldValue({ measure, value }) {
  if (value === null) return ": the same";
  return measure === "psnr" ? ` ${value.toFixed(1)} dB` : ` ${value.toFixed(3)}`;
}

function showFields() {
  return /** @type {NodeListOf<HTMLInputElement>} */ (document.getElementsByName("show"));
}

function allSwitches() {
  return /** @type {NodeListOf<HTMLInputElement>} */ (document.getElementsByName("all-gates"));
}

boot((/** @type {GatesShell} */ shell) => new GatesPage(shell));
