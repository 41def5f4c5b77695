/**
 * The attention arithmetic, as the server does it: softmax(q k^T * scale) for one query.
 *
 * Nothing here allocates while the pointer moves: callers give the arrays to fill.
 *
 * @typedef {{q: Float32Array, k: Float32Array, heads: number, tokens: number, width: number}} QK
 *   queries and keys of one site, each (heads, tokens, width)
 */

/**
 * Weights of one head and query over the first `keys` tokens, all by default, written to `out`.
 * @param {QK} qk
 * @param {number} head
 * @param {number} query
 * @param {number} scale
 * @param {Float32Array} out
 * @param {number} [keys]
 */
export function headWeights(qk, head, query, scale, out, keys = qk.tokens) {
  const highest = scores(qk, head, query, scale, out, keys);
  let sum = 0;
  for (let token = 0; token < keys; token++) {
    const value = Math.exp(out[token] - highest);
    out[token] = value;
    sum += value;
  }
  const share = 1 / sum;
  for (let token = 0; token < keys; token++) out[token] *= share;
}

/**
 * Scaled scores, written to `out`; returns the highest. Four sums at once keep the processor busy.
 * @param {QK} qk
 * @param {number} head
 * @param {number} query
 * @param {number} scale
 * @param {Float32Array} out
 * @param {number} keys
 */
function scores({ q, k, tokens, width }, head, query, scale, out, keys) {
  const first = (head * tokens + query) * width;
  let at = head * tokens * width;
  let highest = -Infinity;
  for (let token = 0; token < keys; token++) {
    let a = 0;
    let b = 0;
    let c = 0;
    let d = 0;
    for (let i = 0; i < width; i += 4, at += 4) {
      a += q[first + i] * k[at];
      b += q[first + i + 1] * k[at + 1];
      c += q[first + i + 2] * k[at + 2];
      d += q[first + i + 3] * k[at + 3];
    }
    const score = (a + b + c + d) * scale;
    out[token] = score;
    if (score > highest) highest = score;
  }
  return highest;
}

/**
 * Weights of every head for one query over the first `keys` tokens, written to `out` (heads, keys).
 * @param {QK} qk
 * @param {number} query
 * @param {number} scale
 * @param {Float32Array} out
 * @param {number} [keys]
 */
export function allHeads(qk, query, scale, out, keys = qk.tokens) {
  for (let head = 0; head < qk.heads; head++) {
    headWeights(qk, head, query, scale, out.subarray(head * keys, (head + 1) * keys), keys);
  }
}

/**
 * One head of (heads, tokens), or their mean or maximum, written to `out` (tokens).
 * @param {Float32Array} weights
 * @param {number} heads
 * @param {string} head a number, "mean" or "max"
 * @param {Float32Array} out
 */
export function chooseHead(weights, heads, head, out) {
  const tokens = weights.length / heads;
  if (head !== "mean" && head !== "max") {
    out.set(weights.subarray(Number(head) * tokens, (Number(head) + 1) * tokens));
    return;
  }
  out.set(weights.subarray(0, tokens));
  for (let h = 1; h < heads; h++) {
    for (let token = 0, at = h * tokens; token < tokens; token++, at++) {
      if (head === "mean") out[token] += weights[at];
      else if (weights[at] > out[token]) out[token] = weights[at];
    }
  }
  if (head === "mean") for (let token = 0; token < tokens; token++) out[token] /= heads;
}

/**
 * @param {ArrayLike<number>} values
 * @returns {[number, number]} lowest and highest
 */
export function range(values) {
  let low = Infinity;
  let high = -Infinity;
  for (let i = 0; i < values.length; i++) {
    if (values[i] < low) low = values[i];
    if (values[i] > high) high = values[i];
  }
  return [low, high];
}

/**
 * The fewest entries that together hold `share` (0..1) of the weight: 1 in the mask that is returned.
 * Ties go to the earlier entry; at least one is kept.
 * @param {Float32Array} values
 * @param {number} share
 */
export function kept(values, share) {
  const order = ranking(values);
  const total = values.reduce((sum, value) => sum + value, 0);
  const mask = new Uint8Array(values.length);
  let sum = 0;
  for (const index of order) {
    mask[index] = 1;
    sum += values[index];
    if (sum >= share * total * (1 - 1e-6)) break;
  }
  return mask;
}

/**
 * The weight from which attenuation leaves the photo as it is: a twentieth of the entries has it, so
 * that a single heavy one does not make all the rest black.
 * @param {Float32Array} values
 */
export function fullFrom(values) {
  return Float32Array.from(values).sort()[values.length - Math.ceil(values.length / 20)];
}

/**
 * Entries from the heaviest to the lightest; the earlier first where they are equal.
 * @param {Float32Array} values
 */
export function ranking(values) {
  const order = Uint32Array.from(values, (_, index) => index);
  return order.sort((a, b) => values[b] - values[a] || a - b);
}

/**
 * The rank of one entry, from 1.
 * @param {Float32Array} values
 * @param {number} index
 */
export function rank(values, index) {
  let above = 0;
  for (let i = 0; i < values.length; i++) {
    if (values[i] > values[index] || (values[i] === values[index] && i < index)) above++;
  }
  return above + 1;
}

/**
 * Shannon entropy in bits of values made to sum to 1.
 * @param {Float32Array} values
 */
export function entropy(values) {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  let bits = 0;
  for (let i = 0; i < values.length; i++) {
    const share = values[i] / sum;
    if (share > 0) bits -= share * Math.log2(share);
  }
  return bits;
}

/**
 * Whether a map says next to nothing: its entropy is that of an even spread but for one percent.
 * @param {Float32Array} values
 */
export function nearlyUniform(values) {
  return values.length > 1 && entropy(values) > 0.99 * Math.log2(values.length);
}
