/** The elements of a panel, for a picture that no template has made: see the macro picture of templates/_controls.html. */

import { html } from "../../core/dom.js";

/**
 * @param {string} label of the picture, for those who cannot see it
 * @returns {HTMLElement} what a Panel is made of
 */
export function framed(label) {
  const named = (
    /** @type {"p" | "span"} */ tag,
    /** @type {string} */ name,
    /** @type {string} */ kind = "",
  ) => html(tag, { "data-part": name, class: kind });
  const canvas = html("canvas", { class: "stage", tabindex: "0", role: "application", "aria-label": label });
  const tip = html("div", { class: "tip", "data-part": "tip", "aria-hidden": "true", hidden: "" });
  const photo = html("div", { class: "photo" }, canvas, tip);
  const bar = html("div", { class: "bar", "data-part": "bar" }, html("canvas", { "aria-hidden": "true" }));
  bar.append(named("span", "low"), named("span", "middle", "quiet"), named("span", "high"));
  const warning = named("p", "warning", "warning");
  warning.hidden = true;
  const summary = html("p", { class: "visually-hidden", "data-part": "summary", "aria-live": "polite" });
  const frame = html("div", { class: "frame-box", "data-part": "frame" }, photo);
  return html(
    "div",
    { class: "panel" },
    frame,
    named("p", "caption", "caption"),
    bar,
    warning,
    named("p", "share", "quiet"),
    summary,
  );
}
