import assert from "node:assert/strict";
import { test } from "node:test";
import { FIELDS } from "../../../static/js/pages/image/view.js";
import { curlOfPhoto, numbersPath, pythonOfPhoto } from "../../../static/js/parts/takeaway/calls.js";

const view = (change) => ({ ...FIELDS.defaults, ...change });

test("the numbers' address names site, head and query only where they matter", () => {
  const path = (change) => numbersPath("ab", "encoder.12.self", view(change), "npy");
  assert.equal(
    path({ query: { row: 3, column: 4 } }),
    "/traces/ab/weights?site=encoder.12.self&head=mean&query=3,4&format=npy",
  );
  assert.equal(path({ method: "rollout" }), "/traces/ab/rollout?query=cls&format=npy");
  const place = { row: 0, column: 1 };
  assert.equal(
    path({ method: "window-rollout", query: place }),
    "/traces/ab/rollout?method=window-rollout&query=0,1&format=npy",
  );
  assert.equal(path({ method: "saliency" }), "/traces/ab/saliency?format=npy");
});

test("a call sends the photo, whatever its file is called, and asks for the numbers of what comes", () => {
  const call = {
    root: "http://a/api/v1",
    photo: { file: `it's; "a" \\.jpg` },
    asked: { model: "mine", resolution: 448 },
    path: (id, format) => numbersPath(id, "encoder.12.self", view({}), format),
  };
  const curl = curlOfPhoto(call);
  assert.ok(curl.includes(`-F 'file=@"it'\\''s; \\"a\\" \\\\.jpg"' -F 'model=mine' -F 'resolution=448'`));
  assert.ok(curl.includes("/traces/$ID/weights?site=encoder.12.self&head=mean&query=cls&format=json"));
  assert.ok(pythonOfPhoto(call).includes(`with open("it's; \\"a\\" \\\\.jpg", "rb") as photo:`));
  const sample = pythonOfPhoto({ ...call, photo: { sample: "cat" } });
  assert.ok(sample.includes(`fields = {"sample":"cat","model":"mine","resolution":"448"}`));
  assert.ok(!sample.includes("with open("));
});
