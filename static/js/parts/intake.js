/** Every way a photo or a video comes in: chosen, dropped anywhere, pasted, taken with the camera. */

import { byId, find, html, pen } from "../core/dom.js";

/**
 * @typedef {object} Intake
 * @property {(file: Blob, note?: string) => void} onFile a photo, and what is to be said of it
 * @property {(sentence: string) => void} onProblem
 * @typedef {object} Wanted what a page takes
 * @property {RegExp} type of its files
 * @property {string} name
 * @property {string} save what to do with one that is no file
 * @property {string} smaller what to do with one that is too large
 * @property {string} beside what to do with a second one
 */

const FORM = 1024; // bytes that are sent around a file, at most
const MEGABYTE = 1e6;
const ADDRESS = /^(https?:|ftp:|file:|data:|blob:|www\.)\S+$/i;

/** @type {Wanted} */
export const PHOTO = {
  type: /^image\//,
  name: "photo",
  save: "save the picture",
  smaller: "Save it smaller, as a JPEG for instance, and open that.",
  beside: "Compare puts a second one beside it.",
};

/** @type {Wanted} */
export const VIDEO = {
  type: /^(video\/|image\/(gif|webp|apng|png|avif)$)/,
  name: "video",
  save: "save the video",
  smaller: "Save a shorter part of it, or a smaller picture, and open that.",
  beside: "Open the others after it.",
};

/**
 * @param {Intake} on
 * @param {Wanted} wanted
 */
export function listenForFiles(on, wanted) {
  const take = (/** @type {FileList} */ files) => {
    const { file, note } = oneOf([...files], wanted);
    on.onFile(file, note);
  };
  for (const id of ["file", "capture"]) {
    const field = byId(id, HTMLInputElement);
    field.addEventListener("change", () => {
      if (field.files?.length) take(field.files);
      field.value = ""; // the same photo chosen again is a change again
    });
  }
  listenForDrops(take, on.onProblem, wanted);
  document.addEventListener("paste", ({ clipboardData, target }) => {
    if (clipboardData?.files.length) take(clipboardData.files);
    else if (target instanceof HTMLTextAreaElement)
      return; // text is what it is for
    else if (clipboardData) on.onProblem(noFile("pasted", clipboardData.getData("text/plain"), wanted));
  });
}

/**
 * @param {(files: FileList) => void} take
 * @param {(sentence: string) => void} onProblem
 * @param {Wanted} wanted
 */
function listenForDrops(take, onProblem, wanted) {
  const { body } = document;
  const dragging = (/** @type {boolean} */ on) => body.classList.toggle("dragging", on);
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    dragging(true);
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) dragging(false);
  });
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    dragging(false);
    const dropped = event.dataTransfer;
    if (!dropped) return;
    const folders = [...dropped.items].filter((item) => item.webkitGetAsEntry?.()?.isDirectory);
    if (folders.length && folders.length === dropped.files.length)
      onProblem(`A folder was dropped: drop one of the ${wanted.name}s in it.`);
    else if (dropped.files.length) take(dropped.files);
    else
      onProblem(noFile("dropped", dropped.getData("text/uri-list") || dropped.getData("text/plain"), wanted));
  });
}

/**
 * The file that is taken of several, and a sentence on the others.
 * @param {File[]} files one at least
 * @param {Wanted} wanted
 */
export function oneOf(files, wanted) {
  const file = files.find(({ type }) => wanted.type.test(type)) ?? files[0];
  if (files.length === 1) return { file, note: "" };
  const note =
    `Of ${files.length} files, ${file.name} was taken: there is one ${wanted.name} at a time. ` +
    wanted.beside;
  return { file, note };
}

/**
 * A sentence where a file is larger than the server takes, so that it need not be sent; else "".
 * @param {Blob & {name?: string}} file
 * @param {number} limit bytes of a request
 * @param {Wanted} wanted
 */
export function tooLarge({ name, size }, limit, wanted) {
  if (size + FORM <= limit) return "";
  const most = Math.floor(((limit - FORM) / MEGABYTE) * 10) / 10;
  const own = Math.max(Math.ceil((size / MEGABYTE) * 10) / 10, most + 0.1).toFixed(1);
  return (
    `${name ?? `The ${wanted.name}`} has ${own} MB, and this server takes ${wanted.name}s up to ${most} MB. ` +
    wanted.smaller
  );
}

/**
 * What to do with something that is no file.
 * @param {"dropped" | "pasted"} how
 * @param {string} text
 * @param {Wanted} wanted
 */
export function noFile(how, text, { name, save }) {
  if (!text.trim()) return `What was ${how} is no ${name}: ${save}, and open the file.`;
  const address = ADDRESS.test(text.trim().split("\n")[0].trim());
  const what = address ? "an address, and nothing is fetched from other sites" : `text, not a ${name}`;
  return `What was ${how} is ${what}: ${save}, and drop the file here.`;
}

/**
 * The camera in a dialogue: a live picture, and a button that takes it.
 * @param {HTMLDialogElement} dialog
 * @param {(file: Blob) => void} onFile
 * @param {(sentence: string) => void} onProblem
 */
export async function takePhoto(dialog, onFile, onProblem) {
  const video = find(dialog, "video", HTMLVideoElement);
  const stream = await cameraStream({ width: { ideal: 1280 } }).catch((error) => onProblem(refused(error)));
  if (!stream) return;
  video.srcObject = stream;
  dialog.showModal();
  const closed = () => {
    if (dialog.returnValue === "take") snapshot(video, onFile);
    for (const track of stream.getTracks()) track.stop();
    video.srcObject = null;
  };
  dialog.addEventListener("close", closed, { once: true });
}

/**
 * The camera's picture, with the visitor's leave. `refused` tells why there is none.
 * @param {MediaTrackConstraints} video
 */
export async function cameraStream(video) {
  return navigator.mediaDevices.getUserMedia({ video });
}

/** @param {unknown} error */
export function refused(error) {
  return error instanceof Error && error.name === "NotAllowedError"
    ? "The browser may not use the camera: allow it for this page, or choose a file."
    : "No camera was found: choose a file instead.";
}

/**
 * @param {HTMLVideoElement} video
 * @param {(file: Blob) => void} onFile
 */
function snapshot(video, onFile) {
  const canvas = html("canvas", { width: String(video.videoWidth), height: String(video.videoHeight) });
  pen(canvas).drawImage(video, 0, 0);
  canvas.toBlob((blob) => blob && onFile(blob), "image/jpeg", 0.92);
}
