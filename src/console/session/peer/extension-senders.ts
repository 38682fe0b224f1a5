import { BLOCK_LENGTH, UsageError } from "../../../base/index.ts";
import { encode, type BInput } from "../../../bencode/index.ts";
import {
  encodeExtendedHandshake,
  EXTENDED_HANDSHAKE_ID,
  metadataReply,
  utMetadata,
  type ExtendedHandshake,
  type MetadataMessage,
} from "../../../wire/index.ts";
import type { Entry } from "../../conversation/entry.ts";
import { bytesOf, knownFields, plainObject, uint32, wholeBetween } from "../arguments.ts";
import { MessageSenders, spanMessage } from "./message-senders.ts";

/** The ids of extensions, by the name of the extension (BEP 10). */
type ExtensionIds = Readonly<Record<string, number>> | ReadonlyMap<string, number>;

/** Fields of an extended handshake that replace the default ones. */
export type ExtendedHandshakeFields = Partial<Omit<ExtendedHandshake, "extensions">> & {
  /** The id that the console assigns to each extension, by the name of the extension. */
  readonly extensions?: ExtensionIds;
};

/** The id that the console assigns to ut_metadata. */
const METADATA_ID = 1;
/** The value of `reqq` (maximum length of the request queue) in the extended handshake: the same as in libtorrent. */
const REQUEST_QUEUE = 500;

const HANDSHAKE_FIELDS = [
  "extensions",
  "port",
  "client",
  "requestQueue",
  "yourIp",
  "ipv4",
  "ipv6",
  "metadataSize",
  "uploadOnly",
] as const;

/**
 * Methods that send the messages of the fast extension (BEP 6), the extension protocol (BEP 10) and the metadata
 * extension (BEP 9). Each returns the message as it was sent, and throws the errors of {@link MessageSenders}. A method
 * that needs an extension id of the peer throws UsageError `console.extension` when the peer has not announced the id.
 */
export abstract class ExtensionSenders extends MessageSenders {
  /** Whether both handshakes have the bit of the fast extension (BEP 6). */
  get fast(): boolean {
    const { sides } = this.conversation;
    return sides.out.fast && sides.in.fast;
  }

  /** Sends suggest (BEP 6): recommends that the peer downloads this piece. */
  suggest(piece: number): Entry {
    return this.line.send({ type: "suggest", piece: uint32("suggest(piece)", "piece", piece) });
  }

  /** Sends have all (BEP 6), in place of a bitfield. */
  haveAll(): Entry {
    return this.line.send({ type: "have-all" });
  }

  /** Sends have none (BEP 6), in place of a bitfield. */
  haveNone(): Entry {
    return this.line.send({ type: "have-none" });
  }

  /** Sends reject (BEP 6), which means that the block that the peer requested will not be sent. */
  reject(piece: number, begin: number, length: number = BLOCK_LENGTH): Entry {
    return this.line.send(spanMessage("reject", piece, begin, length));
  }

  /** Sends allowed fast (BEP 6), with which the peer may request this piece while it is choked. */
  allowedFast(piece: number): Entry {
    return this.line.send({ type: "allowed-fast", piece: uint32("allowedFast(piece)", "piece", piece) });
  }

  /** Sends the extended handshake (BEP 10). Fields in `fields` replace the default ones. */
  extendedHandshake(fields?: ExtendedHandshakeFields): Entry {
    const call = "extendedHandshake(fields)";
    knownFields(call, plainObject(call, "fields", fields), HANDSHAKE_FIELDS);
    const { extensions, ...rest } = fields ?? {};
    const { context } = this;
    const payload = encodeExtendedHandshake({
      client: context.clientName,
      requestQueue: REQUEST_QUEUE,
      yourIp: this.line.connection.remote.ip,
      port: context.port(),
      metadataSize: context.info()?.length,
      ...rest,
      extensions: extensionIds(call, extensions ?? { [utMetadata.name]: METADATA_ID }),
    });
    return this.line.send({ type: "extended", id: EXTENDED_HANDSHAKE_ID, payload });
  }

  /**
   * Sends a message of any extension (BEP 10). `extension` is its name, or the id that the peer assigned to it. A
   * payload that is not bytes is bencoded.
   */
  extended(extension: string | number, payload: Uint8Array | BInput = new Uint8Array(0)): Entry {
    const call = "extended(name or id, payload)";
    const id =
      typeof extension === "string" ? this.#extensionId(extension) : wholeBetween(call, "id", extension, 0, 255);
    return this.line.send({ type: "extended", id, payload: payload instanceof Uint8Array ? payload : encode(payload) });
  }

  /** Requests a piece of the info dictionary, 16 KiB (BEP 9). Both sides must have sent their extended handshakes. */
  metadataRequest(piece: number): Entry {
    if (this.conversation.sides.out.extended === undefined) {
      throw new UsageError(
        "console.extension",
        "the peer cannot reply before it has our extended handshake: call extendedHandshake() first",
      );
    }
    return this.#metadata({ type: "request", piece: uint32("metadataRequest(piece)", "piece", piece) });
  }

  /**
   * Sends a piece of the info dictionary, 16 KiB (BEP 9): `data`, or by default the piece from the session's torrent.
   * Throws UsageError `console.missing` when the session's metadata is unknown. `totalSize` is the size of the whole
   * dictionary in bytes.
   */
  metadata(piece: number, data?: Uint8Array, totalSize?: number): Entry {
    const call = "metadata(piece, data, totalSize)";
    const index = uint32(call, "piece", piece);
    const info = this.context.info();
    if (data !== undefined) {
      const bytes = bytesOf(call, "data", data);
      return this.#metadata({ type: "data", piece: index, data: bytes, totalSize: totalSize ?? info?.length });
    }
    const reply = metadataReply(info, { piece: index });
    if (reply.type !== "data")
      throw new UsageError(
        "console.missing",
        info === undefined ? `${call}: the metadata is not known yet` : `${call}: the metadata has no piece ${index}`,
      );
    return this.#metadata(reply);
  }

  /** Rejects a request for a piece of the metadata (BEP 9). */
  metadataReject(piece: number): Entry {
    return this.#metadata({ type: "reject", piece: uint32("metadataReject(piece)", "piece", piece) });
  }

  #metadata(message: MetadataMessage): Entry {
    const id = this.#extensionId(utMetadata.name);
    return this.line.send({ type: "extended", id, payload: utMetadata.encode(message) });
  }

  #extensionId(name: string): number {
    const id = this.conversation.sides.in.extensionId(name);
    if (id !== undefined) return id;
    const { extended } = this.conversation.sides.in;
    if (extended !== undefined)
      throw new UsageError(
        "console.extension",
        `peer ${this.number} does not support ${JSON.stringify(name)}; it supports ${this.extensions.join(", ") || "no extension"}`,
      );
    throw new UsageError(
      "console.extension",
      `peer ${this.number} has not sent its extended handshake yet; call extendedHandshake(), then await peer.next("extended-handshake")`,
    );
  }
}

function extensionIds(call: string, extensions: ExtensionIds): ReadonlyMap<string, number> {
  const entries: Iterable<[string, unknown]> = isMap(extensions) ? extensions : Object.entries(extensions);
  return new Map(
    [...entries].map(([name, id]): [string, number] => [name, wholeBetween(call, `the id of ${name}`, id, 0, 255)]),
  );
}

function isMap(extensions: ExtensionIds): extensions is ReadonlyMap<string, number> {
  return extensions instanceof Map;
}
