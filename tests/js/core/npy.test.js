import assert from "node:assert/strict";
import { test } from "node:test";

import { fromHalf, readNpy } from "../../../static/js/core/npy.js";

/** An NPY file as numpy writes it. */
function npy(descr, shape, bytes, version = 1) {
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`;
  const start = version === 1 ? 10 : 12;
  const length = Math.ceil((start + header.length + 1) / 64) * 64 - start;
  const file = new Uint8Array(start + length + bytes.length).fill(32);
  file.set([0x93, ...Buffer.from("NUMPY"), version, 0]);
  const view = new DataView(file.buffer);
  if (version === 1) view.setUint16(8, length, true);
  else view.setUint32(8, length, true);
  file.set(Buffer.from(header), start);
  file[start + length - 1] = 10;
  file.set(bytes, start + length);
  return file.buffer;
}

test("float32 arrays keep their shape and values", () => {
  const values = new Float32Array([1.5, -2, 3e-7, 4]);
  const read = readNpy(npy("<f4", "(2, 2)", new Uint8Array(values.buffer)));
  assert.deepEqual(read.shape, [2, 2]);
  assert.deepEqual([...read.data], [...values]);
});

test("float16 is read exactly, subnormal, infinite and negative values too", () => {
  const codes = [0x3c00, 0xc000, 0x3555, 0x0001, 0x7bff, 0x7c00, 0x8000];
  const expected = [1, -2, 0.333251953125, 2 ** -24, 65504, Infinity, -0];
  assert.deepEqual([...fromHalf(Uint16Array.from(codes))], expected);
  assert.ok(Number.isNaN(fromHalf(Uint16Array.of(0x7e00))[0]));
  const bytes = new Uint8Array(Uint16Array.from(codes).buffer);
  assert.deepEqual([...readNpy(npy("<f2", "(7,)", bytes, 2)).data], expected);
});

test("what is no NPY, or of another kind, is refused in words", () => {
  assert.throws(() => readNpy(new ArrayBuffer(64)), /not an NPY/);
  assert.throws(() => readNpy(npy("<i8", "(1,)", new Uint8Array(8))), /<i8/);
});
