/** A thing's mask on a picture: tinted, and outlined in white on black so that it shows on anything. */

import { contourOf } from "../../math/contour.js";

const TINT = "rgb(255 77 46 / 0.45)"; // as of the files that the server writes

/**
 * @param {CanvasRenderingContext2D} context
 * @param {import("./scene.js").Mask} mask
 * @param {import("../../math/geometry.js").Box} box where the grid lies
 * @param {boolean} tinted
 */
export function drawMask(context, mask, { left, top, width, height }, tinted) {
  const { areas, edges } = contourOf(mask);
  const path = (/** @type {import("../../math/contour.js").Point[][]} */ lines) => {
    const found = new Path2D();
    for (const [first, ...others] of lines) {
      found.moveTo(left + (first[0] / mask.columns) * width, top + (first[1] / mask.rows) * height);
      for (const [x, y] of others) {
        found.lineTo(left + (x / mask.columns) * width, top + (y / mask.rows) * height);
      }
    }
    return found;
  };
  context.fillStyle = TINT;
  if (tinted) context.fill(path(areas));
  const line = path(edges);
  const fine = Math.max(1, width / 500);
  for (const [colour, wide] of /** @type {const} */ ([
    ["rgb(0 0 0 / 0.7)", 3.4],
    ["#fff", 1.7],
  ])) {
    Object.assign(context, { strokeStyle: colour, lineWidth: wide * fine, lineCap: "round" });
    context.stroke(line);
  }
}
