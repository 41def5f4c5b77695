/** The line for who comes to a studio for the first time: what is seen, and which model made it. */

import { byId } from "../core/dom.js";

/** Listens for its button, after which this page has the line no more. */
export function firstVisit() {
  document.getElementById("first-visit")?.querySelector("button")?.addEventListener("click", putAway);
}

function putAway() {
  const { dataset } = document.documentElement;
  dataset.seen = "";
  const main = byId("main");
  main.tabIndex = -1;
  main.focus(); // the button is gone
  try {
    localStorage.setItem(`seen:${location.pathname}`, "1"); // static/js/core/seen.js reads it
  } catch {
    // Without storage it is put away until the page is loaded again.
  }
}

/** @param {string} title of the model that made what is seen */
export function madeBy(title) {
  const said = document.querySelector("#first-visit [data-part=model]");
  if (said) said.textContent = title;
}
