/** Texts by their keys, with values put into them. */

/**
 * @param {Readonly<Record<string, string>>} texts
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 */
export function phrase(texts, key, values = {}) {
  const text = texts[key];
  if (text === undefined) throw new Error(`There is no text ${key}.`);
  return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}
