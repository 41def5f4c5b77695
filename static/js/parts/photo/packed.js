/** Maps that came in eight bits: enough for a first paint and for small pictures. */

/**
 * @param {import("../../core/api.js").Heatmaps} found
 * @param {{rows: number, columns: number}} grid
 * @param {string} head
 * @returns {import("./tracedphoto.js").PhotoMap}
 */
export function unpacked(found, { rows, columns }, head) {
  const index = Math.max(0, found.heads.indexOf(head));
  const bytes = decode(found.data);
  const low = found.minimum[index];
  const step = (found.maximum[index] - low) / 255;
  const size = rows * columns;
  const part = bytes.subarray(index * size, (index + 1) * size);
  const values = Float32Array.from(part, (byte) => low + byte * step);
  return { values, rows, columns, beside: NaN };
}

/** @param {string} base64 */
function decode(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}
