import assert from "node:assert/strict";
import { test } from "node:test";
import {
  boundsOf,
  boxOf,
  drawn,
  filling,
  inside,
  others,
  SMALLEST,
  STEPS,
  shareAt,
  stepOf,
} from "../../../static/js/math/composite.js";

const near = (one, other, by = 1e-9) => assert.ok(Math.abs(one - other) <= by, `${one} is not ${other}`);
const centred = { x: 0.5, y: 0.5 };
const within = ({ left, top, width, height }) =>
  left >= 0 && top >= 0 && left + width <= 1 + 1e-9 && top + height <= 1 + 1e-9;

test("the slider goes from the least share to all of the picture, each step by as much", () => {
  near(shareAt(0), 1 / SMALLEST);
  near(shareAt(STEPS), 1);
  near(shareAt(51) / shareAt(50), shareAt(1) / shareAt(0));
  for (let step = 0; step <= STEPS; step++) assert.equal(stepOf(shareAt(step)), step);
});

test("a box has its share and, as far as there is room, the object's aspect", () => {
  for (const share of [1 / 30, 1 / 9, 1 / 4]) {
    for (const aspect of [0.5, 1, 1.9]) {
      const { width, height } = boxOf(share, aspect, centred);
      near(width * height, share);
      near(width / height, aspect);
    }
  }
  const wide = boxOf(1 / 2, 4, centred);
  near(wide.width, 1);
  near(wide.height, 1 / 2);
  const high = boxOf(1 / 2, 1 / 4, centred);
  near(high.height, 1);
  near(high.width, 1 / 2);
  assert.deepEqual(boxOf(1, 0.3, { x: 0, y: 1 }), { left: 0, top: 0, width: 1, height: 1 });
});

test("a box lies inside the picture, wherever its centre is wanted", () => {
  for (const x of [-1, 0, 0.4, 1, 7]) {
    for (const y of [0, 0.9, 3]) assert.ok(within(boxOf(1 / 9, 1.4, { x, y })));
  }
});

test("a picture fills a box with the largest part of its middle", () => {
  assert.deepEqual(filling({ width: 400, height: 200 }, { width: 0.5, height: 0.5 }), {
    left: 100,
    top: 0,
    width: 200,
    height: 200,
  });
});

test("a corner that is drawn leaves the one across where it is", () => {
  const box = { left: 0.2, top: 0.3, width: 0.2, height: 0.1 };
  const { share, centre } = drawn(box, { right: true, bottom: true }, { x: 0.6, y: 0.35 });
  near(share, 0.4 * 0.2);
  near(centre.x, 0.4);
  near(centre.y, 0.4);
  const far = drawn(box, { right: false, bottom: false }, { x: -5, y: -5 });
  near(far.centre.x + Math.sqrt(far.share * 2) / 2, 0.4);
  assert.ok(within(boxOf(far.share, 2, far.centre)));
  const tiny = drawn(box, { right: true, bottom: true }, { x: 0, y: 0 });
  near(tiny.share, 1 / SMALLEST);
});

test("other things lie apart, not where the object is, and at the same places for every size", () => {
  const aspects = [1, 2, 0.5];
  for (const centre of [centred, { x: 0.1, y: 0.9 }, { x: 1, y: 0 }]) {
    const placed = others(8, aspects, centre);
    assert.equal(placed.length, 8);
    assert.deepEqual(placed, others(8, aspects, centre));
    for (const [i, { box }] of placed.entries()) {
      assert.ok(within(box));
      const { x, y } = centre;
      assert.ok(x < box.left || x > box.left + box.width || y < box.top || y > box.top + box.height);
      for (const { box: other } of placed.slice(i + 1)) {
        const across = box.left < other.left + other.width && other.left < box.left + box.width;
        const down = box.top < other.top + other.height && other.top < box.top + box.height;
        assert.ok(!(across && down));
      }
    }
    assert.deepEqual(others(3, aspects, centre), placed.slice(0, 3));
  }
  assert.deepEqual(others(0, aspects, centred), []);
});

test("how much of a map lies on a box, and whether its maximum does", () => {
  const grid = { rows: 2, columns: 2 };
  const corner = { left: 0.5, top: 0.5, width: 0.5, height: 0.5 };
  assert.deepEqual(inside([0.1, 0.1, 0.1, 0.7], grid, corner), { share: 0.7, pointing: true });
  const half = inside([0.25, 0.25, 0.25, 0.25], grid, { left: 0.25, top: 0, width: 0.5, height: 1 });
  near(half.share, 0.5);
  assert.equal(inside([0.7, 0.1, 0.1, 0.1], grid, { ...corner, left: 0.8, width: 0.2 }).pointing, false);
  assert.equal(inside([0, 0, 0, 0], grid, corner).share, 0);
});

test("what a mask leaves is bounded by all that is bright", () => {
  const mask = (bright) => ({
    width: 4,
    height: 3,
    data: Uint8ClampedArray.from({ length: 48 }, (_, i) => (bright.includes(i >> 2) ? 255 : 0)),
  });
  assert.deepEqual(boundsOf(mask([5, 6, 9])), { left: 1, top: 1, width: 2, height: 2 });
  assert.equal(boundsOf(mask([])), null);
});
