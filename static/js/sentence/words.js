/**
 * Matrices of weights between tokens or words: pure arithmetic, no page.
 *
 * @typedef {import("../schema.js").Word} Word
 * @typedef {import("../schema.js").Text} Text
 * @typedef {{text: string, special: boolean}} Label
 * @typedef {object} Matrix a query a row, a key a column; row by row
 * @property {Label[]} rows
 * @property {Label[]} columns
 * @property {Float32Array} data
 * @typedef {{row: number, column: number, strength: number}} Link
 */

/**
 * Token weights as word weights: summed over a column word's tokens, averaged over a row word's.
 * @param {Float32Array} weights
 * @param {Word[]} rows
 * @param {Word[]} columns
 * @param {number} width tokens in a row of `weights`
 */
export function byWord(weights, rows, columns, width) {
  const found = new Float32Array(rows.length * columns.length);
  rows.forEach((row, r) => {
    const count = Math.max(1, row.last - row.first);
    columns.forEach((column, c) => {
      let sum = 0;
      for (let t = row.first; t < row.last; t++) {
        for (let s = column.first; s < column.last; s++) sum += weights[t * width + s];
      }
      found[r * columns.length + c] = sum / count;
    });
  });
  return found;
}

/**
 * A text's tokens or words as the labels of an axis.
 * @param {Text} text
 * @param {"token" | "word"} level
 * @returns {Label[]}
 */
export function labelsOf(text, level) {
  if (level === "word") return text.words.map(({ text: word, special }) => ({ text: word, special }));
  return text.tokens.map((token) => ({ text: token.text, special: token.special }));
}

/**
 * Token weights at the level that is looked at.
 * @param {Float32Array} weights
 * @param {Text} rows
 * @param {Text} columns
 * @param {"token" | "word"} level
 * @returns {Matrix}
 */
export function matrixOf(weights, rows, columns, level) {
  const data =
    level === "word"
      ? byWord(weights, rows.words, columns.words, columns.tokens.length)
      : weights;
  return { rows: labelsOf(rows, level), columns: labelsOf(columns, level), data };
}

/**
 * Every pair of words, not special ones, at the threshold or over it.
 * @param {Matrix} matrix
 * @param {number} threshold
 * @returns {Link[]}
 */
export function linksOf({ rows, columns, data }, threshold) {
  const found = [];
  for (let row = 0; row < rows.length; row++) {
    for (let column = 0; column < columns.length; column++) {
      const strength = data[row * columns.length + column];
      if (strength >= threshold && !rows[row].special && !columns[column].special) {
        found.push({ row, column, strength });
      }
    }
  }
  return found;
}

/**
 * Links as Pharaoh writes them, source-target, words counted without special ones.
 * @param {Matrix} matrix
 * @param {number} threshold
 */
export function pharaoh(matrix, threshold) {
  const place = (/** @type {Label[]} */ labels) => {
    let count = 0;
    return labels.map((label) => (label.special ? -1 : count++));
  };
  const rows = place(matrix.rows);
  const columns = place(matrix.columns);
  return linksOf(matrix, threshold)
    .map(({ row, column }) => [columns[column], rows[row]])
    .sort((a, b) => a[0] - b[0] || a[1] - b[1])
    .map((pair) => pair.join("-"))
    .join(" ");
}

/**
 * The matrix as CSV (RFC 4180), with labels; numbers as short as float32 allows.
 * @param {Matrix} matrix
 */
export function csv({ rows, columns, data }) {
  const quote = (/** @type {string} */ text) => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const lines = rows.map((row, r) => {
    const values = data.subarray(r * columns.length, (r + 1) * columns.length);
    return [quote(row.text), ...Array.from(values, shortest)].join(",");
  });
  return ["", ...columns.map((column) => quote(column.text))].join(",") + "\n" + lines.join("\n") + "\n";
}

/**
 * The shortest decimal that is the same float32 again.
 * @param {number} value
 */
export function shortest(value) {
  for (let digits = 6; digits < 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return String(value);
}

/**
 * Entropy of one row in bits.
 * @param {Matrix} matrix
 * @param {number} row
 */
export function entropy({ columns, data }, row) {
  let bits = 0;
  for (const weight of data.subarray(row * columns.length, (row + 1) * columns.length)) {
    if (weight > 0) bits -= weight * Math.log2(weight);
  }
  return bits;
}
