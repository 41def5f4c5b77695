/**
 * What the lab shows and how; it lives in the link, its texts in the fragment.
 *
 * @typedef {object} View
 * @property {number} beam width of the search; 1 is greedy
 * @property {"own" | "given"} feed what is fed back: the model's own words, or those that are given
 * @property {"on" | "off" | "pinned"} attention
 * @property {string} pins see wordpins.js
 * @property {boolean} only whether a new pin holds at the step that is shown alone
 * @property {number} step the decoding step of all decoders, from 1; 0 shows everything
 * @property {string} encoder the model whose encoder is shown, "" for the first that shows one
 * @property {number} read the source token that its encoder has come to, from 1; 0 is all of them
 * @property {string} inside the model whose query, key and value are open, "" for none
 * @property {string} steps how far they are open: a query-key-value step, 1 to 8, or "all"
 * @property {"word" | "token"} level of lines and matrices
 * @property {"greedy" | "beam"} curve the search whose BLEU is drawn
 */

/** @type {import("../../core/store.js").Fields<View>} */
export const FIELDS = {
  defaults: Object.freeze({
    beam: 1,
    feed: "own",
    attention: "on",
    pins: "",
    only: false,
    step: 0,
    encoder: "",
    read: 0,
    inside: "",
    steps: "1",
    level: "word",
    curve: "greedy",
  }),
  allowed: {
    beam: /^[14]$/,
    feed: /^(own|given)$/,
    attention: /^(on|off|pinned)$/,
    pins: /^(\d{1,3}(\.[1-9]\d{0,3})?(;\d{1,3}(\.[1-9]\d{0,3})?){0,63})?$/,
    step: [0, 1600],
    encoder: /^[a-z0-9.-]{0,80}$/,
    read: [0, 512],
    inside: /^[a-z0-9.-]{0,80}$/,
    steps: /^([1-8]|all)$/,
    level: /^(word|token)$/,
    curve: /^(greedy|beam)$/,
  },
};
