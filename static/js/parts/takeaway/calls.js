/** Calls that give the same numbers as the page: for a shell, and for Python. */

import { spellQuery } from "../../math/query.js";

/**
 * @typedef {object} Call
 * @property {string} origin
 * @property {"translations" | "sentences" | "alignment"} of
 * @property {object} body
 * @property {string} site
 * @property {string} head
 */

/** @param {string} text as one word of a shell */
function shellWord(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** @param {Call} call */
export function curlOf({ origin, of, body, site, head }) {
  const root = `${origin}/api/v1`;
  const sent = `-H 'Content-Type: application/json' -d ${shellWord(JSON.stringify(body))}`;
  if (of === "alignment") return `curl -s ${sent} ${root}/alignment`;
  return `ID=$(curl -s ${sent} ${root}/${of}/traces | grep -oP '"id":"\\K\\w+' | head -1)
curl -s "${root}/traces/$ID/weights?site=${site}&head=${head}"`;
}

/** @param {Call} call */
export function pythonOf({ origin, of, body, site, head }) {
  const path = of === "alignment" ? "alignment" : `${of}/traces`;
  const asked = `import io
import json
import urllib.request

import numpy as np

root = "${origin}/api/v1"
body = ${JSON.stringify(body)}
request = urllib.request.Request(
    f"{root}/${path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
)
with urllib.request.urlopen(request) as answer:
    found = json.load(answer)
`;
  if (of === "alignment") {
    return `${asked}weights = np.array(found["strengths"], "float32")  # target words x source words
print(weights.shape)
`;
  }
  return `${asked}url = f"{root}/traces/{found['id']}/weights?site=${site}&head=${head}&format=npy"
with urllib.request.urlopen(url) as answer:
    weights = np.load(io.BytesIO(answer.read()))  # queries x keys
print(weights.shape)
`;
}

/**
 * The path of the numbers that a view shows, below the API's root.
 * @param {string} id
 * @param {string} site
 * @param {{method: string, head: string, query: import("../../math/query.js").Query}} view
 * @param {string} format
 */
export function numbersPath(id, site, { method, head, query }, format) {
  const spelled = spellQuery(query);
  const of = method === "weights" ? `site=${site}&head=${head}&query=${spelled}&` : "";
  const asked = method === "rollout" ? `query=${spelled}&` : of;
  return `/traces/${id}/${method}?${asked}format=${format}`;
}

/** @param {string} url */
export function curlCall(url) {
  return `curl -s '${url}'`;
}

/** @param {string} url of the NPY */
export function pythonCall(url) {
  return `import io
import urllib.request

import numpy as np

with urllib.request.urlopen("${url}") as answer:
    weights = np.load(io.BytesIO(answer.read()))
print(weights.shape, weights.sum())
`;
}
