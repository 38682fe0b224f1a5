import { MAX_LOST_PROBES, MIN_PACKET_BYTES, PACKET_BYTES_STEP } from "../limits.ts";

/**
 * The search for the longest packets that the path carries. Single packets of a greater length are sent as probes. A
 * probe carries the payload of a normal packet and padding, so that its loss is mended with a normal packet.
 */
export class PacketSize {
  #bytes: number;
  /** The shortest length that the path is taken not to carry. */
  #tooLong: number;
  #next: number;
  #isProbing = false;
  #lost = 0;

  /** `most` is the length in bytes of the longest packets to try. */
  constructor(most: number) {
    this.#bytes = Math.min(most, MIN_PACKET_BYTES);
    this.#tooLong = most + 1;
    // Most paths carry what Ethernet carries.
    this.#next = most;
  }

  /** The length in bytes of full packets. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The length in bytes of the next probe; `undefined` when none is to be sent now. */
  get probe(): number | undefined {
    return this.#isProbing || this.#next - this.#bytes < 2 ? undefined : this.#next;
  }

  onProbeSent(): void {
    this.#isProbing = true;
  }

  onProbeArrived(): void {
    this.#bytes = this.#next;
    this.#goOn();
  }

  onProbeLost(): void {
    this.#isProbing = false;
    if (++this.#lost < MAX_LOST_PROBES) return;
    this.#tooLong = this.#next;
    this.#goOn();
  }

  #goOn(): void {
    this.#isProbing = false;
    this.#lost = 0;
    const room = this.#tooLong - this.#bytes;
    this.#next = room <= PACKET_BYTES_STEP ? this.#bytes : this.#bytes + (room >> 1);
  }
}
