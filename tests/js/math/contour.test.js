import assert from "node:assert/strict";
import { test } from "node:test";
import { contourOf } from "../../../static/js/math/contour.js";

/** The area of polygons, by the shoelace formula. */
const areaOf = (polygons) =>
  polygons
    .map((points) =>
      points.reduce((sum, [x, y], i) => {
        const [u, v] = points[(i + 1) % points.length];
        return sum + (x * v - u * y) / 2;
      }, 0),
    )
    .reduce((sum, area) => sum + area, 0);

test("all of a full mask is in it, nothing of an empty one, and neither has a line", () => {
  const grid = { rows: 3, columns: 4, level: 0.5 };
  const full = contourOf({ ...grid, values: new Float32Array(12).fill(1) });
  assert.ok(Math.abs(areaOf(full.areas) - 12) < 1e-9);
  assert.deepEqual(full.edges, []);
  assert.deepEqual(contourOf({ ...grid, values: new Float32Array(12) }), { areas: [], edges: [] });
});

test("a line stands where the mask crosses its level between two patches", () => {
  const { areas, edges } = contourOf({ rows: 1, columns: 2, level: 0.25, values: [1, 0] });
  assert.ok(Math.abs(areaOf(areas) - 1.25) < 1e-9); // 0.5 to the first middle, 0.75 of the way to the next
  for (const edge of edges) for (const [x] of edge) assert.ok(Math.abs(x - 1.25) < 1e-9);
});

test("one patch alone is a closed diamond; two corner to corner have lines that do not cross", () => {
  const alone = contourOf({ rows: 3, columns: 3, level: 0.5, values: [0, 0, 0, 0, 1, 0, 0, 0, 0] });
  assert.equal(alone.edges.length, 4);
  assert.ok(Math.abs(areaOf(alone.areas) - 0.5) < 1e-9);
  const corner = contourOf({ rows: 2, columns: 2, level: 0.5, values: [1, 0, 0, 1] });
  const middle = corner.edges.filter((edge) =>
    edge.every(([x, y]) => x > 0.4 && x < 1.6 && y > 0.4 && y < 1.6),
  );
  assert.equal(middle.length, 2);
});
