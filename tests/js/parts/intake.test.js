import assert from "node:assert/strict";
import { test } from "node:test";
import { notPhoto, oneOf, tooLarge } from "../../../static/js/parts/intake.js";

const NOTES = { name: "notes.txt", type: "text/plain", size: 10 };
const CAT = { name: "cat.jpg", type: "image/jpeg", size: 10 };

test("of several files a photo is taken, and it is said which", () => {
  assert.deepEqual(oneOf([CAT]), { file: CAT, note: "" });
  const { file, note } = oneOf([NOTES, CAT, CAT]);
  assert.equal(file, CAT);
  assert.match(note, /^Of 3 files, cat\.jpg was taken/);
  assert.equal(oneOf([NOTES]).file, NOTES); // the server says what is wrong with it
});

test("a file is too large in megabytes, before it is sent", () => {
  const limit = 32 * 1024 * 1024;
  assert.equal(tooLarge({ ...CAT, size: limit - 2000 }, limit), "");
  assert.match(tooLarge({ ...CAT, size: 41_260_000 }, limit), /^cat\.jpg has 41\.3 MB, .* up to 33\.5 MB/);
  assert.match(tooLarge({ size: limit }, limit), /^The photo has 33\.6 MB, .* up to 33\.5 MB/);
});

test("an address and a text are told from a photo, each with what to do", () => {
  for (const address of ["https://example.org/a.jpg", " data:image/png;base64,AA\n", "www.example.org/x"]) {
    assert.match(
      notPhoto("dropped", address),
      /dropped is an address, and nothing is fetched.*save the picture/,
    );
  }
  assert.match(notPhoto("pasted", "A cat on a mat: https://no"), /pasted is text, not a photo: save/);
  assert.match(notPhoto("pasted", ""), /is no photo: save/);
});
