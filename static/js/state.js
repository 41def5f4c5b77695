/**
 * The one place of state: what is looked at, and how. It lives in the URL, so that a link is a view.
 *
 * @typedef {object} View
 * @property {string} sample a sample's name, or "" for a photo of one's own
 * @property {string} trace the id of a photo's trace, or ""
 * @property {string} model a model's name, or "" for the default
 * @property {number} resolution
 * @property {number} layer from 1; 0 is the last
 * @property {string} head a number, "mean" or "max"
 * @property {string} query "cls" or "row,column"
 * @property {"weights" | "rollout" | "saliency"} method
 * @property {"overlay" | "heat" | "filter" | "attenuate"} lens
 * @property {"viridis" | "inferno" | "vik" | "grey"} colormap
 * @property {number} opacity percent
 * @property {number} keep percent
 * @property {number} floor percent
 * @property {"head" | "layer" | "trace"} scale what lowest and highest are taken over
 * @property {boolean} smooth
 * @property {boolean} grid
 * @property {string} pins "row,column" joined by ";"
 * @property {string} compare what differs in the second picture: "layer=3&head=2"; "" for none
 * @property {string} steps how far query, key and value are opened: 1 to 8, "all", or "" for not
 */

/** @type {Readonly<View>} */
export const DEFAULTS = Object.freeze({
  sample: "",
  trace: "",
  model: "",
  resolution: 448,
  layer: 0,
  head: "mean",
  query: "cls",
  method: "weights",
  lens: "overlay",
  colormap: "inferno",
  opacity: 60,
  keep: 60,
  floor: 10,
  scale: "head",
  smooth: true,
  grid: false,
  pins: "",
  compare: "",
  steps: "",
});

/** What each field may be; anything else in a link is left at its default. */
const ALLOWED = {
  sample: /^[a-z0-9-]{0,40}$/,
  trace: /^[0-9a-f]{0,32}$/,
  model: /^[a-z0-9.-]{0,80}$/,
  resolution: /^(224|448|644)$/,
  layer: [0, 999],
  head: /^(mean|max|\d{1,3})$/,
  query: /^(cls|\d{1,3},\d{1,3})$/,
  method: /^(weights|rollout|saliency)$/,
  lens: /^(overlay|heat|filter|attenuate)$/,
  colormap: /^(viridis|inferno|vik|grey)$/,
  opacity: [0, 100],
  keep: [1, 100],
  floor: [0, 100],
  scale: /^(head|layer|trace)$/,
  pins: /^(\d{1,3},\d{1,3}(;\d{1,3},\d{1,3}){0,7})?$/,
  compare: /^[a-z0-9=&,.-]{0,200}$/,
  steps: /^([1-8]|all)?$/,
};

/**
 * What a page's view is made of: its defaults, and what each field may be.
 * @template V
 * @typedef {{defaults: Readonly<V>, allowed: Partial<Record<keyof V, RegExp | number[]>>}} Fields
 */

/** @type {Fields<View>} */
const IMAGE = { defaults: DEFAULTS, allowed: ALLOWED };

/**
 * The view a query string names.
 * @template {object} [V=View]
 * @param {string} search
 * @param {Fields<V>} [fields]
 * @returns {V}
 */
export function fromSearch(search, fields) {
  const { defaults, allowed } = /** @type {Fields<V>} */ (fields ?? IMAGE);
  const parameters = new URLSearchParams(search);
  const view = /** @type {Record<string, unknown>} */ ({ ...defaults });
  for (const [name, value] of Object.entries(defaults)) {
    const text = parameters.get(name);
    const rule = allowed[/** @type {keyof V} */ (name)];
    const parsed = text === null ? undefined : parse(text, rule, typeof value);
    if (parsed !== undefined) view[name] = parsed;
  }
  return /** @type {V} */ (/** @type {unknown} */ (view));
}

/**
 * @param {string} text
 * @param {RegExp | number[] | undefined} allowed a pattern, or lowest and highest of whole numbers
 * @param {string} type
 */
function parse(text, allowed, type) {
  if (type === "boolean") return text === "1" ? true : text === "0" ? false : undefined;
  if (allowed instanceof RegExp && !allowed.test(text)) return undefined;
  if (type === "string") return text;
  return allowed instanceof RegExp || between(text, allowed) ? Number(text) : undefined;
}

/**
 * @param {string} text
 * @param {number[] | undefined} bounds
 */
function between(text, [low, high] = [0, -1]) {
  const number = Number(text);
  return text !== "" && Number.isInteger(number) && number >= low && number <= high;
}

/**
 * The query string of a view: "" where everything is at its default.
 * @template {object} [V=View]
 * @param {V} view
 * @param {Fields<V>} [fields]
 */
export function toSearch(view, fields) {
  const { defaults } = /** @type {Fields<V>} */ (fields ?? IMAGE);
  const parts = Object.entries(defaults).flatMap(([name, usual]) => {
    const value = view[/** @type {keyof V} */ (name)];
    if (value === usual) return [];
    const text = typeof value === "boolean" ? String(Number(value)) : String(value);
    return [`${name}=${encodeURIComponent(text).replaceAll("%2C", ",").replaceAll("%3B", ";")}`];
  });
  return parts.length ? `?${parts.join("&")}` : "";
}

/**
 * A view that tells its listeners what changed.
 * @template {object} [V=View]
 */
export class Store {
  /** @param {V} view */
  constructor(view) {
    this.view = view;
    /** @type {((changed: Set<string>) => void)[]} */
    this.listeners = [];
  }

  /** @param {(changed: Set<string>) => void} listener */
  listen(listener) {
    this.listeners.push(listener);
  }

  /** @param {Partial<V>} change */
  set(change) {
    const names = Object.keys(change).filter((name) => {
      const key = /** @type {keyof V} */ (name);
      return this.view[key] !== change[key];
    });
    if (!names.length) return;
    this.view = { ...this.view, ...change };
    for (const listener of this.listeners) listener(new Set(names));
  }
}
