/** Bounds of the handshake of Message Stream Encryption. Listed in docs/limits.md. */

/** The maximum length in bytes of each of the four paddings of the encryption handshake (MSE specification). */
export const MAX_MSE_PAD_LENGTH = 512;

/**
 * The maximum length in bytes of the initial payload of an encryption handshake: what its 16-bit length can say. Peers
 * send their handshake of 68 bytes, or nothing. Memory is allocated only for bytes that have arrived.
 */
export const MAX_MSE_INITIAL_PAYLOAD_LENGTH = 65_535;
