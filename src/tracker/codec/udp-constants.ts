/** The protocol id: the first eight bytes of a connect request (BEP 15). */
export const UDP_PROTOCOL_ID = Uint8Array.of(0, 0, 0x04, 0x17, 0x27, 0x10, 0x19, 0x80);

/** The actions of UDP tracker messages (BEP 15). */
export const UdpAction = { connect: 0, announce: 1, scrape: 2, error: 3 } as const;
export type UdpAction = (typeof UdpAction)[keyof typeof UdpAction];

/** The length of an announce request without options, in bytes (BEP 15). */
export const UDP_ANNOUNCE_LENGTH = 98;
/** The types of the options that may follow an announce request (BEP 41). */
export const UdpOption = { end: 0, nop: 1, urlData: 2 } as const;
/**
 * The maximum length of the URLData in one option, in bytes (BEP 41). A longer path takes several options, whose data
 * the tracker joins.
 */
export const MAX_URL_DATA_OPTION = 255;
/** The maximum length of the URLData in all options, in bytes: the datagram then fits an Ethernet frame. */
export const MAX_URL_DATA_BYTES = 1_024;

/** Writes a non-negative integer below 2^53 as 64 bits, big-endian. */
export function writeUint64(bytes: Uint8Array, offset: number, value: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, 8);
  view.setUint32(0, Math.floor(value / 2 ** 32));
  view.setUint32(4, value % 2 ** 32);
}
