import { fileURLToPath } from "node:url";
import type { LanHost } from "./lan.ts";
import { eventually } from "./process.ts";
import { PYTHON } from "./programs.ts";

/** A UDP datagram or TCP segment that a host has sent. */
export interface Packet {
  readonly protocol: "udp" | "tcp";
  /** The IP address and port of the receiver. */
  readonly to: string;
  readonly port: number;
  /** Whether the segment opens a TCP connection: a SYN that is no reply. */
  readonly opens: boolean;
  /** Whether the segment closes its side of a TCP connection, or resets it. */
  readonly closes: boolean;
  readonly payload: Buffer;
}

/** The packets that a host of a LAN sends, from the start of the capture on. */
export class PacketCapture {
  readonly packets: Packet[] = [];
  #isReady = false;

  private constructor() {}

  static async start(host: LanHost): Promise<PacketCapture> {
    const capture = new PacketCapture();
    const program = host.run(PYTHON, [fileURLToPath(new URL("packet_capture.py", import.meta.url))]);
    program.lines((line) => {
      const packet = JSON.parse(line) as { ready?: true } & Omit<Packet, "payload"> & { payload: string };
      if (packet.ready === true) capture.#isReady = true;
      else capture.packets.push({ ...packet, payload: Buffer.from(packet.payload, "hex") });
    });
    await eventually("the capture runs", () => capture.#isReady);
    return capture;
  }

  /** The UDP datagrams that contain an info-hash: as bytes (DHT, UDP trackers) or in hexadecimal (BEP 14). */
  datagramsAbout(infoHash: Uint8Array): Packet[] {
    const hex = Buffer.from(infoHash).toString("hex");
    return this.packets.filter(
      ({ protocol, payload }) =>
        protocol === "udp" &&
        (payload.includes(Buffer.from(infoHash)) || payload.toString("latin1").toLowerCase().includes(hex)),
    );
  }
}
