/** Figures of networks with gates to take away: the network as it stands on the page, and its outputs. */

import { escaped } from "./plates.js";

const FONT = "Helvetica, Arial, sans-serif";
const LINE = 18;
const GAP = 24;
const LONGEST = 480; // pixels along a side of an output
/** The page's colours by day: a figure is on paper. */
const PAPER = {
  paper: "#ffffff",
  ink: "#17191f",
  quiet: "#5b6070",
  wash: "#f5f6f8",
  accent: "#2f4bd8",
  "gate-closed": "#d6dae4",
  "gate-open": "#2f4bd8",
};

/**
 * The network as a document of its own: colours instead of the page's variables, and no buttons.
 * @param {SVGSVGElement} picture
 * @param {string} caption
 */
export function networkSvg(picture, caption) {
  const { width, height } = picture.viewBox.baseVal;
  const drawn = onPaper(new XMLSerializer().serializeToString(picture));
  const words = text(0, height + LINE, caption, width);
  return figure(width, height + 1.6 * LINE, caption, drawn + words);
}

/**
 * A drawing of the page with paper's colours.
 * @param {string} drawing
 */
export function onPaper(drawing) {
  return drawing
    .replace(/var\(--([\w-]+)\)/g, (all, name) => Reflect.get(PAPER, name) ?? all)
    .replace(/ (role|tabindex|aria-[\w-]+|class|data-[\w-]+)="[^"]*"/g, "");
}

/**
 * The outputs side by side.
 * @param {HTMLCanvasElement[]} canvases as computed, and as switched
 * @param {string} caption
 */
export function outputsSvg(canvases, caption) {
  const { width: wide, height: high } = canvases[0];
  const share = Math.min(1, LONGEST / Math.max(wide, high));
  const [width, height] = [Math.round(wide * share), Math.round(high * share)];
  const names = ["As computed", "As switched"];
  const parts = canvases.map((canvas, i) => {
    const x = i * (width + GAP);
    const picture = `<image x="${x}" width="${width}" height="${height}" href="${canvas.toDataURL()}"/>`;
    return `${picture}${text(x, height + LINE, names[i], width, 13)}`;
  });
  const whole = canvases.length * (width + GAP) - GAP;
  return figure(
    whole,
    height + 2.8 * LINE,
    caption,
    parts.join("") + text(0, height + 2.2 * LINE, caption, whole),
  );
}

/**
 * @param {number} width
 * @param {number} height
 * @param {string} title
 * @param {string} drawn
 */
function figure(width, height, title, drawn) {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"
  font-family="${FONT}" fill="#1a1a1a">
<title>${escaped(title)}</title>
<rect width="100%" height="100%" fill="#fff"/>
${drawn}
</svg>
`;
}

/**
 * A line of words, set smaller where it would not fit.
 * @param {number} x
 * @param {number} y
 * @param {string} words
 * @param {number} room
 * @param {number} [size]
 */
function text(x, y, words, room, size = 11) {
  const fitting = Math.min(size, room / (words.length * 0.56));
  return `<text x="${x}" y="${y}" font-size="${fitting.toFixed(1)}" fill="#444">${escaped(words)}</text>`;
}
