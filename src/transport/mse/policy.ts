/** All values of {@link EncryptionPolicy}. */
export const ENCRYPTION_POLICIES = ["disabled", "allowed", "preferred", "required"] as const;

/**
 * The use of Message Stream Encryption.
 *
 * - `"disabled"`: no connection is encrypted.
 * - `"allowed"`: outgoing connections are plain; a peer with which the plain handshake fails is dialed once more with
 *   the encryption handshake. Incoming connections may be encrypted or not.
 * - `"preferred"`: outgoing connections begin with the encryption handshake, and fall back to a plain connection.
 *   Incoming ones may be encrypted or not. After the handshake, bytes are sent in plaintext where both sides allow it.
 * - `"required"`: connections that are not encrypted with RC4 are refused.
 */
export type EncryptionPolicy = (typeof ENCRYPTION_POLICIES)[number];
