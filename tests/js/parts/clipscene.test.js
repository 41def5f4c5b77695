import assert from "node:assert/strict";
import { test } from "node:test";
import { siteLabel, spanOf, wordsOf } from "../../../static/js/parts/video/clipscene.js";

const patches = { kind: "patch", frames: 2, grid: { rows: 1, columns: 1 }, prefix: 0, size: 2 };
const site = (/** @type {string} */ name, layer = 1) =>
  /** @type {any} */ ({ name, layer, heads: 2, query: patches, key: patches });

test("a site says over what its weights are spread", () => {
  assert.equal(spanOf(site("encoder.12.self")), "joint");
  for (const part of ["time", "space", "product"]) assert.equal(spanOf(site(`encoder.3.${part}`)), part);
  const sites = [site("encoder.1.time"), site("encoder.1.product")];
  assert.equal(siteLabel(sites[1], sites), "1 product");
});

test("what falls on a tubelet is not said of one frame", () => {
  const one = site("encoder.1.self");
  const said = (/** @type {number} */ tubelet) => {
    const traced = {
      ...{ trace: { tubelet }, axis: patches, sites: [one], site: () => one, head: () => "mean" },
      ...{ stepOf: () => 0, frameOf: () => 0 },
    };
    const seen = { weights: Float32Array.of(0.75, 0.25), when: Float32Array.of(0.75, 0.25) };
    const view = { site: "", head: "mean", lens: "overlay", scale: "clip", colormap: "inferno" };
    const shown = {
      traced,
      view,
      query: { step: 0, row: 0, column: 0 },
      seen,
      marking: false,
      carried: null,
    };
    return wordsOf(/** @type {any} */ (shown), /** @type {any} */ ({}), 0).share;
  };
  assert.match(said(1), /^75 % of its weight falls on this frame\.$/);
  assert.match(said(2), /^75 % of its weight falls on this tubelet of 2 frames\.$/);
});
