/**
 * An encoder at work: a token a row, the embedding that goes in and the hidden state that comes out,
 * one after another; at the end the one vector that a decoder without attention is given. While the
 * models run again, what stands here stays in its place, dimmed.
 *
 * @typedef {import("./view.js").View} View
 * @typedef {import("../../schema.js").TranslationTrace} TranslationTrace
 * @typedef {import("../../parts/steps/states.js").Rows} Rows
 * @typedef {{id: string, embeddings: Rows, states: Rows, last: Float32Array | null}} Read
 */

import { getOutput } from "../../core/api.js";
import { find, part } from "../../core/dom.js";
import { tokenLabel } from "../../math/words.js";
import { Replay } from "../../parts/replay.js";
import { cells } from "../../parts/steps/cells.js";
import { drawStates, isBothWays, markEnds, markRead, rowsOf } from "../../parts/steps/states.js";
import { term } from "../../parts/term.js";
import { readSaid } from "./telling.js";

const NEEDED = ["embeddings", "states"];

export class Encoder {
  /**
   * @param {HTMLElement} root
   * @param {import("../../core/store.js").Store<View>} store
   * @param {Uint8Array} table a diverging one
   * @param {(error: unknown) => void} onProblem
   */
  constructor(root, store, table, onProblem) {
    this.root = root;
    this.store = store;
    this.table = table;
    this.onProblem = onProblem;
    /** @type {Read | null} */
    this.found = null;
    /** @type {TranslationTrace | null} */
    this.asking = null;
    this.drawn = "";
    this.model = ""; // whose encoder is shown
    this.bothWays = false;
    this.select = find(root, "select", HTMLSelectElement);
    this.replay = new Replay(this.part("replay"), (read) => store.set({ read }));
    this.replay.slider.setAttribute("aria-label", "Source token");
    this.select.addEventListener("change", () => store.set({ encoder: this.select.value }));
  }

  /** @param {string} name */
  part(name) {
    return part(this.root, name);
  }

  /**
   * @param {{title: string, trace: TranslationTrace}[]} models what is traced by now
   * @param {boolean} all whether no more will come
   */
  draw(models, all) {
    const shows = models.filter(({ trace }) => NEEDED.every((name) => trace.outputs.includes(name)));
    const wanted = this.store.view.encoder || this.model;
    const chosen = shows.find(({ trace }) => trace.model === wanted) ?? (all ? shows[0] : undefined);
    if (all) this.ready(models, shows);
    this.root.toggleAttribute("data-old", this.found === null || this.found.id !== chosen?.trace.id);
    if (!chosen) return;
    this.model = chosen.trace.model;
    this.select.value = this.model;
    if (this.found?.id !== chosen.trace.id) this.load(chosen.trace);
    else this.show(chosen.trace, this.found);
  }

  /**
   * @param {{title: string, trace: TranslationTrace}[]} models
   * @param {{title: string, trace: TranslationTrace}[]} shows
   */
  ready(models, shows) {
    this.root.hidden = !shows.length;
    this.choices(shows);
    const others = models.filter((model) => !shows.includes(model)).map(({ title }) => title.split(":")[0]);
    const reads = others.length > 1 ? "read" : "reads";
    const are = others.length > 1 ? "are" : "is";
    this.part("not-drawn").textContent = others.length
      ? `${others.join(" and ")} ${reads} all tokens at once, layer by layer, and ${are} not drawn here.`
      : "";
  }

  /**
   * @param {{title: string, trace: TranslationTrace}[]} shows
   */
  choices(shows) {
    const names = shows.map(({ trace }) => trace.model).join();
    if (this.select.dataset.names === names) return;
    this.select.replaceChildren(...shows.map(({ title, trace }) => new Option(title, trace.model)));
    this.select.dataset.names = names;
  }

  /** @param {TranslationTrace} trace */
  async load(trace) {
    if (this.asking === trace) return;
    this.asking = trace; // and not its name: made again, it has the same
    try {
      const names = [...NEEDED, ...(trace.outputs.includes("last") ? ["last"] : [])];
      const [embeddings, states, last] = await Promise.all(names.map((name) => getOutput(trace.id, name)));
      if (this.asking !== trace) return;
      this.found = {
        id: trace.id,
        embeddings: rowsOf(embeddings),
        states: rowsOf(states),
        last: last?.data ?? null,
      };
      this.root.removeAttribute("data-old");
      this.show(trace, this.found);
    } catch (error) {
      this.onProblem(error);
    }
  }

  /**
   * @param {TranslationTrace} trace
   * @param {Read} found
   */
  show(trace, found) {
    const tokens = trace.source.tokens.map((token) => tokenLabel(token.text));
    if (this.drawn !== found.id) {
      this.drawn = found.id;
      this.drawRows(tokens, found, trace);
    }
    const read = Math.min(this.store.view.read, tokens.length);
    this.replay.root.hidden = false;
    this.replay.show(read, tokens.length);
    this.place(read, tokens, found);
  }

  /**
   * @param {string[]} tokens
   * @param {Read} found
   * @param {TranslationTrace} trace
   */
  drawRows(tokens, { embeddings, states, last }, trace) {
    const rows = this.part("rows");
    const columns = ["Token", term("embedding", "Embedding"), term("hidden-state", "Hidden state")];
    const scale = drawStates(rows, tokens, [embeddings, states], columns, this.table);
    this.bothWays = last !== null && isBothWays(states.values, states.width, last);
    if (this.bothWays) markEnds(rows);
    this.vector(last, scale, trace.alignment !== null, tokens.length);
  }

  /**
   * @param {Float32Array | null} last
   * @param {import("../../math/colour.js").Scale} scale
   * @param {boolean} looks
   * @param {number} tokens
   */
  vector(last, scale, looks, tokens) {
    this.part("last").hidden = last === null;
    if (!last) return;
    this.part("last-strip").replaceChildren(cells("", last, scale, this.table).canvas);
    const halves = this.bothWays
      ? "The one vector: the framed halves, what was read forwards up to the last token and backwards up to the first. "
      : "The one vector: the encoder's last state. ";
    const use = looks
      ? `This model's decoder starts from it, and may look at all ${tokens} hidden states at every step.`
      : `This model's decoder gets it and nothing else: the other ${tokens} rows end here.`;
    this.part("last-said").textContent = halves + use;
  }

  /**
   * @param {number} read
   * @param {string[]} tokens
   * @param {Read} found
   */
  place(read, tokens, { embeddings, states }) {
    const count = read || tokens.length;
    const here = markRead(this.part("rows"), read);
    if (here) this.reveal(here);
    this.part("last").classList.toggle("later", count < tokens.length);
    const widths = { embedding: embeddings.width, state: states.width };
    this.part("place-said").textContent = readSaid({ read, tokens, widths, bothWays: this.bothWays });
  }

  /**
   * Scrolls the rows, and not the page, no further than a row needs to be in sight.
   * @param {HTMLElement} row
   */
  reveal(row) {
    const box = this.part("scroll");
    const [top, bottom] = [row.offsetTop, row.offsetTop + row.offsetHeight];
    if (bottom > box.scrollTop + box.clientHeight) box.scrollTop = bottom - box.clientHeight;
    if (top < box.scrollTop + row.offsetHeight) box.scrollTop = top - row.offsetHeight;
  }
}
