import assert from "node:assert/strict";
import { test } from "node:test";
import { FIELDS } from "../../../static/js/pages/image/view.js";
import { numbersPath } from "../../../static/js/parts/takeaway/calls.js";

test("the numbers' address names site, head and query only where they matter", () => {
  const path = (change) => numbersPath("ab", "encoder.12.self", { ...FIELDS.defaults, ...change }, "npy");
  assert.equal(
    path({ query: { row: 3, column: 4 } }),
    "/traces/ab/weights?site=encoder.12.self&head=mean&query=3,4&format=npy",
  );
  assert.equal(path({ method: "rollout" }), "/traces/ab/rollout?query=cls&format=npy");
  assert.equal(path({ method: "saliency" }), "/traces/ab/saliency?format=npy");
});
