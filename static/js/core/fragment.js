/**
 * The texts of a link's fragment, which no browser sends to a server.
 *
 * @typedef {{text: string, target: string}} Texts
 */

/**
 * The texts a fragment holds.
 * @param {string} hash
 * @returns {Texts}
 */
export function fromHash(hash) {
  const found = new URLSearchParams(hash.replace(/^#/, ""));
  return { text: found.get("text") ?? "", target: found.get("target") ?? "" };
}

/**
 * What a page starts with: a text that was typed before its script was there, else that of the link,
 * else an example.
 * @param {Texts} typed
 * @param {Texts} linked
 * @param {Texts | undefined} example
 * @returns {Texts}
 */
export function firstTexts(typed, linked, example) {
  if (typed.text.trim()) return typed;
  return linked.text ? linked : { text: example?.text ?? "", target: example?.target ?? "" };
}

/**
 * @param {Texts} texts
 */
export function toHash({ text, target }) {
  const found = new URLSearchParams();
  if (text) found.set("text", text);
  if (target) found.set("target", target);
  return text || target ? `#${found}` : "";
}

/**
 * Whether something that a visitor wrote is in some texts and not in others.
 * @param {Texts} before
 * @param {Texts} after
 * @param {Texts[]} examples what the page gave, and is no loss
 */
export function isLost(before, after, examples) {
  const given = (/** @type {string} */ text) =>
    !text.trim() || examples.some((example) => example.text === text || example.target === text);
  return [
    [before.text, after.text],
    [before.target, after.target],
  ].some(([was, is]) => was !== is && !given(was));
}
