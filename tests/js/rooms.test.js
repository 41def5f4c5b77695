import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../static/js/", import.meta.url));
const FILES = readdirSync(ROOT, { recursive: true }).filter((name) => name.endsWith(".js"));
const ROOMS = {
  math: ["math"],
  core: ["core", "math"],
  parts: ["parts", "core", "math"],
  pages: ["pages", "parts", "core", "math"],
};

/** Scripts that a script imports, at once or later; types cost nothing and do not count. */
function imported(file) {
  const code = readFileSync(join(ROOT, file), "utf8").replace(/\/\*\*[\s\S]*?\*\//g, "");
  const named = [...code.matchAll(/(?:from |import\()"(\.[^"]+)"/g)].map(([, path]) => path);
  return named.map((path) => relative(ROOT, join(ROOT, dirname(file), path)));
}

test("a script imports from its own room and from those below it", () => {
  for (const file of FILES) {
    const allowed = ROOMS[file.split("/")[0]];
    for (const other of imported(file)) {
      assert.ok(allowed.includes(other.split("/")[0]), `${file} imports ${other}`);
    }
  }
});

test("no page imports from another page", () => {
  for (const file of FILES.filter((name) => name.startsWith("pages/"))) {
    for (const other of imported(file).filter((name) => name.startsWith("pages/"))) {
      assert.equal(dirname(other), dirname(file), `${file} imports ${other}`);
    }
  }
});

test("a name is that of one script, but for every page's page and view", () => {
  const names = FILES.map((file) => basename(file)).filter(
    (name) => name !== "page.js" && name !== "view.js",
  );
  assert.deepEqual(
    names.filter((name, i) => names.indexOf(name) !== i),
    [],
  );
});

test("what draws an image knows of no trace", () => {
  for (const file of FILES.filter((name) => name.startsWith("parts/image/"))) {
    assert.doesNotMatch(readFileSync(join(ROOT, file), "utf8"), /trace/i, file);
  }
});
