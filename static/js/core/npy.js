/** NPY, numpy's array format: reads float16, float32 and uint8 in C order, writes float32. */

/** @typedef {{shape: number[], data: Float32Array | Uint8Array}} NpyArray float16 as float32 */

/** @type {Float32Array | null} */
let halves = null;

/**
 * @param {ArrayBuffer} buffer
 * @returns {NpyArray}
 */
export function readNpy(buffer) {
  const bytes = new Uint8Array(buffer);
  if (String.fromCharCode(...bytes.subarray(1, 6)) !== "NUMPY") {
    throw new Error("The server's answer is not an NPY array.");
  }
  const view = new DataView(buffer);
  const wide = bytes[6] > 1;
  const start = wide ? 12 : 10;
  const end = start + (wide ? view.getUint32(8, true) : view.getUint16(8, true));
  const header = new TextDecoder("latin1").decode(bytes.subarray(start, end));
  return { shape: shapeOf(header), data: valuesOf(header, buffer, end) };
}

/** @param {string} header */
function shapeOf(header) {
  const text = /'shape': \(([^)]*)\)/.exec(header)?.[1] ?? "";
  return text
    .split(",")
    .filter((part) => part.trim())
    .map(Number);
}

/**
 * @param {string} header
 * @param {ArrayBuffer} buffer
 * @param {number} start
 */
function valuesOf(header, buffer, start) {
  const kind = /'descr': '([^']*)'/.exec(header)?.[1];
  if (/'fortran_order': True/.test(header)) throw new Error("Fortran order is not read.");
  if (kind === "<f2") return fromHalf(new Uint16Array(buffer.slice(start)));
  if (kind === "<f4") return new Float32Array(buffer.slice(start));
  if (kind === "|u1") return new Uint8Array(buffer, start);
  throw new Error(`An NPY array of ${kind} is not read.`);
}

/**
 * IEEE 754 half precision to single, by a table of all 65,536 values made on first use.
 * @param {Uint16Array} bits
 */
export function fromHalf(bits) {
  halves ??= Float32Array.from({ length: 65536 }, (_, code) => half(code));
  const values = new Float32Array(bits.length);
  for (let i = 0; i < bits.length; i++) values[i] = halves[bits[i]];
  return values;
}

/** @param {number} code */
function half(code) {
  const sign = code & 0x8000 ? -1 : 1;
  const exponent = (code >> 10) & 31;
  const fraction = code & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/**
 * A float32 array as NPY version 1.
 * @param {number[]} shape
 * @param {Float32Array} data
 * @returns {Uint8Array<ArrayBuffer>}
 */
export function writeNpy(shape, data) {
  const sizes = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${sizes}), }`;
  const length = Math.ceil((text.length + 11) / 64) * 64; // the numbers begin on a multiple of 64
  const bytes = new Uint8Array(length + data.byteLength);
  const header = `\x93NUMPY\x01\x00\x00\x00${text.padEnd(length - 11)}\n`;
  bytes.set(Array.from(header, (letter) => letter.charCodeAt(0)));
  new DataView(bytes.buffer).setUint16(8, length - 10, true);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), length);
  return bytes;
}
