/**
 * What is looked from, as a value. How the API and a link spell it stands here and nowhere else.
 *
 * @typedef {import("./geometry.js").Patch} Patch
 * @typedef {{token: string}} Named a token that has no place in the photo, by its name
 * @typedef {Patch | Named} Query of a photo
 * @typedef {Query | number} AnyQuery of any site: a token of a text is its number
 */

const MOST = 8; // patches of a list
const PATCH = /^(\d{1,3}),(\d{1,3})$/;

/** The class token, which stands for the whole photo. */
export const CLS = Object.freeze({ token: "cls" });

/**
 * @param {AnyQuery} query
 * @returns {query is Patch}
 */
export function isPatch(query) {
  return typeof query === "object" && "row" in query;
}

/** @param {AnyQuery} query */
export function spellQuery(query) {
  if (typeof query === "number") return String(query);
  return "token" in query ? query.token : `${query.row},${query.column}`;
}

/**
 * @param {string} text
 * @returns {AnyQuery | null} null where it is neither CLS nor a patch, nor the number of a token
 */
export function parseQuery(text) {
  if (text === CLS.token) return CLS;
  if (/^\d{1,3}$/.test(text)) return Number(text);
  const found = PATCH.exec(text);
  return found && { row: Number(found[1]), column: Number(found[2]) };
}

/**
 * @param {AnyQuery | null} one
 * @param {AnyQuery | null} other
 */
export function isSame(one, other) {
  if (one === null || other === null) return one === other;
  return spellQuery(one) === spellQuery(other);
}

/** @param {readonly Patch[]} patches */
export function spellPatches(patches) {
  return patches.map(spellQuery).join(";");
}

/**
 * @param {string} text
 * @returns {Patch[] | null} null where anything in it is no patch
 */
export function parsePatches(text) {
  const found = text ? text.split(";").map(parseQuery) : [];
  const patches = found.filter((each) => each !== null).filter(isPatch);
  return patches.length === found.length && found.length <= MOST ? patches : null;
}

/**
 * The patch that a query is on this grid; null where it is a token, or lies beside the grid.
 * @param {AnyQuery} query
 * @param {import("./geometry.js").Grid} grid
 */
export function patchOn(query, { rows, columns }) {
  return isPatch(query) && query.row < rows && query.column < columns ? query : null;
}
