import { PeerError, readUint32, writeUint32 } from "../../base/index.ts";
import { defineExtension } from "./extension.ts";

const LENGTH = 4;

/**
 * The extension `lt_donthave` (BEP 54), with which a peer revokes an earlier `have`. A message is the index of the
 * piece. Decoding throws PeerError `wire.dont-have`.
 */
export const ltDontHave = defineExtension<number>({
  name: "lt_donthave",
  encode(piece) {
    const out = new Uint8Array(LENGTH);
    writeUint32(out, 0, piece);
    return out;
  },
  decode(payload) {
    if (payload.length !== LENGTH)
      throw new PeerError("wire.dont-have", `lt_donthave of ${payload.length} bytes, not ${LENGTH} (BEP 54)`);
    return readUint32(payload, 0);
  },
});
