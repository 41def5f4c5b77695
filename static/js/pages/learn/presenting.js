/** The presenter's view: one section a screen, in large type, by keys; and back to reading. */

const STEPS = /** @type {Record<string, number>} */ ({
  ArrowRight: 1,
  ArrowDown: 1,
  PageDown: 1,
  " ": 1,
  ArrowLeft: -1,
  ArrowUp: -1,
  PageUp: -1,
});
const OWN_KEYS =
  "input, textarea, select, summary, [role=application], [tabindex]:not(section), button, a, audio, video";
const ALWAYS = ["PageDown", "PageUp"]; // what a presenter's remote sends
const REST = 24; // pixels below the screen that are not worth a step

export class Presenting {
  /**
   * @param {HTMLElement[]} sections
   * @param {{before: string, after: string}} chapters addresses; "" where there is none
   * @param {(section: HTMLElement) => void} onSection a section is on the screen
   */
  constructor(sections, chapters, onSection) {
    this.sections = sections;
    this.chapters = chapters;
    this.onSection = onSection;
    this.at = 0;
    this.on = document.body.classList.contains("present");
    document.addEventListener("keydown", (event) => this.key(event));
    for (const link of document.querySelectorAll("[data-present]")) {
      link.addEventListener("click", (event) => {
        event.preventDefault();
        this.enter(this.nearest());
      });
    }
    window.addEventListener("hashchange", () => this.on && this.show(this.named()));
    if (this.on) this.show(this.named());
  }

  /** The section that the address names, or the first; the last where one came back from a chapter. */
  named() {
    const id = decodeURIComponent(location.hash.slice(1));
    if (id === "end") return this.sections.length - 1;
    return Math.max(
      0,
      this.sections.findIndex((section) => section.id === id),
    );
  }

  /** The section that is being read. */
  nearest() {
    const passed = this.sections.filter((section) => section.getBoundingClientRect().top < innerHeight / 2);
    return Math.max(0, passed.length - 1);
  }

  /** @param {number} at */
  enter(at) {
    this.on = true;
    document.body.classList.add("present");
    this.show(at);
  }

  leave() {
    this.on = false;
    document.body.classList.remove("present");
    for (const section of this.sections) section.hidden = false;
    const address = new URL(location.href);
    address.searchParams.delete("view");
    history.replaceState(null, "", address);
    this.sections[this.at].scrollIntoView();
  }

  /** @param {number} at */
  show(at) {
    this.at = at;
    for (const [i, section] of this.sections.entries()) section.hidden = i !== at;
    const address = new URL(location.href);
    address.searchParams.set("view", "present");
    address.hash = this.sections[at].id;
    history.replaceState(null, "", address);
    const place = document.querySelector("[data-part=place]");
    if (place) place.textContent = `${at + 1} / ${this.sections.length}`;
    scrollTo(0, 0);
    this.sections[at].focus({ preventScroll: true });
    this.onSection(this.sections[at]);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (!this.on || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const { target, key } = event;
    if (key === "Escape") return this.leave();
    const own = target instanceof Element && target.closest(OWN_KEYS);
    const step = key === " " && event.shiftKey ? -1 : STEPS[key];
    if (!step || (own && !ALWAYS.includes(key))) return;
    event.preventDefault();
    if (!this.scrolled(step)) this.go(this.at + step);
  }

  /**
   * Scrolls a section that is higher than the screen; false where its end is in sight.
   * @param {number} step
   */
  scrolled(step) {
    const { scrollTop, scrollHeight } = document.documentElement;
    const rest = step > 0 ? scrollHeight - scrollTop - innerHeight : scrollTop;
    if (rest < REST) return false;
    scrollBy(0, step * innerHeight * 0.8);
    return true;
  }

  /** @param {number} at a section before the first or after the last is of another chapter */
  go(at) {
    if (at >= 0 && at < this.sections.length) return this.show(at);
    const other = at < 0 ? this.chapters.before : this.chapters.after;
    if (!other) return;
    const address = new URL(other, location.origin);
    address.searchParams.set("view", "present");
    if (at < 0) address.hash = "end";
    location.assign(address);
  }
}
