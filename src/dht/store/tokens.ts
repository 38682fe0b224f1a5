import { latin1, latin1Decode, type Endpoint, type SyncHasher } from "../../base/index.ts";
import type { Random } from "../../runtime/index.ts";
import { TOKEN_LENGTH, TOKEN_MS } from "../limits.ts";

/**
 * Write tokens (BEP 5). A querying node gets a token for its address and can store peers and items from this address
 * with it, for 5 to 10 minutes.
 */
export class Tokens {
  readonly #hasher: SyncHasher;
  readonly #random: Random;
  /** The secret, as a string with one character for each byte. */
  #secret: string;
  #before: string;
  #changedAt: number;

  constructor(hasher: SyncHasher, random: Random, now: number) {
    this.#hasher = hasher;
    this.#random = random;
    this.#secret = latin1Decode(random.bytes(16));
    this.#before = latin1Decode(random.bytes(16));
    this.#changedAt = now;
  }

  /** Returns the token for an address, as a string with one character for each byte. */
  issue(to: Endpoint, now: number): string {
    this.#rotate(now);
    return this.#make(this.#secret, to);
  }

  /** Whether this token was issued to this address and is still valid. */
  isValid(token: Uint8Array, from: Endpoint, now: number): boolean {
    this.#rotate(now);
    const text = latin1Decode(token);
    return text === this.#make(this.#secret, from) || text === this.#make(this.#before, from);
  }

  #make(secret: string, { ip }: Endpoint): string {
    return latin1Decode(this.#hasher.digestSync("sha1", latin1(secret + ip)).subarray(0, TOKEN_LENGTH));
  }

  #rotate(now: number): void {
    const age = now - this.#changedAt;
    if (age < TOKEN_MS) return;
    this.#before = age < 2 * TOKEN_MS ? this.#secret : latin1Decode(this.#random.bytes(16));
    this.#secret = latin1Decode(this.#random.bytes(16));
    this.#changedAt = now;
  }
}
