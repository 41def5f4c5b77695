/** Which heads are shown: boxes to tick, by what the heads are, as many as can stand side by side. */

import { html } from "../../core/dom.js";
import { headName } from "../../parts/evidence/vision.js";
import { MOST_HEADS } from "./view.js";

const KINDS = /** @type {const} */ ([
  ["pooling", "How places become one vector"],
  ["gate", "Gates before the average"],
  ["block", "Blocks before the average"],
]);

export class HeadChooser {
  /**
   * @param {HTMLElement} root
   * @param {import("./headlane.js").HeadCard[]} heads
   * @param {import("../../core/store.js").Store<import("./view.js").View>} store
   */
  constructor(root, heads, store) {
    this.store = store;
    /** @type {HTMLInputElement[]} */
    this.boxes = [];
    root.replaceChildren(
      ...KINDS.map(([kind, title]) =>
        this.group(
          title,
          heads.filter((head) => head.kind === kind),
        ),
      ),
    );
  }

  /**
   * @param {string} title
   * @param {import("./headlane.js").HeadCard[]} heads
   */
  group(title, heads) {
    const group = html(
      "fieldset",
      { class: "head-choices" },
      html("legend", {}, title),
      ...heads.map((head) => this.choice(head)),
    );
    group.hidden = !heads.length;
    return group;
  }

  /** @param {import("./headlane.js").HeadCard} head */
  choice(head) {
    const box = html("input", { type: "checkbox", value: head.name });
    box.addEventListener("change", () => this.toggle(head.name));
    this.boxes.push(box);
    return html("label", { title: head.words }, box, html("span", {}, headName(head)));
  }

  /** @param {string} name */
  toggle(name) {
    const { heads } = this.store.view;
    const left = heads.filter((each) => each !== name);
    this.store.set({ heads: left.length < heads.length ? left : [...heads, name] });
    this.draw(); // the last one stays
  }

  draw() {
    const { heads } = this.store.view;
    for (const box of this.boxes) {
      box.checked = heads.includes(box.value);
      box.disabled = box.checked ? heads.length === 1 : heads.length >= MOST_HEADS;
    }
  }
}
