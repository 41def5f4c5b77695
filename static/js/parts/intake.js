/** Every way a photo comes in: chosen, dropped anywhere, pasted, taken with the camera. */

import { byId, find, html, pen } from "../core/dom.js";

/**
 * @param {{onFile: (file: Blob) => void, onProblem: (sentence: string) => void}} on
 */
export function listenForPhotos(on) {
  const take = (/** @type {FileList | null | undefined} */ files) => {
    const photo = [...(files ?? [])].find((file) => file.type.startsWith("image/")) ?? files?.[0];
    if (photo) on.onFile(photo);
  };
  for (const id of ["file", "capture"]) {
    const field = byId(id, HTMLInputElement);
    field.addEventListener("change", () => {
      take(field.files);
      field.value = ""; // the same photo chosen again is a change again
    });
  }
  listenForDrops(take, on.onProblem);
  document.addEventListener("paste", (event) => {
    if (event.clipboardData?.files.length) take(event.clipboardData.files);
  });
}

/**
 * @param {(files: FileList | undefined) => void} take
 * @param {(sentence: string) => void} onProblem
 */
function listenForDrops(take, onProblem) {
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
    if (event.dataTransfer?.files.length) take(event.dataTransfer.files);
    else onProblem("What was dropped is not a file: save the picture first, or copy and paste it.");
  });
}

/**
 * The camera in a dialogue: a live picture, and a button that takes it.
 * @param {HTMLDialogElement} dialog
 * @param {(file: Blob) => void} onFile
 * @param {(sentence: string) => void} onProblem
 */
export async function takePhoto(dialog, onFile, onProblem) {
  const video = find(dialog, "video", HTMLVideoElement);
  const stream = await camera().catch((error) => onProblem(refused(error)));
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

async function camera() {
  return navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 1280 } } });
}

/** @param {unknown} error */
function refused(error) {
  return error instanceof Error && error.name === "NotAllowedError"
    ? "The browser may not use the camera: allow it for this page, or choose a photo."
    : "No camera was found: choose a photo instead.";
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
