import { crc32c, ipBytes, ipScope } from "../base/index.ts";
import type { Random } from "../runtime/index.ts";
import { idFromBytes, ID_LENGTH, type NodeId } from "./node-id.ts";

const MASK_4 = [0x03, 0x0f, 0x3f, 0xff];
const MASK_6 = [0x01, 0x03, 0x07, 0x0f, 0x1f, 0x3f, 0x7f, 0xff];

/** Returns the hash whose first 21 bits an id of this address must have (BEP 42). `seed`: 0 to 7. */
function prefixOf(ip: string, seed: number): number {
  const bytes = ipBytes(ip);
  const mask = bytes.length === 4 ? MASK_4 : MASK_6;
  const masked = Uint8Array.from(mask, (bits, at) => (bytes[at] ?? 0) & bits);
  masked[0] = (masked[0] ?? 0) | (seed << 5);
  return crc32c(masked);
}

/** Returns a node id that fits this address, and whose other bits are random (BEP 42). */
export function secureId(ip: string, random: Random): NodeId {
  const id = random.bytes(ID_LENGTH);
  const crc = prefixOf(ip, (id[19] ?? 0) & 7);
  id[0] = crc >>> 24;
  id[1] = (crc >>> 16) & 0xff;
  id[2] = ((crc >>> 8) & 0xf8) | ((id[2] ?? 0) & 7);
  return idFromBytes(id);
}

/** Whether a node at this address may have this id (BEP 42). Nodes at addresses of local networks may have any id. */
export function isSecureId(id: NodeId, ip: string): boolean {
  const crc = prefixOf(ip, id.charCodeAt(19) & 7);
  const isBound =
    id.charCodeAt(0) === crc >>> 24 &&
    id.charCodeAt(1) === ((crc >>> 16) & 0xff) &&
    (id.charCodeAt(2) & 0xf8) === ((crc >>> 8) & 0xf8);
  return isBound || ipScope(ip) !== "public";
}
