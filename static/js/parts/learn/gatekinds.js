/** y = f(g(x), x): the gates of a real network on the reader's photo, with what comes to them and goes on. */

import { getPhoto } from "../../core/api.js";
import { html } from "../../core/dom.js";
import { getGates } from "../../core/gating.js";
import { extremes, meanOf } from "../../math/gate.js";
import { GateBars } from "../gates/gatebars.js";
import { gateFormula } from "../gates/gateformula.js";
import { GatePass } from "../gates/gatepass.js";
import { PlaceGate } from "../gates/placegate.js";
import { Shares } from "../gates/shares.js";
import { Triptych } from "../gates/triptych.js";

/**
 * @typedef {import("../reader/partreader.js").PartReader} PartReader
 * @typedef {import("../../schema.js").GateValues} GateValues
 * @typedef {{model: string, gate: string}} Options
 */

const RESOLUTION = 224;
const MOST = 2; // gates of a network that are shown where none is named
const FEW = 3; // channels of a group
const HALF = 0.5;
/** On a small screen it is scrolled, by keys too. */
const FORMULA = Object.freeze({
  class: "one-gate-formula",
  tabindex: "0",
  role: "group",
  "aria-label": "y = f(g(x), x)",
});

class OneGate {
  /**
   * @param {GatePass} pass
   * @param {GateValues} gate
   * @param {{photo: ImageBitmap, reader: PartReader, table: Uint8Array}} shown
   */
  constructor(pass, gate, { photo, reader, table }) {
    Object.assign(this, { pass, gate });
    this.pass = pass;
    this.gate = gate;
    this.reader = reader;
    this.photo = photo;
    this.table = table;
    this.chosen = -1;
    this.values = Float32Array.from(gate.values);
    const choose = (/** @type {number} */ channel) => this.choose(channel);
    this.bars = new GateBars(choose, `${pass.trace.model}-${gate.site}`.replaceAll(".", "-"));
    this.triptych = new Triptych(choose);
    this.place = new PlaceGate();
    this.shares = new Shares();
    this.element = this.build();
    this.draw();
  }

  build() {
    const { gate, reader } = this;
    const inside = { channel: this.bars.element, place: this.place.element, branch: this.shares.element };
    const maps = gate.of === "branch" ? [] : [this.triptych.element];
    return html(
      "section",
      { class: "one-gate" },
      html("h3", {}, reader.words(gate.of)),
      html("div", FORMULA, gateFormula(gate.of)),
      html("div", { class: "one-gate-values", lang: "en" }, inside[gate.of]),
      html("div", { class: "one-gate-maps", lang: "en" }, ...maps),
      html("p", { class: "quiet" }, reader.words(`${gate.of}-told`)),
    );
  }

  /** @param {number} channel that is looked at; once more, none is */
  choose(channel) {
    this.chosen = channel === this.chosen ? -1 : channel;
    this.draw();
  }

  draw() {
    const { gate, values, pass, photo, reader } = this;
    if (gate.of === "branch") return this.shares.draw(gate);
    if (gate.of === "place") this.place.draw(gate, photo, pass.trace.input, reader.dark);
    else this.drawBars();
    const { opened, closed } = extremes(values, FEW);
    const groups =
      gate.of === "place"
        ? [{ title: reader.words("channels"), channels: [0, 1, 2, 3] }]
        : [
            { title: reader.words("most-open"), channels: opened },
            { title: reader.words("most-closed"), channels: closed },
          ];
    this.drawMaps(groups);
  }

  drawBars() {
    const { values, chosen } = this;
    const alone = { beside: null, besideName: "", order: /** @type {const} */ ("sorted") };
    this.bars.draw({ values, computed: values, chosen, ...alone });
  }

  /** @param {{title: string, channels: number[]}[]} groups */
  drawMaps(groups) {
    const { pass, gate, values, reader } = this;
    const channels = groups.flatMap((group) => group.channels);
    const maps = pass.mapsOf(gate.site, channels, { onload: () => this.draw(), onError: reader.failed });
    const at = gate.of === "place" ? values : null;
    const mean = meanOf(values);
    const columns = (/** @type {number[]} */ of) =>
      of.map((channel) => ({ channel, gate: at ? mean : values[channel], x: maps.get(channel) ?? null, at }));
    const drawn = groups.map((group) => ({ title: group.title, columns: columns(group.channels) }));
    this.triptych.draw(drawn, { chosen: this.chosen, table: this.table });
  }
}

/**
 * @param {Options} options
 * @param {PartReader} reader
 */
async function gatesOf({ model, gate }, reader) {
  const trace = await reader.traced(model, { resolution: RESOLUTION });
  const all = await getGates(trace.id, reader.signal);
  const named = all.filter(({ site }) => site === gate);
  return { trace, gates: gate ? named : all.slice(0, MOST) };
}

/**
 * @param {HTMLElement} root
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function show(root, options, reader) {
  const { trace, gates } = await gatesOf(options, reader);
  if (!gates.length) throw new Error(reader.words("none", { model: options.model, gate: options.gate }));
  const photo = await createImageBitmap(await getPhoto(trace.id, reader.signal));
  const pass = new GatePass(trace, gates, null);
  const table = /** @type {Uint8Array} */ (reader.tables.get("vik"));
  root.append(...gates.map((gate) => new OneGate(pass, gate, { photo, reader, table }).element));
}

/**
 * How far the last of the gates is closed: the share of its values under a half; of branches, what the
 * first has.
 * @param {Options} options
 * @param {PartReader} reader
 */
export async function answer(options, reader) {
  const gate = (await gatesOf(options, reader)).gates.at(-1);
  if (!gate) throw new Error(reader.words("none", { model: options.model, gate: options.gate }));
  const { of, values } = gate;
  if (of === "branch") {
    const value = values[0];
    return { value, words: reader.words("answer-branch", { share: reader.number(100 * value) }) };
  }
  const closed = values.filter((value) => value < HALF).length;
  const said = { closed: reader.number(closed), all: reader.number(values.length) };
  return { value: closed / values.length, words: reader.words(`answer-${of}`, said) };
}
