/** Signatures of ed25519 (RFC 8032), which the DHT uses for mutable items (BEP 44). */
export interface Signatures {
  /**
   * Whether `signature` (64 bytes) is valid for the message and the public key (32 bytes). `false` for an invalid key.
   */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
  /** Returns the signature (64 bytes) of a message. `seed` is the secret key, 32 bytes. */
  sign(seed: Uint8Array, message: Uint8Array): Uint8Array;
  /** Returns the public key (32 bytes) that belongs to a secret key (`seed`, 32 bytes). */
  publicKey(seed: Uint8Array): Uint8Array;
}
