import { concatBytes, equalBytes, ipBytes, type Endpoint } from "../../base/index.ts";
import type { SyncHasher } from "../../base/index.ts";
import type { Random } from "../../runtime/index.ts";
import { TOKEN_LENGTH, TOKEN_MS } from "../limits.ts";

/** Write tokens (BEP 5): a node may store for 5 to 10 minutes what it has a token for, from the address that got it. */
export class Tokens {
  readonly #hasher: SyncHasher;
  readonly #random: Random;
  #secret: Uint8Array;
  #before: Uint8Array;
  #changedAt: number;

  constructor(hasher: SyncHasher, random: Random, now: number) {
    this.#hasher = hasher;
    this.#random = random;
    this.#secret = random.bytes(16);
    this.#before = random.bytes(16);
    this.#changedAt = now;
  }

  /** The token for an address. */
  issue(to: Endpoint, now: number): Uint8Array {
    this.#rotate(now);
    return this.#make(this.#secret, to);
  }

  /** Whether an address was given this token lately. */
  isValid(token: Uint8Array, from: Endpoint, now: number): boolean {
    this.#rotate(now);
    return equalBytes(token, this.#make(this.#secret, from)) || equalBytes(token, this.#make(this.#before, from));
  }

  #make(secret: Uint8Array, { ip }: Endpoint): Uint8Array {
    return this.#hasher.digestSync("sha1", concatBytes([secret, ipBytes(ip)])).slice(0, TOKEN_LENGTH);
  }

  #rotate(now: number): void {
    const age = now - this.#changedAt;
    if (age < TOKEN_MS) return;
    this.#before = age < 2 * TOKEN_MS ? this.#secret : this.#random.bytes(16);
    this.#secret = this.#random.bytes(16);
    this.#changedAt = now;
  }
}
