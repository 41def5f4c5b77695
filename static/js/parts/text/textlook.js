/** How a text's trace is looked at, before anybody has chosen. */

/**
 * @typedef {object} TextLook
 * @property {"token" | "word"} level
 * @property {"matrix" | "ribbons"} view
 * @property {string} site a site's name, "" for the aligner's
 * @property {string} head a number, "mean" or "max"; "" for the aligner's
 * @property {number} query a token that is looked from; -1 for none
 * @property {number} step a decoding step, from 1; 0 shows all
 * @property {number} threshold percent
 * @property {"matrix" | "one"} scale
 * @property {"paper" | "viridis" | "inferno" | "vik" | "grey"} colormap
 * @property {boolean} fit whether the whole matrix must be in sight
 */

/** @type {Readonly<TextLook>} */
export const TEXT_LOOK = Object.freeze({
  level: "word",
  view: "matrix",
  site: "",
  head: "",
  query: -1,
  step: 0,
  threshold: 30,
  scale: "matrix",
  colormap: "paper",
  fit: false,
});
