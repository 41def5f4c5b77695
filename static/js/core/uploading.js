/** Sending a file so that it can be told how much of it is sent: fetch does not say. */

import { ROOT, unreachable } from "./api.js";

/**
 * What `request` of api.js sends with, in place of fetch.
 * @param {(share: number) => void} onSent how much of it has been sent, 0 to 1
 * @returns {(path: string, options?: RequestInit) => Promise<Response>} whatever its status
 */
export function watched(onSent) {
  return (path, { method = "GET", body, signal } = {}) =>
    new Promise((resolve, reject) => {
      const sending = new XMLHttpRequest();
      const stopped = () => reject(new DOMException("Stopped", "AbortError"));
      sending.open(method, ROOT + path);
      sending.responseType = "blob";
      sending.upload.addEventListener("progress", ({ loaded, total }) => onSent(loaded / total));
      sending.addEventListener("load", () => resolve(answerOf(sending)));
      sending.addEventListener("error", () => reject(unreachable()));
      sending.addEventListener("abort", stopped);
      if (signal?.aborted) return stopped();
      signal?.addEventListener("abort", () => sending.abort(), { once: true });
      sending.send(/** @type {XMLHttpRequestBodyInit | null} */ (body ?? null));
    });
}

/** @param {XMLHttpRequest} sent */
function answerOf(sent) {
  const waiting = sent.getResponseHeader("Retry-After");
  const headers = waiting ? { "Retry-After": waiting } : undefined;
  return new Response(sent.response, { status: sent.status, statusText: sent.statusText, headers });
}
