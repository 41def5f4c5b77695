import assert from "node:assert/strict";
import { test } from "node:test";
import { looksEverywhere } from "../../../static/js/math/site.js";

const site = (/** @type {object} */ changed) =>
  /** @type {any} */ ({
    ...{
      kind: "self",
      attention: "query-key",
      scale: 0.125,
      query: { kind: "patch" },
      key: { kind: "patch" },
    },
    ...changed,
  });

test("patches that all see all others are told from those that do not", () => {
  assert.ok(looksEverywhere(site({})));
  assert.ok(!looksEverywhere(site({ scale: null }))); // in time or in space alone
  assert.ok(!looksEverywhere(site({ attention: "weights" })));
  assert.ok(!looksEverywhere(site({ kind: "cross", query: { kind: "token" } })));
});
