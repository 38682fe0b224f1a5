import {
  ipFamily,
  packEndpoint,
  PeerError,
  readUint32,
  unpackEndpoints,
  writeUint32,
  type Endpoint,
} from "../../base/index.ts";
import { defineExtension } from "./extension.ts";

/** The reasons why a peer does not relay a rendezvous (BEP 55). */
export type HolepunchError = "no-such-peer" | "not-connected" | "no-support" | "no-self";

/** A `ut_holepunch` message (BEP 55). `endpoint` is that of the other peer. */
export type HolepunchMessage =
  /** Asks the receiver to tell the peer at `endpoint`, and the sender, to connect to each other. */
  | { readonly type: "rendezvous"; readonly endpoint: Endpoint }
  /** Asks the receiver to connect to `endpoint` over uTP. */
  | { readonly type: "connect"; readonly endpoint: Endpoint }
  /** A rendezvous with the peer at `endpoint` is not possible. `undefined`: for an unknown reason. */
  | { readonly type: "error"; readonly endpoint: Endpoint; readonly error: HolepunchError | undefined };

const TYPES = ["rendezvous", "connect", "error"] as const;
/** The errors by their numbers, which begin at 1. */
const ERRORS = ["no-such-peer", "not-connected", "no-support", "no-self"] as const;
const ADDRESS_LENGTHS = [4, 16] as const;
const CODE_LENGTH = 4;

/**
 * The extension `ut_holepunch` (BEP 55), by which a peer that is connected to two others makes them connect to each
 * other at the same time, so that NATs let the datagrams pass. Decoding throws {@link PeerError} `wire.holepunch`.
 */
export const utHolepunch = defineExtension<HolepunchMessage>({
  name: "ut_holepunch",
  encode(message) {
    const address = packEndpoint(message.endpoint);
    const out = new Uint8Array(2 + address.length + CODE_LENGTH);
    out[0] = TYPES.indexOf(message.type);
    out[1] = ipFamily(message.endpoint.ip) === 4 ? 0 : 1;
    out.set(address, 2);
    const error = message.type === "error" ? message.error : undefined;
    writeUint32(out, 2 + address.length, error === undefined ? 0 : ERRORS.indexOf(error) + 1);
    return out;
  },
  decode(payload) {
    const type = TYPES[payload[0] ?? TYPES.length];
    const addressLength = ADDRESS_LENGTHS[payload[1] ?? ADDRESS_LENGTHS.length];
    if (type === undefined || addressLength === undefined)
      throw new PeerError("wire.holepunch", `ut_holepunch of unknown type ${payload[0]}, ${payload[1]} (BEP 55)`);
    const end = 2 + addressLength + 2;
    // Some clients leave out the error code, where there is none.
    const hasCode = payload.length >= end + CODE_LENGTH;
    if (payload.length < end || (type === "error" && !hasCode))
      throw new PeerError("wire.holepunch", `ut_holepunch of only ${payload.length} bytes (BEP 55)`);
    const [endpoint] = unpackEndpoints(payload.subarray(2, end), addressLength === 4 ? 4 : 6);
    if (endpoint === undefined) throw new PeerError("wire.holepunch", "ut_holepunch without an address (BEP 55)");
    return type === "error" ? { type, endpoint, error: ERRORS[readUint32(payload, end) - 1] } : { type, endpoint };
  },
});
