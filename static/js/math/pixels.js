/** Pixels (RGBA) of photos, masks and what lies between two of them. */

/** @typedef {{width: number, height: number, data: Uint8ClampedArray}} Pixels */

/**
 * A mask as opaque as it is bright; its pixels are changed.
 * @template {Pixels} P
 * @param {P} mask
 * @returns {P}
 */
export function opaque(mask) {
  for (let i = 0; i < mask.data.length; i += 4) mask.data[i + 3] = mask.data[i];
  return mask;
}

/**
 * A photo where a mask is bright, and nothing where it is dark; the photo's pixels are changed.
 * @template {Pixels} P
 * @param {P} photo
 * @param {Pixels} mask
 * @returns {P}
 */
export function cutOut(photo, mask) {
  for (let i = 0; i < photo.data.length; i += 4) photo.data[i + 3] = mask.data[i];
  return photo;
}

/**
 * How much brighter each pixel has become, -1 to 1.
 * @param {Pixels} before
 * @param {Pixels} after
 */
export function changed(before, after) {
  const bright = (/** @type {Pixels} */ { data }, /** @type {number} */ i) =>
    data[i] + data[i + 1] + data[i + 2];
  return Float32Array.from(
    { length: before.data.length / 4 },
    (_, i) => (bright(after, 4 * i) - bright(before, 4 * i)) / 765,
  );
}

/**
 * A change laid on a photo, which is made grey and pale; the photo's pixels are changed.
 * @template {Pixels} P
 * @param {P} photo
 * @param {Float32Array} change -1 to 1
 * @param {{gained: string, lost: string}} colours as #rrggbb
 * @returns {P}
 */
export function blend(photo, change, { gained, lost }) {
  const [up, down] = [parsed(gained), parsed(lost)];
  const { data } = photo;
  for (let i = 0; i < change.length; i++) {
    const at = 4 * i;
    const grey = 0.5 * ((data[at] + data[at + 1] + data[at + 2]) / 3) + 96;
    const share = Math.min(1, Math.abs(change[i]));
    const colour = change[i] > 0 ? up : down;
    for (let c = 0; c < 3; c++) data[at + c] = grey + (colour[c] - grey) * share;
    data[at + 3] = 255;
  }
  return photo;
}

/** @param {string} hex */
function parsed(hex) {
  const digits = hex.trim().slice(1);
  return [0, 2, 4].map((at) => Number.parseInt(digits.slice(at, at + 2), 16) || 0);
}
