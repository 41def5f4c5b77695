/** What a visitor can take away of the street lab: the maps as pictures and numbers, and the calls. */

import { ROOT } from "../../core/api.js";
import { toSearch } from "../../core/store.js";
import { csvOf } from "../../math/csv.js";
import { decoderName } from "../../parts/evidence/streetfigures.js";
import { savePixels, saveText, saveVectors, takenOf } from "../../parts/takeaway/saving.js";
import { streetFigure } from "../../parts/takeaway/streetfigure.js";
import { FIELDS } from "./view.js";

/**
 * @typedef {object} Taken
 * @property {{lane: import("./streetlane.js").StreetLane, pass: import("./streetpass.js").StreetPass}[]} lanes
 * @property {import("./view.js").View} view
 * @property {readonly import("../../schema.js").StreetClass[]} classes
 */

const NAME = "foveate-street";
const SOURCE = "Foveate, street lab. Weights learned from CamVid (CC BY-NC 4.0), for research alone.";

/**
 * What the buttons do, by their names.
 * @param {() => Taken | null} taken
 * @returns {import("../../parts/takeaway/saving.js").Takeaways}
 */
export function streetTakeaways(taken) {
  const of = takenOf(taken);
  return {
    take: {
      png: of((what) => savePixels(figure(what), NAME)),
      svg: of((what) => saveVectors(figure(what), NAME)),
      csv: of((what) => saveText(csvOf(shareRows(what)), "text/csv", `${NAME}.csv`)),
    },
    copy: {
      link: of(({ view }) => location.origin + location.pathname + toSearch(view, FIELDS)),
      curl: of(
        ({ view }) =>
          `curl -sS -F file=@street.jpg -F models=${view.models.join()} ${location.origin}${ROOT}/lab/streets`,
      ),
    },
  };
}

/**
 * Every class of every model, a line each.
 * @param {Taken} taken
 * @returns {(string | number | null)[][]}
 */
export function shareRows({ lanes, classes }) {
  const rows = lanes.flatMap(({ pass }) =>
    classes.map(({ label, number, group }) => [pass.model, label, group, pass.shares[number]]),
  );
  return [["model", "class", "group", "share"], ...rows];
}

/** @param {Taken} taken */
function figure({ lanes, classes }) {
  const plates = lanes.map(({ lane }) => ({
    picture: lane.canvas.toDataURL("image/jpeg", 0.92),
    title: decoderName(lane.card.title),
    said: lane.shown?.said ?? "",
  }));
  const { width, height } = lanes[0].lane.canvas;
  return streetFigure(plates, height / width, classes, SOURCE);
}
