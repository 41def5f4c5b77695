/** The legend: every class in its colour and by its name, with its share of each model's picture. */

import { html } from "../../core/dom.js";
import { decoderName } from "../../parts/evidence/streetfigures.js";
import { digitsOf, GROUPS, groupShare } from "./streettelling.js";

/**
 * @typedef {import("../../schema.js").StreetClass} StreetClass
 * @typedef {object} Column of one model
 * @property {string} title
 * @property {readonly number[] | null} shares by the numbers of classes; null until they are known
 * @property {readonly number[] | null} before the same as computed, where something is switched
 */

export class StreetLegend {
  /**
   * @param {HTMLElement} root
   * @param {readonly StreetClass[]} classes
   * @param {{look: (lit: string) => void, choose: (lit: string) => void}} on `look`: for as long as it is
   *   pointed at, "" when no longer
   */
  constructor(root, classes, on) {
    this.classes = classes;
    this.on = on;
    this.head = html("tr");
    /** @type {{name: string, button: HTMLButtonElement, row: HTMLElement}[]} */
    this.rows = [
      ...Object.entries(GROUPS).map(([name, title]) => this.row(name, title, "")),
      ...classes.map(({ label, colour }) => this.row(label, label, colour)),
    ];
    const body = this.rows.map(({ row }) => row);
    root.replaceChildren(
      html(
        "table",
        { class: "street-legend" },
        html("caption", { class: "visually-hidden" }, "Share of the picture that each class has"),
        html("thead", {}, this.head),
        html("tbody", {}, ...body),
      ),
    );
  }

  /**
   * @param {string} name
   * @param {string} title
   * @param {string} colour "" of a group
   */
  row(name, title, colour) {
    const swatch = html("span", { class: "swatch", "aria-hidden": "true" });
    if (colour) swatch.style.setProperty("--colour", colour);
    const button = html("button", { type: "button", "aria-pressed": "false" }, swatch, title);
    const row = html("tr", { class: colour ? "" : "street-group" }, html("th", { scope: "row" }, button));
    row.addEventListener("pointerenter", () => this.on.look(name));
    row.addEventListener("pointerleave", () => this.on.look(""));
    button.addEventListener("focus", () => button.matches(":focus-visible") && this.on.look(name));
    button.addEventListener("blur", () => this.on.look(""));
    button.addEventListener("click", () => this.on.choose(name));
    return { name, button, row };
  }

  /**
   * @param {readonly Column[]} columns
   * @param {string} lit what is chosen
   * @param {string} here the class at the place that is looked at
   */
  draw(columns, lit, here) {
    const names = columns.map(({ title }) => html("th", { scope: "col" }, unbroken(decoderName(title))));
    this.head.replaceChildren(html("th", { scope: "col" }, "% of the picture"), ...names);
    for (const { name, button, row } of this.rows) {
      button.setAttribute("aria-pressed", String(name === lit));
      row.classList.toggle("here", name === here);
      const cells = columns.map((column) => this.cell(column, name));
      while (row.children.length > 1) row.lastElementChild?.remove(); // the button stays, and its focus
      row.append(...cells);
    }
  }

  /**
   * @param {Column} column
   * @param {string} name of a class, or of a group
   */
  cell({ shares, before }, name) {
    if (!shares) return html("td");
    const now = this.share(shares, name);
    const cell = html("td", {}, digitsOf(now));
    if (before && digitsOf(this.share(before, name)) !== digitsOf(now))
      cell.append(html("small", {}, ` was ${digitsOf(this.share(before, name))}`));
    return cell;
  }

  /**
   * @param {readonly number[]} shares
   * @param {string} name
   */
  share(shares, name) {
    const own = this.classes.find(({ label }) => label === name);
    return own ? shares[own.number] : groupShare(shares, this.classes, name);
  }
}

/** With U-Net on one line. @param {string} name */
function unbroken(name) {
  return name.replaceAll("U-Net", "U\u2011Net");
}
