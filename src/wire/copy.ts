/**
 * A copy of `bytes[start, end)` that owns its memory. Not `slice`: a Node `Buffer` given as `Uint8Array` has a `slice` of its
 * own that makes a view.
 */
export function copyBytes(bytes: Uint8Array, start = 0, end = bytes.length): Uint8Array {
  const out = new Uint8Array(end - start);
  out.set(viewBytes(bytes, start, end));
  return out;
}

/** A view of `bytes[start, end)`. Not `subarray`, which on a `Buffer` takes the slow road of species constructors. */
export function viewBytes(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start);
}
