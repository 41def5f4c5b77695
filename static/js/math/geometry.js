/**
 * Where patches lie: on the grid, in the photo, on the screen. Nothing here touches the page.
 *
 * @typedef {{rows: number, columns: number}} Grid
 * @typedef {{row: number, column: number}} Patch
 * @typedef {{width: number, height: number}} Size
 * @typedef {{left: number, top: number, width: number, height: number}} Box
 */

/**
 * The photo's crop (its own pixels) on a canvas that shows the whole photo.
 * @param {Box} crop
 * @param {Size} photo
 * @param {Size} canvas
 * @returns {Box}
 */
export function place(crop, photo, canvas) {
  const x = canvas.width / photo.width;
  const y = canvas.height / photo.height;
  return { left: crop.left * x, top: crop.top * y, width: crop.width * x, height: crop.height * y };
}

/**
 * The patch under a point of the canvas, the nearest one where it lies beside the grid.
 * @param {number} x
 * @param {number} y
 * @param {Box} box where the grid lies on the canvas
 * @param {Grid} grid
 * @returns {Patch}
 */
export function patchAt(x, y, box, grid) {
  const row = Math.floor(((y - box.top) / box.height) * grid.rows);
  const column = Math.floor(((x - box.left) / box.width) * grid.columns);
  return clampPatch(row, column, grid);
}

/**
 * @param {number} row
 * @param {number} column
 * @param {Grid} grid
 * @returns {Patch}
 */
export function clampPatch(row, column, grid) {
  return { row: clamp(row, 0, grid.rows - 1), column: clamp(column, 0, grid.columns - 1) };
}

/**
 * The square of one patch on the canvas.
 * @param {Patch} patch
 * @param {Box} box
 * @param {Grid} grid
 * @returns {Box}
 */
export function patchBox({ row, column }, box, grid) {
  const width = box.width / grid.columns;
  const height = box.height / grid.rows;
  return { left: box.left + column * width, top: box.top + row * height, width, height };
}

/**
 * The same place of another grid, by the share of its width and height.
 * @param {Patch} patch
 * @param {Grid} from
 * @param {Grid} to
 */
export function samePlace({ row, column }, from, to) {
  return clampPatch(
    Math.floor(((row + 0.5) / from.rows) * to.rows),
    Math.floor(((column + 0.5) / from.columns) * to.columns),
    to,
  );
}

/**
 * The same place of another photo or of the same one, whose grids may cover other parts of them.
 * @typedef {{grid: Grid, trace: {input: Size & {crop: Box}}}} Covered
 * @param {Patch} patch
 * @param {Covered} from
 * @param {Covered} to
 */
export function sameSpot(patch, from, to) {
  const unit = { width: 1, height: 1 };
  const [box, there] = [from, to].map(({ trace: { input } }) => place(input.crop, input, unit));
  const { left, top, width, height } = patchBox(patch, box, from.grid);
  return patchAt(left + width / 2, top + height / 2, there, to.grid);
}

/**
 * Where a note stands that explains a word: under it, over it where there is no room, and never on it.
 * @param {{left: number, top: number, bottom: number}} word its box in the window
 * @param {Size} note
 * @param {Size} window
 * @returns {{left: number, top: number}}
 */
export function beside(word, note, window) {
  const [gap, edge] = [6, 8]; // pixels to the word, and to the edge of the window
  const under = word.bottom + gap;
  const over = word.top - gap - note.height;
  const fits = under + note.height <= window.height - edge;
  const left = clamp(word.left, edge, Math.max(edge, window.width - edge - note.width));
  return { left, top: fits || over < edge ? under : over };
}

/**
 * @param {number} value
 * @param {number} low
 * @param {number} high
 */
export function clamp(value, low, high) {
  return Math.min(Math.max(value, low), high);
}
