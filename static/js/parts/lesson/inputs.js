/** Fields of a lesson's live parts, made by their scripts: as templates/_controls.html has them. */

import { html } from "../../core/dom.js";

let made = 0; // a number that tells one field from another

/**
 * @param {{label: string, min: number, max: number, value: number, said: (value: number) => string}} of
 *   `said`: a value in words
 * @param {(value: number) => void} onInput
 */
export function slider({ label, min, max, value, said }, onInput) {
  const id = `field-${++made}`;
  const range = { type: "range", id, min: String(min), max: String(max), step: "1", value: String(value) };
  const input = html("input", range);
  const output = html("output", { for: id }, said(value));
  const show = (/** @type {number} */ now) => {
    output.textContent = said(now);
    input.setAttribute("aria-valuetext", said(now));
  };
  input.addEventListener("input", () => {
    show(Number(input.value));
    onInput(Number(input.value));
  });
  show(value);
  const element = html("div", { class: "slider" }, html("label", { for: id }, label), output, input);
  return { element, input, show };
}

/**
 * One of several, side by side.
 * @param {string} legend
 * @param {readonly (readonly [value: string, text: string])[]} choices
 * @param {string} chosen
 * @param {(value: string) => void} onChange
 */
export function segments(legend, choices, chosen, onChange) {
  const name = `field-${++made}`;
  const labels = choices.map(([value, text]) => {
    const input = html("input", { type: "radio", name, value });
    input.checked = value === chosen;
    input.addEventListener("change", () => onChange(value));
    return html("label", {}, input, html("span", {}, text));
  });
  const row = html("div", { class: "segment-row" }, ...labels);
  return html("fieldset", { class: "segments" }, html("legend", {}, legend), row);
}

/**
 * A share as a bar with its words beside it.
 * @param {number} share 0 to 1
 * @param {string} words
 */
export function bar(share, words) {
  const drawn = html("span");
  drawn.style.setProperty("--share", String(Math.max(0, Math.min(1, share))));
  return html("span", { class: "share-bar" }, drawn, html("span", {}, words));
}
