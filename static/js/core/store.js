/** The one place of state: what is looked at, and how. It lives in the URL, so that a link is a view. */

/**
 * How a value that is no text, number or switch stands in a link; null where the text names none.
 * @template T
 * @typedef {{parse: (text: string) => T | null, spell: (value: T) => string}} Spelling
 */

/**
 * What a field may be: a pattern, lowest and highest of whole numbers, or whatever its spelling reads.
 * @typedef {RegExp | number[] | Spelling<any>} Rule
 */

/**
 * What a page's view is made of: its defaults, and what each field may be.
 * @template V
 * @typedef {{defaults: Readonly<V>, allowed: Partial<Record<keyof V, Rule>>}} Fields
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
 * @param {Rule | undefined} rule
 * @param {string} type
 */
function parse(text, rule, type) {
  if (type === "boolean") return text === "1" ? true : text === "0" ? false : undefined;
  if (type === "object") return isSpelling(rule) ? (rule.parse(text) ?? undefined) : undefined;
  if (rule instanceof RegExp && !rule.test(text)) return undefined;
  if (type === "string") return text;
  return rule instanceof RegExp || between(text, rule) ? Number(text) : undefined;
}

/**
 * @param {Rule | undefined} rule
 * @returns {rule is Spelling<any>}
 */
function isSpelling(rule) {
  return rule !== undefined && "spell" in rule;
}

/**
 * @param {string} text
 * @param {Rule | undefined} bounds
 */
function between(text, bounds) {
  const [low, high] = Array.isArray(bounds) ? bounds : [0, -1];
  const number = Number(text);
  return text !== "" && Number.isInteger(number) && number >= low && number <= high;
}

/**
 * The query string of a view: "" where everything is at its default.
 * @template {object} V
 * @param {V} view
 * @param {Fields<V>} fields
 */
export function toSearch(view, { defaults, allowed }) {
  const parts = Object.entries(defaults).flatMap(([name, usual]) => {
    const key = /** @type {keyof V} */ (name);
    const text = spell(view[key], allowed[key]);
    if (text === spell(usual, allowed[key])) return [];
    return [`${name}=${encodeURIComponent(text).replaceAll("%2C", ",").replaceAll("%3B", ";")}`];
  });
  return parts.length ? `?${parts.join("&")}` : "";
}

/**
 * @param {unknown} value
 * @param {Rule | undefined} rule
 */
function spell(value, rule) {
  if (isSpelling(rule)) return rule.spell(value);
  return typeof value === "boolean" ? String(Number(value)) : String(value);
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
      return !same(this.view[key], change[key]);
    });
    if (!names.length) return;
    this.view = { ...this.view, ...change };
    for (const listener of this.listeners) listener(new Set(names));
  }
}

/**
 * Whether two values of a field are the same, however often they were made.
 * @param {unknown} one
 * @param {unknown} other
 */
function same(one, other) {
  return one === other || (typeof one === "object" && JSON.stringify(one) === JSON.stringify(other));
}
