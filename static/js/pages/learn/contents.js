/** The contents of the course: how far a reader has come in each chapter. */

import { byId, find } from "../../core/dom.js";
import { phrase } from "../../parts/reader/phrase.js";
import { forget, recalled, shareOf } from "./progress.js";

/**
 * @typedef {{slug: string, sections: number, questions: number}} Listed
 * @typedef {{words: Record<string, string>, chapters: Listed[]}} PageData
 */

/** @type {PageData} */
const page = JSON.parse(byId("page-data").textContent ?? "{}");

function draw() {
  const progress = recalled();
  const shares = page.chapters.map((chapter) => ({
    chapter,
    share: shareOf(progress[chapter.slug], chapter),
  }));
  for (const { chapter, share } of shares) {
    const item = find(document, `[data-chapter="${chapter.slug}"]`);
    const text =
      share === 0 ? "" : phrase(page.words, share < 1 ? "begun" : "done", { share: Math.round(100 * share) });
    find(item, ".share").textContent = text;
    find(item, "progress", HTMLProgressElement).value = share;
    item.dataset.state = share === 0 ? "" : share < 1 ? "begun" : "done";
  }
  const begun = shares.some(({ share }) => share > 0);
  byId("forget").hidden = !begun;
  const next = shares.find(({ share }) => share < 1) ?? shares[0];
  const link = byId("begin", HTMLAnchorElement);
  link.href = find(document, `[data-chapter="${next.chapter.slug}"] a`, HTMLAnchorElement).href;
  link.textContent = phrase(page.words, begun ? "go-on" : "begin");
}

byId("forget").addEventListener("click", () => {
  forget();
  draw();
});
draw();
