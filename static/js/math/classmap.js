/**
 * The class of every place of a picture: what is laid on a photo of it, and where two of them differ.
 * Nothing here touches the page.
 *
 * @typedef {{rows: number, columns: number, classes: Uint8Array}} ClassMap numbers of classes, row by row
 * @typedef {readonly [number, number, number]} Colour
 * @typedef {object} Veil
 * @property {readonly Colour[]} colours by the numbers of classes
 * @property {ReadonlySet<number> | null} lit classes alone that are coloured; null for all
 * @property {ClassMap | null} other a map whose agreement is left out; null for none
 */

const LAID = 150; // how opaque a class is where all are shown, of 255
const LIT = 225; // where some are
const DIMMED = 120; // how opaque the black over what is left out is

/**
 * @param {string} text #rrggbb
 * @returns {Colour}
 */
export function parseColour(text) {
  const byte = (/** @type {number} */ at) => Number.parseInt(text.slice(at, at + 2), 16);
  return [byte(1), byte(3), byte(5)];
}

/**
 * @param {string} data base64 of a byte a place
 * @param {number} rows
 * @param {number} columns
 * @returns {ClassMap}
 */
export function readClasses(data, rows, columns) {
  const classes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  if (classes.length !== rows * columns)
    throw new Error(`A map of ${rows} × ${columns} places came with ${classes.length}: load the page again.`);
  return { rows, columns, classes };
}

/**
 * The class at a place that is told in parts of the picture's height and width.
 * @param {ClassMap} map
 * @param {number} down 0 to 1
 * @param {number} across 0 to 1
 */
export function classAt({ rows, columns, classes }, down, across) {
  const row = Math.min(rows - 1, Math.floor(down * rows));
  const column = Math.min(columns - 1, Math.floor(across * columns));
  return classes[row * columns + column];
}

/**
 * A map on the grid of another: of each of its places the class at the middle.
 * @param {ClassMap} map
 * @param {{rows: number, columns: number}} grid
 * @returns {Uint8Array}
 */
export function onGrid(map, { rows, columns }) {
  if (map.rows === rows && map.columns === columns) return map.classes;
  const found = new Uint8Array(rows * columns);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      found[row * columns + column] = classAt(map, (row + 0.5) / rows, (column + 0.5) / columns);
  return found;
}

/**
 * The colours that are laid on a photo, (rows, columns, 4) bytes.
 * @param {ClassMap} map
 * @param {Veil} veil
 */
export function veilOf(map, { colours, lit, other }) {
  const { classes } = map;
  const theirs = other && onGrid(other, map);
  const pixels = new Uint8ClampedArray(4 * classes.length);
  const all = !lit && !theirs;
  for (let i = 0; i < classes.length; i++) {
    const number = classes[i];
    const shown = (!lit || lit.has(number)) && (!theirs || theirs[i] !== number);
    if (shown) pixels.set(colours[number], 4 * i);
    pixels[4 * i + 3] = shown ? (all ? LAID : LIT) : DIMMED;
  }
  return pixels;
}

/**
 * How much of the picture each class has.
 * @param {ClassMap} map
 * @param {number} count of classes
 */
export function sharesOf({ classes }, count) {
  const found = new Array(count).fill(0);
  for (const number of classes) found[number] += 1 / classes.length;
  return /** @type {number[]} */ (found);
}

/**
 * Where a map says otherwise than another: the share of its places, and of these what it says there and
 * what the other says, by class.
 * @param {ClassMap} map
 * @param {ClassMap} other
 * @param {number} count of classes
 */
export function apart(map, other, count) {
  const theirs = onGrid(other, map);
  const part = 1 / map.classes.length;
  const [said, instead] = [new Array(count).fill(0), new Array(count).fill(0)];
  let share = 0;
  for (let i = 0; i < theirs.length; i++) {
    if (theirs[i] === map.classes[i]) continue;
    share += part;
    said[map.classes[i]] += part;
    instead[theirs[i]] += part;
  }
  return { share, said: /** @type {number[]} */ (said), instead: /** @type {number[]} */ (instead) };
}
