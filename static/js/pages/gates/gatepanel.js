/**
 * The gate that is open: its switch, its formula, its values, and x, g(x), y of a few channels.
 *
 * @typedef {import("../../parts/gates/gatepass.js").GatePass} GatePass
 * @typedef {import("../../schema.js").GateValues} GateValues
 * @typedef {object} Shown
 * @property {GatePass} pass as switched, where anything is, else as computed
 * @property {GatePass} untouched
 * @property {import("../../schema.js").NetworkView} network
 * @property {ImageBitmap} photo
 * @property {boolean} dark whether the page is
 * @property {(site: string) => {values: Float32Array, name: string} | null} beside
 */

import { byId } from "../../core/dom.js";
import { extremes, formatGate, meanOf, mostSpecial } from "../../math/gate.js";
import { byChannel, settingOf, switchOf, withSetting } from "../../math/intervention.js";
import { GateBars } from "../../parts/gates/gatebars.js";
import { gateFormula } from "../../parts/gates/gateformula.js";
import { PlaceGate } from "../../parts/gates/placegate.js";
import { Shares } from "../../parts/gates/shares.js";
import { Triptych } from "../../parts/gates/triptych.js";

const COLUMNS = 4; // channels of a group
const HEX = 100;

export class GatePanel {
  /**
   * @param {import("../../core/store.js").Store<import("./view.js").View>} store
   * @param {Uint8Array} table a diverging one
   * @param {(error: unknown) => void} onError
   */
  constructor(store, table, onError) {
    this.store = store;
    this.table = table;
    this.onError = onError;
    /** @type {Shown | null} */
    this.shown = null;
    this.of = "";
    const choose = (/** @type {number} */ channel) => this.choose(channel);
    this.bars = new GateBars(choose);
    this.triptych = new Triptych(choose);
    this.place = new PlaceGate();
    this.shares = new Shares();
    this.sweep = byId("sweep", HTMLInputElement);
    this.hand = byId("channel-value", HTMLInputElement);
    this.listen();
  }

  listen() {
    for (const field of settings()) field.addEventListener("change", () => this.switch(field.value));
    this.sweep.addEventListener("input", () => this.set(Number(this.sweep.value)));
    this.hand.addEventListener("change", () => this.setChannel(Number(this.hand.value)));
    byId("channel-back").addEventListener("click", () => this.setChannel(null));
    byId("gate-before").addEventListener("click", () => this.step(-1));
    byId("gate-next").addEventListener("click", () => this.step(1));
  }

  /** The gate's name. @returns {string} */
  get site() {
    const { pass } = /** @type {Shown} */ (this.shown);
    const { gate } = this.store.view;
    return pass.gates.has(gate) ? gate : String([...pass.gates.keys()][0] ?? "");
  }

  /** @param {number} by how many gates further */
  step(by) {
    const sites = [...(this.shown?.pass.gates.keys() ?? [])];
    const next = sites[sites.indexOf(this.site) + by];
    if (next) this.store.set({ gate: next, channel: -1 });
  }

  /** @param {number} channel that is looked at; once more, none is */
  choose(channel) {
    this.store.set({ channel: channel === this.store.view.channel ? -1 : channel });
  }

  /** @param {string} place of the switch */
  switch(place) {
    if (place === "computed") this.set(null);
    else if (place === "hand") this.set(Math.round(HEX * this.computedMean()) / HEX);
    else this.set(/** @type {"open"} */ (place));
  }

  /** @param {import("../../math/intervention.js").Setting | null} setting */
  set(setting) {
    this.store.set({ set: withSetting(this.store.view.set, this.site, setting) });
  }

  /** @param {number | null} value of the channel that is looked at; null as computed */
  setChannel(value) {
    const { channel, set } = this.store.view;
    const others = { ...byChannel(settingOf(set, this.site)) };
    if (value === null) delete others[channel];
    else others[channel] = Math.min(1, Math.max(0, value));
    this.set(Object.keys(others).length ? others : null);
  }

  computedMean() {
    return this.shown?.untouched.gates.get(this.site)?.mean ?? 0;
  }

  /** @param {Shown} shown */
  draw(shown) {
    this.shown = shown;
    const gate = shown.pass.gates.get(this.site);
    byId("gate").hidden = !gate;
    if (!gate) return;
    this.tell(gate, shown);
    this.drawSwitch(gate);
    if (this.of !== gate.of) this.build(gate.of);
    if (gate.of === "channel") this.drawChannels(gate, shown);
    else if (gate.of === "place") this.drawPlaces(gate, shown);
    else this.shares.draw(gate);
  }

  /** @param {GateValues["of"]} of */
  build(of) {
    this.of = of;
    byId("gate-formula").replaceChildren(gateFormula(of));
    const parts = {
      channel: [this.bars.element],
      place: [this.place.element],
      branch: [this.shares.element],
    };
    byId("gate-values").replaceChildren(...parts[of]);
    byId("gate-maps").replaceChildren(...(of === "branch" ? [] : [this.triptych.element]));
    for (const id of ["bars-controls", "channel-row"]) byId(id).hidden = of !== "channel";
    byId("gate-meaning").textContent = MEANING[of];
  }

