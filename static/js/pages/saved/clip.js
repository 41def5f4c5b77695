/** A clip's view that was saved: frames, when, where, heads and layers, with the numbers beside them. */

import { byId } from "../../core/dom.js";
import { boot } from "../../core/shell.js";
import { Store } from "../../core/store.js";
import { parseClipPatch } from "../../math/spacetime.js";
import { bindControls } from "../../parts/controls.js";
import { explainTerms } from "../../parts/term.js";
import { Carried } from "../../parts/video/carried.js";
import { CLIP_LOOK } from "../../parts/video/cliplook.js";
import { ClipStage } from "../../parts/video/clipstage.js";
import { ClipTrace } from "../../parts/video/cliptrace.js";

/**
 * @typedef {import("../../parts/video/cliplook.js").ClipLook} ClipLook
 * @typedef {object} KeptClip
 * @property {import("../../schema.js").VideoTrace} trace of which the sites are those that were kept
 * @property {import("../../schema.js").Propagation | null} thing
 * @property {Partial<ClipLook> & {query: string}} view
 */

/** @extends {ClipStage<ClipLook>} */
class SavedClip extends ClipStage {
  /** @param {import("../../core/shell.js").Shell<KeptClip>} shell */
  constructor(shell) {
    const { trace, thing, view } = shell.page;
    super(shell, new Store({ ...CLIP_LOOK, ...view, query: parseClipPatch(view.query) }));
    this.thing = thing && new Carried(thing);
    bindControls(this.store, ["lens"]);
    this.store.listen(() => this.draw());
    byId("notes").textContent = trace.input.notes.join(" ");
    if (this.thing) byId("thing-told").textContent = toldOf(this.thing);
    this.show(new ClipTrace(trace, (error) => shell.problem(String(error))));
  }

  /** @override */
  get carried() {
    return this.thing ?? null;
  }
}

/** @param {Carried} thing */
function toldOf({ found, present }) {
  return `A thing was marked in frame ${found.frame + 1} and carried through the clip: it is in ${present} of ${found.frames.length} frames.`;
}

boot((shell) => {
  explainTerms();
  new SavedClip(/** @type {any} */ (shell));
});
