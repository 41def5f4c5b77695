/** A few seconds of the camera, in the dialogue of templates/_intake.html. */

import { find, part } from "../../core/dom.js";
import { cameraStream, refused } from "../intake.js";

const SECONDS = 6;
const KINDS = ["video/webm;codecs=vp9", "video/webm", "video/mp4"];

/**
 * @param {HTMLDialogElement} dialog
 * @param {(file: Blob) => void} onFile
 * @param {(sentence: string) => void} onProblem
 */
export async function recordClip(dialog, onFile, onProblem) {
  const stream = await cameraStream({ width: { ideal: 640 } }).catch((error) => onProblem(refused(error)));
  if (!stream) return;
  const video = find(dialog, "video", HTMLVideoElement);
  const recording = new Recording(stream, part(dialog, "record"), part(dialog, "elapsed"));
  recording.onDone = (file) => {
    dialog.close();
    onFile(file);
  };
  const closed = () => {
    recording.leave();
    video.srcObject = null;
  };
  video.srcObject = stream;
  dialog.showModal();
  dialog.addEventListener("close", closed, { once: true });
}

class Recording {
  /**
   * @param {MediaStream} stream
   * @param {HTMLElement} button
   * @param {HTMLElement} elapsed
   */
  constructor(stream, button, elapsed) {
    this.stream = stream;
    this.button = button;
    this.elapsed = elapsed;
    this.onDone = (/** @type {Blob} */ _file) => {};
    /** @type {MediaRecorder | null} */
    this.recorder = null;
    this.timer = 0;
    this.left = false;
    button.textContent = "Record";
    elapsed.textContent = `Up to ${SECONDS} seconds; nothing is sent before you stop.`;
    button.onclick = () => (this.recorder ? this.recorder.stop() : this.start());
  }

  start() {
    const mimeType = KINDS.find((kind) => MediaRecorder.isTypeSupported(kind));
    this.recorder = new MediaRecorder(this.stream, { mimeType });
    /** @type {Blob[]} */
    const parts = [];
    this.recorder.addEventListener("dataavailable", ({ data }) => parts.push(data));
    this.recorder.addEventListener("stop", () => this.done(new Blob(parts, { type: mimeType })));
    this.recorder.start();
    this.button.textContent = "Stop";
    this.count(performance.now());
  }

  /** @param {number} start */
  count(start) {
    const seconds = (performance.now() - start) / 1000;
    this.elapsed.textContent = `Recording: ${seconds.toFixed(1)} of ${SECONDS} s`;
    if (seconds >= SECONDS) this.recorder?.stop();
    else this.timer = window.setTimeout(() => this.count(start), 100);
  }

  /** @param {Blob} file */
  done(file) {
    clearTimeout(this.timer);
    if (!this.left && file.size) this.onDone(file);
  }

  /** The dialogue was closed: what was recorded is forgotten, unless it has been taken. */
  leave() {
    this.left = true;
    clearTimeout(this.timer);
    if (this.recorder?.state === "recording") this.recorder.stop();
    for (const track of this.stream.getTracks()) track.stop();
  }
}
