/** What a visitor can take away of the vision lab: the lanes as a figure, numbers, links and calls. */

import { ROOT } from "../../core/api.js";
import { toSearch } from "../../core/store.js";
import { formatShare, formatWeight } from "../../math/colour.js";
import { csvOf } from "../../math/csv.js";
import { headName } from "../../parts/evidence/vision.js";
import { curlOfHeads, pythonOfHeads } from "../../parts/takeaway/calls.js";
import { barStops, svgFigure } from "../../parts/takeaway/plates.js";
import { saveBlob, savePixels, saveText, saveVectors, takenOf } from "../../parts/takeaway/saving.js";
import { coloursOf } from "./headlane.js";
import { FIELDS } from "./view.js";
import { attendedSaid, laidOf, shareSaid } from "./visiontelling.js";

/**
 * @typedef {import("../../schema.js").LabHead} LabHead
 * @typedef {object} Taken
 * @property {import("./headlane.js").HeadLane[]} lanes those that are drawn
 * @property {import("../../schema.js").LabPhoto} answer
 * @property {Blob} file the picture that was sent
 * @property {import("./view.js").View} view
 * @property {import("../../math/geometry.js").Box} box of the object
 * @property {string} label
 * @property {object} intervention
 * @property {Uint8Array} table of weights
 * @property {Uint8Array} spoken colours of what speaks for a class
 */

const SIDE = 320; // pixels of a lane's picture in a figure
const NAME = "foveate-small-thing";

/**
 * What the buttons do, by their names.
 * @param {() => Taken | null} taken
 * @returns {import("../../parts/takeaway/saving.js").Takeaways}
 */
export function visionTakeaways(taken) {
  const of = takenOf(taken);
  return {
    take: {
      png: of((what) => savePixels(figure(what), NAME)),
      svg: of((what) => saveVectors(figure(what), NAME)),
      csv: of((what) => saveText(csvOf(verdictRows(what)), "text/csv", `${NAME}.csv`)),
      json: of(({ answer }) =>
        saveText(`${JSON.stringify(answer, null, 1)}\n`, "application/json", `${NAME}.json`),
      ),
      picture: of(({ file }) => saveBlob(file, `${NAME}-picture.png`)),
    },
    copy: {
      link: of(({ view }) => location.origin + location.pathname + toSearch(view, FIELDS)),
      curl: of((what) => curlOfHeads(callOf(what))),
      python: of((what) => pythonOfHeads(callOf(what))),
    },
  };
}

/** @param {Taken} taken */
function callOf({ view, intervention }) {
  const changed = Object.keys(intervention).length ? JSON.stringify(intervention) : "";
  return {
    root: location.origin + ROOT,
    file: `${NAME}-picture.png`,
    models: view.heads,
    intervention: changed,
  };
}

/**
 * Every class of every head, a line each.
 * @param {Pick<Taken, "answer" | "box">} taken
 * @returns {(string | number | null)[][]}
 */
export function verdictRows({ answer, box }) {
  const rows = answer.heads.flatMap(({ model, verdict }) =>
    verdict.map(({ label, probability }) => [model, label, probability, box.width * box.height]),
  );
  return [["model", "class", "probability", "share_of_object"], ...rows];
}

/** @param {Taken} taken */
function figure({ lanes, box, label, ...tables }) {
  const plates = lanes.map((lane) => plateOf(lane, box, label, tables));
  const thing = label ? `“${label}”, ` : "";
  return svgFigure(plates, `${thing}${shareSaid(box.width * box.height)}. Foveate, vision lab.`);
}

/**
 * @param {import("./headlane.js").HeadLane} lane
 * @param {import("../../math/geometry.js").Box} box
 * @param {string} label
 * @param {Pick<Taken, "table" | "spoken">} tables
 */
function plateOf(lane, box, label, tables) {
  const head = /** @type {LabHead} */ (lane.head);
  const [best] = head.verdict;
  const own = label && best.label !== label ? `; ${label} ${formatShare(lane.probability(label) ?? 0)}` : "";
  const laid = laidOf(head);
  const high = laid?.high ?? 1;
  const colours = coloursOf(laid?.kind ?? "weights", false, tables);
  return {
    picture: lane.canvas.toDataURL("image/jpeg", 0.92),
    ...{ width: SIDE, height: SIDE },
    title: `${headName(lane.card)}: ${best.label} ${formatShare(best.probability)}${own}`,
    colours: barStops(colours, { low: 0, high }, [0, high]),
    low: attendedSaid(head, box),
    high: laid ? formatWeight(high) : "",
  };
}
