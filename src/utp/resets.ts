import { spendAllowance, type Allowance, type Endpoint } from "../base/index.ts";
import type { Clock, Random } from "../runtime/index.ts";
import { RESETS_BURST, RESETS_PER_SECOND } from "./limits.ts";
import { HEADER_BYTES, PacketType, toMicros, writeHeader, type ReceivedPacket } from "./packet.ts";

/** Options of {@link Resets}. */
export interface ResetsOptions {
  readonly clock: Pick<Clock, "now">;
  readonly random: Random;
  readonly send: (to: Endpoint, packet: Uint8Array) => void;
}

/** Tells peers that their connections do not exist. The number is limited: addresses of packets may be forged. */
export class Resets {
  readonly #options: ResetsOptions;
  readonly #allowance: Allowance = { left: RESETS_BURST, at: 0 };
  readonly #bytes = new Uint8Array(HEADER_BYTES);

  constructor(options: ResetsOptions) {
    this.#options = options;
  }

  /** Replies to a packet of a connection that does not exist. */
  send(packet: ReceivedPacket, from: Endpoint): void {
    const { clock, random, send } = this.#options;
    const now = clock.now();
    if (!spendAllowance(this.#allowance, RESETS_PER_SECOND, RESETS_BURST, now)) return;
    writeHeader(this.#bytes, {
      type: PacketType.reset,
      id: packet.id,
      timestamp: toMicros(now),
      delay: 0,
      window: 0,
      seq: random.below(0x1_0000),
      // The peer knows by it that the reset is for a packet of its own.
      ack: packet.seq,
    });
    send(from, this.#bytes);
  }
}
