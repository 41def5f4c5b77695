/**
 * A text's trace in the browser: the weights of any site and head, worked out from queries and keys
 * where the site has them for every token, else fetched.
 *
 * @typedef {import("../../schema.js").Site} Site
 * @typedef {import("../../schema.js").Text} Text
 * @typedef {import("../../schema.js").TranslationTrace | import("../../schema.js").SentenceTrace} AnyTrace
 * @typedef {import("../../math/attention.js").QK} QK
 * @typedef {{qk: QK} | {all: Float32Array}} Fetched queries and keys, or weights of all heads
 */

import { getQK, getWeights } from "../../core/api.js";
import { headWeights } from "../../math/attention.js";
import { labelsOn } from "../../math/axis.js";
import { sendsQueryKeys } from "../../math/site.js";

const KEPT = 12; // matrices; one of 512 tokens is a megabyte

export class TextTrace {
  /**
   * @param {AnyTrace} trace
   * @param {(error: unknown) => void} onError
   */
  constructor(trace, onError) {
    this.trace = trace;
    this.onError = onError;
    this.onload = () => {};
    /** @type {Map<string, Fetched>} */
    this.fetched = new Map();
    /** @type {Map<string, Float32Array>} */
    this.matrices = new Map();
    /** @type {Set<string>} */
    this.pending = new Set();
    this.keepAligned();
  }

  /** The aligner's weights came with the trace. */
  keepAligned() {
    const found = "alignment" in this.trace ? this.trace.alignment : null;
    if (found?.weights?.length) {
      this.matrices.set(`${found.site} ${found.head}`, Float32Array.from(found.weights.flat()));
    }
  }

  /** @param {string} name */
  site(name) {
    return this.trace.sites.find((site) => site.name === name) ?? null;
  }

  /**
   * The texts whose tokens ask and are asked at a site.
   * @param {Site} site
   * @returns {{rows: Text, columns: Text}}
   */
  texts(site) {
    const { trace } = this;
    if ("text" in trace) return { rows: trace.text, columns: trace.text };
    if (site.kind === "cross") return { rows: trace.target, columns: trace.source };
    const text = isAxisOf(site.query, trace.source) ? trace.source : trace.target;
    return { rows: text, columns: text };
  }

  /**
   * Weights (queries, keys) of a head, or null while they are being fetched.
   * @param {Site} site
   * @param {string} head a number, "mean" or "max"
   * @returns {Float32Array | null}
   */
  weights(site, head) {
    const key = `${site.name} ${head}`;
    const known = this.matrices.get(key);
    if (known) return known;
    const fetched = this.fetched.get(site.name);
    if (!fetched) {
      this.load(site);
      return null;
    }
    const found = headMatrix(site, head, fetched);
    this.matrices.set(key, found);
    if (this.matrices.size > KEPT) this.matrices.delete([...this.matrices.keys()][0]);
    return found;
  }

  /** @param {Site} site */
  load(site) {
    if (this.pending.has(site.name)) return;
    this.pending.add(site.name);
    this.fetch(site)
      .then((found) => {
        this.fetched.set(site.name, found);
        this.onload();
      }, this.onError)
      .finally(() => this.pending.delete(site.name));
  }

  /**
   * @param {Site} site
   * @returns {Promise<Fetched>}
   */
  async fetch(site) {
    const { id } = this.trace;
    if (sendsQueryKeys(site)) return { qk: await getQK(id, site.name) };
    return { all: /** @type {Float32Array} */ ((await getWeights(id, site.name)).data) };
  }

  /**
   * The server's own float32 weights, for numbers that are taken away.
   * @param {Site} site
   * @param {string} head
   */
  async exact(site, head) {
    return /** @type {Float32Array} */ ((await getWeights(this.trace.id, site.name, head)).data);
  }
}

/**
 * @param {import("../../schema.js").Axis} axis
 * @param {Text} text
 */
function isAxisOf(axis, text) {
  const labels = labelsOn(axis);
  return axis.size === text.tokens.length && text.tokens.every((token, i) => labels[i] === token.text);
}

/**
 * One head's matrix, or the mean or maximum over all of them.
 * @param {Site} site
 * @param {string} head
 * @param {Fetched} fetched
 */
export function headMatrix(site, head, fetched) {
  const of = "qk" in fetched ? softmaxed(site, fetched.qk) : given(site, fetched.all);
  if (head !== "mean" && head !== "max") return of(Number(head));
  const heads = Array.from({ length: site.heads }, (_, i) => i);
  return head === "mean" ? meanOf(heads, of) : maximumOf(heads, of);
}

/**
 * @param {number[]} heads
 * @param {(head: number) => Float32Array} of
 */
function meanOf([first, ...others], of) {
  const found = of(first).slice();
  for (const head of others) {
    const next = of(head);
    for (let i = 0; i < found.length; i++) found[i] += next[i];
  }
  return found.map((sum) => sum / (others.length + 1));
}

/**
 * @param {number[]} heads
 * @param {(head: number) => Float32Array} of
 */
function maximumOf([first, ...others], of) {
  const found = of(first).slice();
  for (const head of others) {
    const next = of(head);
    for (let i = 0; i < found.length; i++) if (next[i] > found[i]) found[i] = next[i];
  }
  return found;
}

/**
 * @param {Site} site
 * @param {QK} qk
 * @returns {(head: number) => Float32Array}
 */
function softmaxed(site, qk) {
  return (head) => {
    const { tokens } = qk;
    const found = new Float32Array(tokens * tokens);
    for (let query = 0; query < tokens; query++) {
      const row = found.subarray(query * tokens, (query + 1) * tokens);
      headWeights(qk, head, query, site.scale ?? 1, row, site.causal ? query + 1 : tokens);
    }
    return found;
  };
}

/**
 * @param {Site} site
 * @param {Float32Array} all (heads, queries, keys)
 * @returns {(head: number) => Float32Array}
 */
function given(site, all) {
  const size = site.query.size * site.key.size;
  return (head) => all.subarray(head * size, (head + 1) * size);
}