  /**
   * @param {GateValues} gate
   * @param {Shown} shown
   */
  tell({ site, opens }, { network, pass }) {
    const node = network.nodes.find((each) => each.site === site);
    const skip = opens ? ` It opens ${opens}.` : "";
    byId("gate-title").textContent = `Gate ${site}`;
    byId("gate-words").textContent = node
      ? `${node.words}${skip} In part ${node.name}, which gives ${node.channels} × ${node.rows} × ${node.columns}.`
      : skip;
    const sites = [...pass.gates.keys()];
    byId("gate-before", HTMLButtonElement).disabled = site === sites[0];
    byId("gate-next", HTMLButtonElement).disabled = site === sites.at(-1);
  }

  /** @param {GateValues} gate */
  drawSwitch({ site }) {
    const setting = settingOf(this.store.view.set, site);
    const now = switchOf(setting);
    const mean = this.computedMean();
    const said = { computed: "", open: "1", flat: formatGate(mean), closed: "0", hand: "" };
    for (const field of settings()) {
      field.checked = field.value === now;
      const small = field.parentElement?.querySelector("small");
      if (small) small.textContent = said[/** @type {keyof said} */ (field.value)];
    }
    const value = typeof setting === "number" ? setting : ({ open: 1, closed: 0 }[String(setting)] ?? mean);
    if (document.activeElement !== this.sweep || Number(this.sweep.value) !== value)
      this.sweep.value = String(value);
    byId("sweep-said").textContent = typeof setting === "object" && setting ? "by channel" : value.toFixed(2);
  }

  /**
   * @param {GateValues} gate
   * @param {Shown} shown
   */
  drawChannels(gate, shown) {
    const { order, channel } = this.store.view;
    const values = Float32Array.from(gate.values);
    const chosen = channel < values.length ? channel : -1;
    const other = shown.beside(gate.site);
    const beside = other && other.values.length === values.length ? other.values : null;
    this.bars.draw({ values, beside, besideName: other?.name ?? "", order, chosen });
    this.drawHand(values, chosen);
    const { opened, closed } = extremes(values, COLUMNS);
    const special = beside ? mostSpecial(values, beside) : null;
    const groups = [
      { title: "Most open", channels: opened },
      { title: "Most closed", channels: closed },
      { title: "Chosen", channels: chosen < 0 ? [] : [chosen] },
      { title: `Least like ${other?.name}`, channels: special === null ? [] : [special] },
    ].filter(({ channels }) => channels.length);
    this.drawMaps(gate.site, groups, (c) => values[c], null);
  }

  /**
   * @param {string} site
   * @param {{title: string, channels: number[]}[]} groups
   * @param {(channel: number) => number} gateOf
   * @param {Float32Array | null} at gates of places
   */
  drawMaps(site, groups, gateOf, at) {
    const { pass } = /** @type {Shown} */ (this.shown);
    const channels = [...new Set(groups.flatMap((group) => group.channels))];
    const maps = pass.mapsOf(site, channels, () => this.shown && this.draw(this.shown), this.onError);
    const drawn = groups.map((group) => ({
      title: group.title,
      columns: group.channels.map((channel) => ({
        channel,
        gate: gateOf(channel),
        x: maps.get(channel) ?? null,
        at,
      })),
    }));
    this.triptych.draw(drawn, { chosen: this.store.view.channel, table: this.table });
  }

  /**
   * @param {GateValues} gate
   * @param {Shown} shown
   */
  drawPlaces(gate, shown) {
    const values = Float32Array.from(gate.values);
    this.place.draw(gate, shown.photo, shown.untouched.trace.input, shown.dark);
    const mean = meanOf(values);
    const groups = [{ title: "Channels of x", channels: [0, 1, 2, 3] }];
    this.drawMaps(gate.site, groups, () => mean, values);
  }

  /**
   * @param {Float32Array} values
   * @param {number} chosen
   */
  drawHand(values, chosen) {
    const row = byId("channel-row");
    row.classList.toggle("none", chosen < 0);
    this.hand.disabled = chosen < 0;
    byId("channel-name").textContent = chosen < 0 ? "a channel" : `channel ${chosen}`;
    if (document.activeElement !== this.hand) this.hand.value = chosen < 0 ? "" : values[chosen].toFixed(2);
    const set = byChannel(settingOf(this.store.view.set, this.site));
    byId("channel-back", HTMLButtonElement).disabled = !(chosen in set);
  }
}

/** What a gate's values are, and what they do not prove. */
const MEANING = {
  channel:
    "Each value multiplies a whole channel. They have a scale of their own, 0 to 1: they are no weights and do not sum to 1. An open gate lets a channel through; it does not say that the channel matters, nor what it stands for.",
  place:
    "Each value multiplies all channels at one place. They are no weights and do not sum to 1. An open place is let through; it does not say that the network decided by it.",
  branch:
    "Of every channel the branches have shares, which sum to 1. A large share says which filter's map goes on, not that it is right.",
};

function settings() {
  return /** @type {NodeListOf<HTMLInputElement>} */ (document.getElementsByName("gate-setting"));
}
