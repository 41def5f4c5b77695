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

const FIRST_ID = `sed -n 's/^{"id":"\\([0-9a-f]*\\)".*/\\1/p'`; // grep -P is not everywhere

/** @param {string} text as one word of a shell */
function shellWord(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** @param {Call} call */
export function curlOf({ origin, of, body, site, head }) {
  const root = `${origin}/api/v1`;
  const sent = `-H 'Content-Type: application/json' -d ${shellWord(JSON.stringify(body))}`;
  if (of === "alignment") return `curl -s ${sent} ${root}/alignment`;
  return `ID=$(curl -s ${sent} ${root}/${of}/traces | ${FIRST_ID})
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
 * @param {{method: string, head: string, query: import("../../math/query.js").AnyQuery}} view
 * @param {string} format
 */
export function numbersPath(id, site, { method, head, query }, format) {
  const spelled = spellQuery(query);
  const of = method === "weights" ? `site=${site}&head=${head}&query=${spelled}&` : "";
  if (method === "window-rollout")
    return `/traces/${id}/rollout?method=${method}&query=${spelled}&format=${format}`;
  const asked = method === "rollout" ? `query=${spelled}&` : of;
  return `/traces/${id}/${method}?${asked}format=${format}`;
}

/**
 * @typedef {object} PhotoCall
 * @property {string} root of the API
 * @property {"images" | "videos"} [to] where it is sent: images
 * @property {{sample: string} | {file: string}} photo a sample's name, or a file's
 * @property {Record<string, string | number>} asked how it is traced
 * @property {(id: string, format: string) => string} path of the numbers, below the root
 */

/**
 * Two calls: the photo goes to the server, and the numbers of its trace come back. They need nothing
 * that is there already.
 * @param {PhotoCall} call
 */
export function curlOfPhoto({ root, to = "images", photo, asked, path }) {
  const sent = "sample" in photo ? `sample=${photo.sample}` : `file=@${quoted(photo.file)}`;
  const fields = [sent, ...Object.entries(asked).map(([name, value]) => `${name}=${value}`)];
  const form = fields.map((field) => `-F ${shellWord(field)}`).join(" ");
  return `ID=$(curl -sS ${form} ${root}/${to}/traces | ${FIRST_ID})
curl -sS "${root}${path("$ID", "json")}"`;
}

/** @param {PhotoCall} call */
export function pythonOfPhoto({ root, to = "images", photo, asked, path }) {
  const spelled = Object.entries(asked).map(([name, value]) => [name, String(value)]);
  const fields = {
    ...("sample" in photo ? photo : {}),
    ...Object.fromEntries(spelled),
  };
  const posted = pythonForm(`${root}/${to}/traces`, fields, "file" in photo ? photo.file : "");
  return `${posted}with urllib.request.urlopen(f"${root}${path("{found['id']}", "npy")}") as answer:
    weights = np.load(io.BytesIO(answer.read()))
print(weights.shape, weights.sum())
`;
}

/**
 * @typedef {object} HeadsCall
 * @property {string} root of the API
 * @property {string} file the picture's name
 * @property {readonly string[]} models
 * @property {string} intervention as JSON, or ""
 */

/** @param {HeadsCall} call */
function headFields({ models, intervention }) {
  return { models: models.join(), ...(intervention ? { intervention } : {}) };
}

/**
 * One picture through several heads of the vision lab.
 * @param {HeadsCall} call
 */
export function curlOfHeads(call) {
  const fields = [
    `file=@${quoted(call.file)}`,
    ...Object.entries(headFields(call)).map((pair) => pair.join("=")),
  ];
  return `curl -sS ${fields.map((field) => `-F ${shellWord(field)}`).join(" ")} ${call.root}/lab/vision`;
}

/** @param {HeadsCall} call */
export function pythonOfHeads(call) {
  return `${pythonForm(`${call.root}/lab/vision`, headFields(call), call.file)}for head in found["heads"]:
    best = head["verdict"][0]
    maps = [np.array(site["values"]) for site in head["sites"] if site["key"]["kind"] == "patch"]
    print(head["model"], best["label"], round(best["probability"], 3), [len(each) for each in maps])
`;
}

/**
 * Posts a form; what comes back is `found`.
 * @param {string} url
 * @param {Record<string, string>} fields
 * @param {string} file its name, or "" for none
 */
function pythonForm(url, fields, file) {
  return `import io
import json
import urllib.request

import numpy as np

fields = ${JSON.stringify(fields)}
edge = b"--the-edge-between-two-fields"
form = b""
for name, value in fields.items():
    form += edge + f'\\r\\nContent-Disposition: form-data; name="{name}"\\r\\n\\r\\n{value}\\r\\n'.encode()
${file ? pythonFile(file) : ""}form += edge + b"--\\r\\n"
headers = {"Content-Type": f"multipart/form-data; boundary={edge[2:].decode()}"}
with urllib.request.urlopen(urllib.request.Request("${url}", form, headers)) as answer:
    found = json.load(answer)
`;
}

/** @param {string} name of a file, which a form takes as the field `file` */
function pythonFile(name) {
  return `form += edge + b'\\r\\nContent-Disposition: form-data; name="file"; filename="photo"\\r\\n\\r\\n'
with open(${JSON.stringify(name)}, "rb") as photo:
    form += photo.read() + b"\\r\\n"
`;
}

/**
 * The command that does the same to a video without a service.
 * @param {string} file
 * @param {Record<string, string | number>} options those without a value are left out
 */
export function commandOfVideo(file, options) {
  const given = Object.entries(options).filter(([, value]) => value !== "");
  const words = given.map(([name, value]) => `--${name} ${shellWord(String(value))}`);
  return ["foveate video", shellWord(file), "-o attention", ...words].join(" ");
}

/** @param {string} name of a file as curl takes any in a form */
function quoted(name) {
  return `"${name.replace(/["\\]/g, "\\$&")}"`;
}
