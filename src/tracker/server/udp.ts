import type { Endpoint } from "../../base/index.ts";
import { latin1Decode } from "../../base/index.ts";
import {
  decodeUdpRequest,
  encodeUdpAnnounceReply,
  encodeUdpConnectReply,
  encodeUdpErrorReply,
  encodeUdpScrapeReply,
} from "../codec/index.ts";
import type { UdpRequest } from "../codec/index.ts";
import { SERVER_MAX_NUMWANT_UDP6 } from "../limits.ts";
import type { ConnectionIdMint } from "./connection-id.ts";
import type { ProtocolCounts } from "./options.ts";
import { AddressPacker } from "./pack-address.ts";
import type { Registry } from "./registry.ts";

const NO_PEERS = { seeders: 0, leechers: 0, completed: 0 };

/**
 * The UDP part of the server (BEP 15): returns the reply to each datagram. No I/O. A request without a valid connection
 * id gets no reply. The exception is `connect`: its reply is no longer than the request, so requests with forged
 * addresses cannot multiply traffic.
 */
export class UdpTracker {
  readonly counts: ProtocolCounts & { connects: number } = { connects: 0, announces: 0, scrapes: 0, refused: 0 };
  readonly #registry: Registry;
  readonly #mint: ConnectionIdMint;
  readonly #address = new AddressPacker();

  constructor(registry: Registry, mint: ConnectionIdMint) {
    this.#registry = registry;
    this.#mint = mint;
  }

  /** Returns the reply to a datagram; `undefined` when no reply is sent. */
  respond(datagram: Uint8Array, from: Endpoint): Uint8Array | undefined {
    const request = decodeUdpRequest(datagram);
    if (request === undefined || !this.#address.pack(from.ip, 0)) return this.#drop();
    if (request.kind === "connect") {
      this.counts.connects++;
      return encodeUdpConnectReply(request.transactionId, this.#mint.make(this.#address.ip));
    }
    if (!this.#mint.check(this.#address.ip, request.connectionId)) return this.#drop();
    return request.kind === "announce" ? this.#announce(request, from) : this.#scrape(request);
  }

  #announce(request: Extract<UdpRequest, { kind: "announce" }>, from: Endpoint): Uint8Array {
    this.#address.pack(from.ip, request.port);
    const { family } = this.#address;
    const reply = this.#registry.announce({
      infoHash: latin1Decode(request.infoHash),
      family,
      compact: this.#address.compact,
      peerId: request.peerId,
      isSeeder: request.isSeeder,
      event: request.event,
      numWant: request.numWant,
      bothFamilies: false,
      withPeerIds: false,
      space: family === 4 ? Number.POSITIVE_INFINITY : SERVER_MAX_NUMWANT_UDP6,
    });
    if (typeof reply === "string") {
      this.counts.refused++;
      return encodeUdpErrorReply(request.transactionId, reply);
    }
    this.counts.announces++;
    return encodeUdpAnnounceReply(request.transactionId, {
      interval: this.#registry.intervalSeconds,
      leechers: reply.leechers,
      seeders: reply.seeders,
      peers: family === 4 ? reply.peers4 : reply.peers6,
    });
  }

  #scrape(request: Extract<UdpRequest, { kind: "scrape" }>): Uint8Array {
    this.counts.scrapes++;
    return encodeUdpScrapeReply(
      request.transactionId,
      request.infoHashes.map((hash) => this.#registry.scrape(latin1Decode(hash)) ?? NO_PEERS),
    );
  }

  #drop(): undefined {
    this.counts.refused++;
    return undefined;
  }
}
