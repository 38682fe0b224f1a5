import { equalBytes, ipFamily, type Endpoint, type IpFamily, type SyncHasher } from "../base/index.ts";
import { asBytes, asDict, asList, decode, encode } from "../bencode/index.ts";
import { unpackEndpoints, packEndpoints } from "../base/index.ts";
import { MAX_SAVED_NODES } from "./limits.ts";
import { ID_LENGTH, idFromBytes, idToBytes, type NodeId } from "./node-id.ts";

/** The state of the DHT that is kept between runs. */
export interface SavedNodes {
  /** This client's node id for IPv4; `undefined` when IPv4 was not in use. */
  readonly id4: NodeId | undefined;
  /** This client's node id for IPv6; `undefined` when IPv6 was not in use. */
  readonly id6: NodeId | undefined;
  /** The IP families for which other nodes could reach this client's node. */
  readonly reached: readonly IpFamily[];
  /** The endpoints of nodes that replied in the last run. They join the routing table when they reply again. */
  readonly endpoints: readonly Endpoint[];
}

/** Encodes the state: bencode with a checksum. */
export function encodeSaved({ id4, id6, reached, endpoints }: SavedNodes, hasher: SyncHasher): Uint8Array {
  const of = (family: 4 | 6): Uint8Array =>
    packEndpoints(endpoints.filter(({ ip }) => ipFamily(ip) === family).slice(0, MAX_SAVED_NODES), family);
  const body = encode({
    id4: id4 === undefined ? undefined : idToBytes(id4),
    id6: id6 === undefined ? undefined : idToBytes(id6),
    nodes4: of(4),
    nodes6: of(6),
    reached,
  });
  return encode({ body, sha1: hasher.digestSync("sha1", body) });
}

/** Reads an encoded state; returns `undefined` when it is damaged. Never throws. */
export function decodeSaved(bytes: Uint8Array, hasher: SyncHasher): SavedNodes | undefined {
  try {
    const sealed = asDict(decode(bytes, { maxLength: 64 * 1024 }));
    const body = asBytes(sealed?.get("body"));
    const sum = asBytes(sealed?.get("sha1"));
    if (body === undefined || sum === undefined || !equalBytes(sum, hasher.digestSync("sha1", body))) return undefined;
    const dict = asDict(decode(body));
    const id = (key: string): NodeId | undefined => {
      const value = asBytes(dict?.get(key));
      return value?.length === ID_LENGTH ? idFromBytes(value) : undefined;
    };
    return {
      id4: id("id4"),
      id6: id("id6"),
      reached: ([4, 6] as const).filter((family) => asList(dict?.get("reached"))?.includes(family) === true),
      endpoints: [
        ...unpackEndpoints(asBytes(dict?.get("nodes4")) ?? new Uint8Array(), 4),
        ...unpackEndpoints(asBytes(dict?.get("nodes6")) ?? new Uint8Array(), 6),
      ].slice(0, 2 * MAX_SAVED_NODES),
    };
  } catch {
    return undefined;
  }
}
