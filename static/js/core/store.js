/** The one place of state: what is looked at, and how. It lives in the URL, so that a link is a view. */

/**
 * What a page's view is made of: its defaults, and what each field may be.
 * @template V
 * @typedef {{defaults: Readonly<V>, allowed: Partial<Record<keyof V, RegExp | number[]>>}} Fields
 */

/**
 * The view a query string names.
 * @template {object} V
 * @param {string} search
 * @param {Fields<V>} fields
 * @returns {V}
 */
export function fromSearch(search, { defaults, allowed }) {
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
 * @template {object} V
 * @param {V} view
 * @param {Fields<V>} fields
 */
export function toSearch(view, { defaults }) {
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
 * @template {object} V
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
