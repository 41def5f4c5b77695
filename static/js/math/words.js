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
  return text.tokens.map((token) => ({ text: tokenLabel(token.text), special: token.special }));
}

/**
 * A vocabulary's piece as it is shown: byte-level vocabularies spell a space Ġ, others ▁.
 * @param {string} piece
 */
export function tokenLabel(piece) {
  return piece.replace(/^[Ġ ]/, "▁");
}

/**
 * The number, at the level that is looked at, of what holds a token; null where none does.
 * @param {Text} text
 * @param {"token" | "word"} level
 * @param {number} token
 * @returns {number | null}
 */
export function unitOf(text, level, token) {
  if (level === "token") return token < text.tokens.length ? token : null;
  const found = text.words.findIndex((word) => token >= word.first && token < word.last);
  return found < 0 ? null : found;
}

/**
 * The first token of a word, or the token itself.
 * @param {Text} text
 * @param {"token" | "word"} level
 * @param {number} unit
 */
export function tokenOf(text, level, unit) {
  return level === "token" ? unit : (text.words[unit]?.first ?? 0);
}

/**
 * Numbers between the words of a text's own, spread to all its words: special ones have 0.
 * @param {number[][]} strengths
 * @param {Text} rows
 * @param {Text} columns
 * @returns {Matrix}
 */
export function spread(strengths, rows, columns) {
  const data = new Float32Array(rows.words.length * columns.words.length);
  const real = (/** @type {Text} */ text) => text.words.flatMap((word, i) => (word.special ? [] : [i]));
  const across = real(columns);
  real(rows).forEach((row, r) => {
    across.forEach((column, c) => {
      data[row * columns.words.length + column] = strengths[r][c];
    });
  });
  return { rows: labelsOf(rows, "word"), columns: labelsOf(columns, "word"), data };
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
  const data = level === "word" ? byWord(weights, rows.words, columns.words, columns.tokens.length) : weights;
  return { rows: labelsOf(rows, level), columns: labelsOf(columns, level), data };
}

/**
 * The matrix with its columns in another order: where that is the one it has, the matrix itself.
 * @param {Matrix} matrix
 * @param {number[]} order the column that stands at each place
 * @returns {Matrix}
 */
export function arranged(matrix, order) {
  if (order.every((column, place) => column === place)) return matrix;
  const { rows, columns, data } = matrix;
  return { rows, columns: order.map((column) => columns[column]), data: reordered(data, order) };
}

/**
 * Rows of numbers with their columns in another order.
 * @param {Float32Array} data row by row
 * @param {number[]} order the column that stands at each place
 */
export function reordered(data, order) {
  const { length } = order;
  return data.map((_, i) => data[i - (i % length) + order[i % length]]);
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
 * The matrix with its labels as the rows of a sheet; numbers as short as float32 allows.
 * @param {Matrix} matrix
 * @returns {(string | number)[][]}
 */
export function matrixSheet({ rows, columns, data }) {
  const lines = rows.map((row, r) => {
    const values = data.subarray(r * columns.length, (r + 1) * columns.length);
    return [row.text, ...Array.from(values, (value) => Number(shortest(value)))];
  });
  return [["query", ...columns.map((column) => column.text)], ...lines];
}

/**
 * The shortest decimal that is the same float32 again.
 * @param {number} value
 */
export function shortest(value) {
  for (let digits = 6; digits < 10; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return String(value);
}

/**
 * One row or one column of a matrix, whichever is named.
 * @param {Matrix} matrix
 * @param {{row?: number | null, column?: number | null}} spot
 * @returns {Float32Array}
 */
export function slice({ rows, columns, data }, { row, column }) {
  if (row !== null && row !== undefined) {
    return data.subarray(row * columns.length, (row + 1) * columns.length);
  }
  return Float32Array.from(rows, (_, r) => data[r * columns.length + (column ?? 0)]);
}
