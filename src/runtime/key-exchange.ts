import type { KeyPair } from "../base/index.ts";

/**
 * The Diffie-Hellman exchange of Message Stream Encryption: the 768-bit group of its specification, with keys and
 * secrets of 96 bytes.
 */
export interface KeyExchange {
  /** Returns the keys for one connection. The first call may take some tens of milliseconds. */
  generate(): KeyPair;
}
