/** One side's keys of a Diffie-Hellman exchange, for one use. */
export interface KeyPair {
  /** The public key, to be sent to the other side. */
  readonly publicKey: Uint8Array;
  /**
   * Returns the secret that both sides share, from the other side's public key; `undefined` when that key is invalid
   * (0, 1, or not below the prime less 1), because the secret would then be known to all.
   */
  secret(publicKey: Uint8Array): Uint8Array | undefined;
}
