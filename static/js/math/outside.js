/** How much of a map lies outside a box. */

/**
 * The share of a map's sum at places whose middle is outside; 0 of a map that is nothing.
 * @param {{values: Float32Array, rows: number, columns: number}} map laid over a crop
 * @param {import("./geometry.js").Box} crop in pixels of the photo
 * @param {import("./geometry.js").Box} box likewise
 */
export function shareOutside({ values, rows, columns }, crop, box) {
  let [all, outside] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    const x = crop.left + (((i % columns) + 0.5) / columns) * crop.width;
    const y = crop.top + ((Math.floor(i / columns) + 0.5) / rows) * crop.height;
    const within = x >= box.left && x < box.left + box.width && y >= box.top && y < box.top + box.height;
    all += values[i];
    if (!within) outside += values[i];
  }
  return all ? outside / all : 0;
}
