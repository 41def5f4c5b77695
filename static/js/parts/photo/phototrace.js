/**
 * One photo and the trace of a model that attends to patches, as it is shown and told of.
 *
 * @typedef {import("../../math/query.js").AnyQuery} AnyQuery
 * @typedef {import("./tracedphoto.js").Method} Method
 * @typedef {import("./tracedphoto.js").Looked} Looked
 * @typedef {import("./tracedphoto.js").PhotoMap} PhotoMap
 * @typedef {{query: AnyQuery, label: string, box: import("../../math/geometry.js").Box | null}} Other a
 *   query that is no patch, and where it has found something
 */

import { labelsOn, seenFrom } from "../../math/axis.js";
import { formatWeight } from "../../math/colour.js";
import { CLS, isSame, patchOn, spellQuery } from "../../math/query.js";
import { besideShare, caption } from "../phrases.js";
import { numbersPath } from "../takeaway/calls.js";
import { PhotoMaps } from "./photomaps.js";

const LACKED = {
  weights: "attention over patches.",
  rollout: "rollout: its layers are no chain over the same patches.",
  "window-rollout": "window rollout: it does not attend in windows alone.",
  saliency: "saliency decoder.",
};

export class PhotoTrace extends PhotoMaps {
  /** @type {number[][]} left, top, right, bottom in pixels of the photo, of what a detector found */
  objects = [];

  /**
   * Whether the model attends to patches.
   * @returns {true}
   */
  get attends() {
    return true;
  }

  /**
   * A view as it is shown here: a layer, head or query that this model lacks has given way.
   * @template {Looked} V
   * @param {V} view
   * @returns {V}
   */
  seen(view) {
    const site = this.site(view);
    const query = this.lookedFrom(view.query);
    return { ...view, layer: site.layer, head: this.head(site, view.head), query };
  }

  /**
   * The queries that are no patches, but for CLS, which has a place of its own.
   * @returns {Other[]}
   */
  others() {
    const found = this.across.length ? labelsOn(this.across[0].query) : [];
    const entries = found.map((label, query) => ({ query, label, box: this.box(query) }));
    return [
      ...entries.filter(({ label }) => !isNothing(label)),
      ...entries.filter(({ label }) => isNothing(label)),
    ];
  }

  /**
   * The address of the numbers that a view shows, below the API's root: of weights, the query is said on
   * the site's own grid.
   * @param {Looked} view
   * @param {string} id
   * @param {string} format
   */
  path(view, id, format) {
    const seen = this.seen(view);
    const site = this.site(seen);
    const own = seen.method === "weights" ? seenFrom(site.query, seen.query, this.grid) : seen.query;
    return numbersPath(id, site.name, { ...seen, query: own }, format);
  }

  /** @param {Looked} view */
  fileName(view) {
    const { method, layer, head, query } = this.seen(view);
    const of = method === "weights" ? `layer${layer}-${head}` : method;
    return method === "saliency" ? of : `${of}-${spellQuery(query).replace(",", "-")}`;
  }

  /**
   * Where a detector's query found something.
   * @param {AnyQuery} query
   */
  box(query) {
    const found = typeof query === "number" ? this.objects[query] : undefined;
    if (!found) return null;
    const [left, top, right, bottom] = found;
    return { left, top, width: right - left, height: bottom - top };
  }

  /**
   * What a query is called where it is an entry of cross-attention.
   * @param {AnyQuery} query
   */
  label(query) {
    return typeof query === "number" ? (labelsOn(this.across[0].query)[query] ?? "") : "";
  }

  /**
   * Why a method has nothing to show of this photo; "" where it has.
   * @param {Method} method
   */
  lacking(method) {
    const known = /** @type {Record<string, string>} */ (LACKED)[method];
    return this.methods.includes(method) ? "" : `${this.trace.model} has no ${known ?? "class maps."}`;
  }

  /**
   * A method, or what is shown in place of one that the model lacks.
   * @param {Method} method
   * @param {AnyQuery} [query] of the view: what is no patch has weights alone
   * @returns {Method}
   */
  offered(method, query = CLS) {
    if (typeof query === "number" && method !== "saliency") return "weights";
    const alike = this.methods.find((other) => method.endsWith("rollout") && other.endsWith("rollout"));
    return this.methods.includes(method) ? method : (alike ?? "weights");
  }

  /**
   * The scale that a reach is painted with: a diverging table has an even spread at its middle.
   * @param {Looked} view
   * @param {[number, number]} reach
   */
  scale(view, reach) {
    return this.scaled(view, reach, view.method === "saliency" ? null : this.even(view));
  }

  /** @param {Looked} view what a diverging table has at its middle */
  middle(view) {
    return `an even spread (${formatWeight(this.even(view))})`;
  }

  /**
   * What a detector's query found, in pixels of the photo.
   * @param {Looked} _view
   * @param {AnyQuery} query
   */
  boxes(_view, query) {
    const found = this.box(this.lookedFrom(query));
    return found ? [found] : [];
  }

  /** How many patches an arrow key goes. */
  step() {
    return 1;
  }

  /**
   * The patch that is looked from.
   * @param {Looked} view
   * @param {AnyQuery} query
   */
  patch({ method }, query) {
    return method === "saliency" ? null : patchOn(query, this.grid);
  }

  /**
   * @param {Looked} view
   * @param {AnyQuery} query
   */
  titled(view, query) {
    return caption(this.seen({ ...view, query }), this.label(this.lookedFrom(query)));
  }

  /**
   * What a map cannot show.
   * @param {Looked} view
   * @param {PhotoMap} map
   */
  told(view, map) {
    return besideShare(map.beside, [...this.trace.prefix, ...this.trace.suffix], view);
  }

  /**
   * Whether the picture follows the pointer: while nothing is chosen.
   * @param {Looked} view
   */
  follows({ query, method }) {
    return isSame(query, CLS) && method === "weights" && this.over.length > 0;
  }

  /**
   * Whether a new query can be shown at once, without asking the server.
   * @param {Looked} view
   */
  ready(view) {
    return this.qk.has(this.site(view).name);
  }
}

/** @param {string} label of an object query */
function isNothing(label) {
  return label.startsWith("no object");
}
