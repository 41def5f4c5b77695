import assert from "node:assert/strict";
import { test } from "node:test";
import { noFile, oneOf, PHOTO, tooLarge, VIDEO } from "../../../static/js/parts/intake.js";

const NOTES = { name: "notes.txt", type: "text/plain", size: 10 };
const CAT = { name: "cat.jpg", type: "image/jpeg", size: 10 };

test("of several files a photo is taken, and it is said which", () => {
  assert.deepEqual(oneOf([CAT], PHOTO), { file: CAT, note: "" });
  const { file, note } = oneOf([NOTES, CAT, CAT], PHOTO);
  assert.equal(file, CAT);
  assert.match(note, /^Of 3 files, cat\.jpg was taken/);
  assert.equal(oneOf([NOTES], PHOTO).file, NOTES); // the server says what is wrong with it
});

test("a file is too large in megabytes, before it is sent", () => {
  const limit = 32 * 1024 * 1024;
  assert.equal(tooLarge({ ...CAT, size: limit - 2000 }, limit, PHOTO), "");
  assert.match(
    tooLarge({ ...CAT, size: 41_260_000 }, limit, PHOTO),
    /^cat\.jpg has 41\.3 MB, .* up to 33\.5 MB/,
  );
  assert.match(tooLarge({ size: limit }, limit, PHOTO), /^The photo has 33\.6 MB, .* up to 33\.5 MB/);
});

test("an address and a text are told from a photo, each with what to do", () => {
  for (const address of ["https://example.org/a.jpg", " data:image/png;base64,AA\n", "www.example.org/x"]) {
    assert.match(
      noFile("dropped", address, PHOTO),
      /dropped is an address, and nothing is fetched.*save the picture/,
    );
  }
  assert.match(noFile("pasted", "A cat on a mat: https://no", PHOTO), /pasted is text, not a photo: save/);
  assert.match(noFile("pasted", "", PHOTO), /is no photo: save/);
});

test("a page of videos asks for videos, in the same sentences", () => {
  const clip = { name: "walk.mp4", type: "video/mp4", size: 10 };
  assert.equal(oneOf([CAT, clip], VIDEO).file, clip);
  assert.match(noFile("pasted", "a walk", VIDEO), /is text, not a video: save the video/);
  assert.match(tooLarge({ ...clip, size: 9e6 }, 8e6, VIDEO), /takes videos up to .* shorter part/);
});
