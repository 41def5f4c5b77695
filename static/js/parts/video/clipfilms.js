/** Every frame, every head, every layer in small, each one press away. */

import { byId } from "../../core/dom.js";
import { range } from "../../math/attention.js";
import { formatShare } from "../../math/colour.js";
import { sendsQueryKeys } from "../../math/site.js";
import { Film } from "../film.js";
import { headName } from "../phrases.js";
import { siteLabel, siteTitle } from "./clipscene.js";
import { Cube } from "./cube.js";

/**
 * @typedef {import("./clipscene.js").Shown} Shown
 * @typedef {import("./cliptrace.js").Seen} Seen
 */

const NOTHING = Object.freeze({ low: 0, high: 1 });

export class ClipFilms {
  /** @param {import("../../core/store.js").Store<import("./cliplook.js").ClipLook>} store */
  constructor(store) {
    this.cube = new Cube(byId("cube"), (key) => store.set({ frame: Number(key) }));
    this.heads = new Film(byId("heads"), (head) => store.set({ head }));
    this.layers = new Film(byId("layers"), (site) => store.set({ site }));
  }

  /**
   * @param {Shown} shown
   * @param {number} frame
   * @param {(frame: number) => import("../image/scene.js").Scene | null} sceneAt
   * @param {boolean} hovered whether the query is but the pointer's: nothing is fetched for it yet
   */
  draw(shown, frame, sceneAt, hovered) {
    this.drawCube(shown, frame, sceneAt);
    const { traced, view, table } = shown;
    const site = traced.site(view.site);
    const how = { grid: traced.trace.grid, table, smooth: view.smooth };
    this.heads.draw(this.headFrames(shown, frame, hovered), { ...how, chosen: traced.head(site, view.head) });
    byId("layers")
      .closest("section")
      ?.toggleAttribute("hidden", traced.sites.length < 2);
    this.layers.draw(this.layerFrames(shown, frame, hovered), { ...how, chosen: site.name });
    byId("heads-of").textContent = `Heads of ${siteTitle(site, traced).toLowerCase()}`;
  }

  /**
   * @param {Shown} shown
   * @param {number} frame
   * @param {(frame: number) => import("../image/scene.js").Scene | null} sceneAt
   */
  drawCube({ traced, seen, view, table }, frame, sceneAt) {
    const frames = traced.trace.frames.map(({ number, time, step }) => {
      const share = seen ? formatShare(seen.when[step]) : "";
      return {
        key: String(number),
        label: String(number + 1),
        name: `frame ${number + 1}, ${time.toFixed(2)} seconds, ${share} of the weight`,
        note: share,
        map: null,
        scale: NOTHING,
        scene: sceneAt(number),
      };
    });
    const { grid } = traced.trace;
    this.cube.draw(frames, { chosen: String(frame), grid, table, smooth: view.smooth });
  }

  /**
   * @param {Shown} shown
   * @param {number} frame
   * @param {boolean} hovered
   */
  headFrames({ traced, view, query }, frame, hovered) {
    const site = traced.site(view.site);
    const keys = [...Array.from({ length: site.heads }, (_, i) => String(i)), "mean", "max"];
    const known = traced.ready(site.name) || (!hovered && !sendsQueryKeys(site));
    return keys.map((key) => {
      const seen = known ? traced.glance(site, key, query) : null;
      return {
        key,
        label: key.length > 1 ? key : headName(key),
        name: "",
        note: seen && key !== "max" ? formatShare(seen.when[traced.stepOf(frame)]) : "",
        ...framed(traced, site, seen, frame),
      };
    });
  }

  /**
   * @param {Shown} shown
   * @param {number} frame
   * @param {boolean} hovered
   */
  layerFrames({ traced, query }, frame, hovered) {
    return traced.sites.map((site) => {
      const seen = hovered ? null : traced.glance(site, "mean", query);
      return {
        key: site.name,
        label: siteLabel(site, traced.sites),
        name: siteTitle(site, traced).toLowerCase(),
        note: "",
        ...framed(traced, site, seen, frame),
      };
    });
  }
}

/**
 * A map with the scale of its frame.
 * @param {import("./cliptrace.js").ClipTrace} traced
 * @param {import("./cliptrace.js").ClipSite} site
 * @param {Seen | null} seen
 * @param {number} frame
 */
function framed(traced, site, seen, frame) {
  const map = seen ? traced.map(site, seen, frame) : null;
  const [low, high] = map ? range(map.values) : [0, 1];
  return { map, scale: { low, high } };
}
