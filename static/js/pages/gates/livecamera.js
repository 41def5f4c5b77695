/**
 * The camera, live: small frames, two on their way at a time, the newest wins. They go to the service
 * that gave the page and nowhere else, and none is kept longer than its trace.
 */

import { sentenceOf } from "../../core/api.js";
import { byId, html, pen } from "../../core/dom.js";
import { cameraStream, refused } from "../../parts/intake.js";
import { markSample } from "../../parts/photo/arrivals.js";

const LANES = 2; // frames on their way at a time
const WIDTH = 320; // pixels of a frame, of which networks see 256
const QUALITY = 0.8;
const COUNTED = 1000; // milliseconds over which frames are counted
const LOCAL = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * @typedef {object} On
 * @property {(frame: Blob, isNewest: () => boolean) => Promise<unknown>} see shows a frame, unless a newer one
 *   is shown already; the next is taken when that is done
 * @property {() => void} stopped the last frame stays
 * @property {(sentence: string) => void} problem
 */

export class LiveCamera {
  /** @param {On} on */
  constructor(on) {
    this.to = on;
    this.video = byId("live-video", HTMLVideoElement);
    this.canvas = html("canvas");
    /** @type {MediaStream | null} */
    this.stream = null;
    this.taken = 0; // frames
    this.newest = 0; // number of the one that is shown
    /** @type {number[]} when the last frames were shown */
    this.shown = [];
    byId("live").addEventListener("click", () => (this.stream ? this.stop() : this.start()));
    byId("live-stop").addEventListener("click", () => this.stop());
    byId("live-where").textContent = whereTo(location.hostname);
  }

  get on() {
    return this.stream !== null;
  }

  async start() {
    const stream = await cameraStream({ width: { ideal: 640 } }).catch((error) =>
      this.to.problem(refused(error)),
    );
    if (!stream) return;
    this.stream = stream;
    this.video.srcObject = stream;
    this.tell();
    await this.video.play().catch(() => {});
    for (let lane = 0; lane < LANES; lane++) this.loop(stream);
  }

  /**
   * Frame after frame, until the camera is stopped.
   * @param {MediaStream} stream
   */
  async loop(stream) {
    while (this.stream === stream) {
      const number = ++this.taken;
      try {
        const frame = await this.frame();
        if (frame) await this.to.see(frame, () => this.isNewest(stream, number));
      } catch (error) {
        if (this.stream !== stream) return;
        this.stop();
        this.to.problem(sentenceOf(error));
      }
      await new Promise((done) => requestAnimationFrame(done));
    }
  }

  /**
   * Whether a frame is newer than what is shown, which it takes the place of.
   * @param {MediaStream} stream
   * @param {number} number
   */
  isNewest(stream, number) {
    if (this.stream !== stream || number < this.newest) return false;
    this.newest = number;
    this.count();
    return true;
  }

  /** @returns {Promise<Blob | null>} null while the camera shows nothing yet */
  async frame() {
    const { video, canvas } = this;
    if (!video.videoWidth) return null;
    canvas.width = WIDTH;
    canvas.height = Math.round((WIDTH * video.videoHeight) / video.videoWidth);
    pen(canvas).drawImage(video, 0, 0, canvas.width, canvas.height);
    return new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  }

  count() {
    const now = performance.now();
    this.shown = [...this.shown.filter((time) => now - time < COUNTED), now];
    byId("live-rate").textContent = `${this.shown.length} frames a second`;
  }

  stop() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.video.srcObject = null;
    this.shown = [];
    this.tell();
    this.to.stopped();
  }

  tell() {
    if (this.on) markSample("");
    byId("live-row").hidden = !this.on;
    byId("live").setAttribute("aria-pressed", String(this.on));
    byId("live-rate").textContent = "";
  }
}

/**
 * Where a frame goes, as it is.
 * @param {string} host of the service that gave the page
 */
export function whereTo(host) {
  if (LOCAL.test(host)) return "Frames go to the service on this machine and nowhere else.";
  return `Frames go to ${host}, which runs this service, and nowhere else.`;
}
