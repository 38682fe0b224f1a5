import type { Endpoint } from "../../base/index.ts";
import type { NodeId } from "../node-id.ts";

/** A node as another node described it. Neither its id nor its address is verified. */
export interface NodeInfo {
  readonly id: NodeId;
  readonly endpoint: Endpoint;
}

/** The lists of nodes that a query requests: IPv4, IPv6 or both (BEP 32). */
export type Want = readonly ("n4" | "n6")[];

/** A query's method and arguments. */
export type Query =
  | { readonly method: "ping" }
  | { readonly method: "find_node"; readonly target: NodeId; readonly want?: Want | undefined }
  | {
      readonly method: "get_peers";
      readonly target: NodeId;
      readonly want?: Want | undefined;
      /** Whether to prefer peers that are not seeds (BEP 33). */
      readonly noSeed?: boolean | undefined;
      /** Whether to ask for bloom filters (BEP 33). */
      readonly scrape?: boolean | undefined;
    }
  | {
      readonly method: "announce_peer";
      readonly target: NodeId;
      readonly port: number;
      /** Whether the peer's port is the source port of the datagram, instead of `port`. */
      readonly impliedPort: boolean;
      readonly token: Uint8Array;
      /** Whether the peer has all data (BEP 33). */
      readonly isSeed?: boolean | undefined;
    }
  | {
      readonly method: "get";
      readonly target: NodeId;
      readonly want?: Want | undefined;
      /**
       * The sequence number that the querying node has: the value is requested only when its sequence number is greater
       * (BEP 44).
       */
      readonly seq?: number | bigint | undefined;
    }
  | {
      readonly method: "put";
      readonly token: Uint8Array;
      readonly item: Item;
      readonly cas?: number | bigint | undefined;
    }
  | { readonly method: "sample_infohashes"; readonly target: NodeId; readonly want?: Want | undefined };

/** The names of the queries. */
export type Method = Query["method"];

/** An item to store (BEP 44). `value` is bencoded. */
export type Item =
  | { readonly kind: "immutable"; readonly value: Uint8Array }
  | {
      readonly kind: "mutable";
      readonly value: Uint8Array;
      /** The ed25519 public key, 32 bytes. */
      readonly key: Uint8Array;
      /** The salt, 0 to 64 bytes. */
      readonly salt: Uint8Array;
      readonly seq: number | bigint;
      /** The ed25519 signature, 64 bytes. */
      readonly signature: Uint8Array;
    };

/** The fields of a reply. Which of them it has depends on the query. */
export interface Reply {
  readonly id: NodeId;
  /** The known nodes closest to the target, of both IP families. */
  readonly nodes: readonly NodeInfo[];
  readonly token?: Uint8Array | undefined;
  readonly peers?: readonly Endpoint[] | undefined;
  /** The bloom filter of the seeds, 256 bytes (BEP 33). */
  readonly seedFilter?: Uint8Array | undefined;
  /** The bloom filter of the other peers, 256 bytes (BEP 33). */
  readonly peerFilter?: Uint8Array | undefined;
  /** The value of an item (BEP 44), bencoded and not verified. */
  readonly value?: Uint8Array | undefined;
  readonly key?: Uint8Array | undefined;
  readonly seq?: number | bigint | undefined;
  readonly signature?: Uint8Array | undefined;
  /** Info-hashes for which the node stores peers (BEP 51). */
  readonly samples?: readonly NodeId[] | undefined;
  readonly sampleCount?: number | undefined;
  readonly sampleIntervalS?: number | undefined;
}

/** A KRPC message (BEP 5). Its byte arrays are copies, so the datagram's buffer may be reused. */
export type KrpcMessage =
  | {
      readonly kind: "query";
      readonly transaction: Uint8Array;
      readonly id: NodeId;
      readonly query: Query;
      /** Whether the sender is read-only: it does not reply to queries (BEP 43). */
      readonly isReadOnly: boolean;
    }
  | {
      readonly kind: "reply";
      readonly transaction: Uint8Array;
      readonly reply: Reply;
      /** The address of this host as the sender sees it (BEP 42). */
      readonly ip: Endpoint | undefined;
    }
  | {
      readonly kind: "error";
      readonly transaction: Uint8Array;
      readonly code: number;
      readonly text: string;
      readonly ip: Endpoint | undefined;
    }
  /** A query to which the reply is an error, because it is malformed or its method is unknown. */
  | { readonly kind: "bad-query"; readonly transaction: Uint8Array; readonly code: number; readonly text: string };

/** The error codes of KRPC error messages (BEP 5, BEP 44). */
export const ErrorCode = {
  generic: 201,
  server: 202,
  protocol: 203,
  unknownMethod: 204,
  tooLong: 205,
  badSignature: 206,
  saltTooLong: 207,
  casMismatch: 301,
  oldSequence: 302,
} as const;
