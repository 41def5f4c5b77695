/**
 * The camera, live: small frames, one on its way at a time, the newest wins. They go to the service that
 * gave the page and nowhere else, and none is kept longer than its trace.
 */

import { byId, html, pen } from "../../core/dom.js";
import { cameraStream, refused } from "../../parts/intake.js";

const WIDTH = 320; // pixels of a frame, of which networks see 256
const QUALITY = 0.8;
const COUNTED = 1000; // milliseconds over which frames are counted
const LOCAL = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * @typedef {object} On
 * @property {(frame: Blob) => Promise<unknown>} see shows a frame; the next is taken when that is done
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
    await this.loop(stream);
  }

  /** @param {MediaStream} stream */
  async loop(stream) {
    while (this.stream === stream) {
      const frame = await this.frame();
      try {
        if (frame) await this.to.see(frame);
      } catch (error) {
        this.stop();
        this.to.problem(String(error instanceof Error ? error.message : error));
      }
      if (frame) this.count();
      await new Promise((done) => requestAnimationFrame(done));
    }
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
