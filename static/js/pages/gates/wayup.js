/** From the bottleneck to the output: what each step up makes, as pictures. */

import { byId } from "../../core/dom.js";
import { Drawn } from "../../core/drawn.js";
import { Film } from "../../parts/film.js";
import { pixelsOf } from "../../parts/gates/faces.js";

const SCALE = { low: 0, high: 255 };
const SIDE = 64;

export class WayUp {
  /** @param {(site: string) => void} onChoose a step with a gate was pressed */
  constructor(onChoose) {
    this.drawn = new Drawn();
    /** @type {Map<string, string>} gates by their parts */
    this.sites = new Map();
    this.film = new Film(byId("up-film"), (part) => {
      const site = this.sites.get(part);
      if (site) onChoose(site);
    });
  }

  /**
   * @param {import("../../schema.js").NetworkView} network
   * @param {import("../../parts/gates/gatepass.js").GatePass} pass
   * @param {Uint8Array} table
   */
  draw({ nodes }, pass, table) {
    if (this.drawn.of(nodes, pass, pass.pictures, table)) return;
    const pictures = new Map(pass.pictures?.map((picture) => [picture.name, picture]));
    const steps = nodes.filter(({ path }) => path !== "encoder");
    const up = steps.some(({ path }) => path === "decoder");
    byId("up").hidden = !up;
    if (!up) return;
    this.sites = new Map(steps.map(({ name, site }) => [name, site ?? ""]));
    const last = steps[steps.length - 1];
    const frames = steps.map((node) => ({
      key: node.name,
      label: node.name,
      name: `${node.name}: ${node.words}`,
      note: `${node.channels} × ${node.rows} × ${node.columns}`,
      map: node === last && pass.output ? outputMap(pass.output) : mapOf(pictures.get(node.name)),
      scale: SCALE,
    }));
    this.film.draw(frames, { chosen: "", grid: steps[0], table, smooth: true });
  }
}

/** @param {import("../../schema.js").PartPicture | undefined} picture */
function mapOf(picture) {
  if (!picture) return null;
  const { rows, columns, data } = picture;
  return { rows, columns, values: Float32Array.from(atob(data), (letter) => letter.charCodeAt(0)) };
}

/**
 * What comes out, by its brightness.
 * @param {ImageBitmap} output
 */
function outputMap(output) {
  const scale = SIDE / Math.max(output.width, output.height);
  const columns = Math.round(output.width * scale);
  const rows = Math.round(output.height * scale);
  const { data } = pixelsOf(output, columns, rows);
  return { rows, columns, values: Float32Array.from({ length: rows * columns }, (_, i) => data[4 * i]) };
}
