/**
 * How far a reader has come. It is kept in this browser alone, and where that keeps nothing, until the
 * page is left.
 *
 * @typedef {{seen: number[], answered: number[]}} Chapter sections and questions by their numbers
 * @typedef {Record<string, Chapter>} Progress by chapter
 */

const KEY = "foveate.learn";

/** @returns {Progress} */
export function recalled() {
  try {
    return parsed(localStorage.getItem(KEY) ?? "{}");
  } catch {
    return {}; // storage is blocked
  }
}

/**
 * @param {string} text that anybody may have changed
 * @returns {Progress}
 */
export function parsed(text) {
  /** @type {Progress} */
  const progress = {};
  for (const [slug, chapter] of Object.entries(read(text))) {
    progress[slug] = { seen: numbers(chapter?.seen), answered: numbers(chapter?.answered) };
  }
  return progress;
}

/**
 * @param {string} text
 * @returns {Record<string, any>}
 */
function read(text) {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

/** @param {unknown} list */
function numbers(list) {
  return Array.isArray(list) ? list.filter(Number.isInteger) : [];
}

/**
 * Notes that a section was seen, or a question answered.
 * @param {string} slug
 * @param {keyof Chapter} what
 * @param {number} number
 */
export function note(slug, what, number) {
  const progress = recalled();
  const chapter = progress[slug] ?? { seen: [], answered: [] };
  if (chapter[what].includes(number)) return;
  chapter[what].push(number);
  write({ ...progress, [slug]: chapter });
}

export function forget() {
  try {
    localStorage.removeItem(KEY);
  } catch {
    // there was nothing
  }
}

/** @param {Progress} progress */
function write(progress) {
  try {
    localStorage.setItem(KEY, JSON.stringify(progress));
  } catch {
    // storage is blocked or full: the course works without
  }
}

/**
 * How much of a chapter is done, from 0 to 1.
 * @param {Chapter | undefined} chapter
 * @param {{sections: number, questions: number}} of
 */
export function shareOf(chapter, { sections, questions }) {
  const done = (chapter?.seen.length ?? 0) + (chapter?.answered.length ?? 0);
  return Math.min(1, done / Math.max(1, sections + questions));
}
