/** The length in bytes of the public keys and of the shared secret: 768 bits. */
export const MSE_KEY_LENGTH = 96;

/**
 * The methods of Message Stream Encryption that can follow its handshake, as bits of `crypto_provide` and
 * `crypto_select`: no encryption, or RC4.
 */
export const MSE_PLAINTEXT = 1;
/** RC4 for all bytes after the handshake; see {@link MSE_PLAINTEXT}. */
export const MSE_RC4 = 2;

/** The length in bytes of VC, the zeros that show where encryption begins. */
export const VC_LENGTH = 8;

/** The length in bytes of a SHA-1 digest. */
export const HASH_LENGTH = 20;
