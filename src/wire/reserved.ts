/** The protocol extensions that the 8 reserved bytes of a handshake announce. */
export interface Reserved {
  /** The extension protocol: byte 5, 0x10 (BEP 10). */
  readonly extended: boolean;
  /** Whether the sender has a DHT node; a `port` message contains its port. Byte 7, 0x01 (BEP 5). */
  readonly dht: boolean;
  /** The fast extension: byte 7, 0x04 (BEP 6). */
  readonly fast: boolean;
  /**
   * Whether the sender supports v2, for a connection with the v1 info-hash of a hybrid torrent. Byte 7, 0x10 (BEP 52).
   */
  readonly v2: boolean;
}

const BITS: Readonly<Record<keyof Reserved, readonly [byte: number, mask: number]>> = {
  extended: [5, 0x10],
  dht: [7, 0x01],
  fast: [7, 0x04],
  v2: [7, 0x10],
};

/** Returns the flags of 8 reserved bytes. */
export function readReserved(bytes: Uint8Array): Reserved {
  const has = ([byte, mask]: readonly [number, number]): boolean => ((bytes[byte] ?? 0) & mask) !== 0;
  return { extended: has(BITS.extended), dht: has(BITS.dht), fast: has(BITS.fast), v2: has(BITS.v2) };
}

/** Returns 8 reserved bytes with the given flags set. */
export function makeReserved(flags: Partial<Reserved>): Uint8Array {
  const out = new Uint8Array(8);
  const add = (on: boolean | undefined, [byte, mask]: readonly [number, number]): void => {
    if (on === true) out[byte] = (out[byte] ?? 0) | mask;
  };
  add(flags.extended, BITS.extended);
  add(flags.dht, BITS.dht);
  add(flags.fast, BITS.fast);
  add(flags.v2, BITS.v2);
  return out;
}
