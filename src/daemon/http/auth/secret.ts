import { createHmac, randomBytes, scrypt, timingSafeEqual } from "node:crypto";
import { HttpError } from "../problem.ts";
import { MAX_WAITING_VERIFICATIONS } from "../limits.ts";

/**
 * The hash of the daemon's token with its parameters, in the form that is stored. The hash verifies a token, but the
 * token cannot be derived from it.
 */
export interface SecretRecord {
  readonly algorithm: "scrypt";
  /**
   * The cost of scrypt in processor time and memory (`n`), its block size (`r`) and its parallelism (`p`) (RFC 7914).
   */
  readonly n: number;
  readonly r: number;
  readonly p: number;
  /** The random salt, in base64. */
  readonly salt: string;
  readonly hash: string;
}

const COST = { n: 16_384, r: 8, p: 1 } as const;
const HASH_BYTES = 32;
/** The length of a new token in bytes before encoding: 18 bytes are 144 bits. */
const TOKEN_BYTES = 18;
const MAX_SCRYPT_MEMORY = 64 * 1024 * 1024;

function derive(token: string, salt: Buffer, cost: Pick<SecretRecord, "n" | "r" | "p">): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(token, salt, HASH_BYTES, { N: cost.n, r: cost.r, p: cost.p, maxmem: MAX_SCRYPT_MEMORY }, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}

/** Makes a random token. Resolves to the token and its stored form. */
export async function createSecret(): Promise<{ token: string; record: SecretRecord }> {
  const token = randomBytes(TOKEN_BYTES).toString("base64url");
  return { token, record: await hashToken(token) };
}

/** Resolves to the stored form of a token. */
export async function hashToken(token: string): Promise<SecretRecord> {
  const salt = randomBytes(16);
  const hash = await derive(token, salt, COST);
  return { algorithm: "scrypt", ...COST, salt: salt.toString("base64"), hash: hash.toString("base64") };
}

/**
 * Verifies the daemon's token. It uses scrypt, which is slow, until the correct token was given once, and then a faster
 * HMAC.
 */
export class Secret {
  readonly #record: SecretRecord;
  readonly #key = randomBytes(32);
  /** The HMAC of the correct token; `undefined` until the correct token was given once. */
  #known: Buffer | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  /** `token` is the correct token, when the caller knows it; scrypt is then never needed. */
  constructor(record: SecretRecord, token?: string) {
    this.#record = record;
    if (token !== undefined) this.#known = this.#mac(token);
  }

  /**
   * Returns a key for `purpose`, derived from the token. It is the same after a restart, and changes with the token.
   */
  key(purpose: string): Buffer {
    return createHmac("sha256", this.#record.hash).update(`millrace ${purpose}`).digest();
  }

  /**
   * Whether `token` is the correct token, checked with the HMAC only: false until `verify` was called with the
   * correct token. Takes the same time for every wrong token.
   */
  isKnown(token: string): boolean {
    return this.#known !== undefined && timingSafeEqual(this.#mac(token), this.#known);
  }

  /**
   * Resolves to whether `token` is the correct token. Takes the same time for every wrong token. Rejects with
   * HttpError 429 `auth.busy` when too many calls are waiting.
   */
  async verify(token: string): Promise<boolean> {
    const mac = this.#mac(token);
    if (this.#known !== undefined) return timingSafeEqual(mac, this.#known);
    if (this.#waiting >= MAX_WAITING_VERIFICATIONS)
      throw new HttpError(429, "auth.busy", "too many logins at the same time: try again later", {
        headers: { "retry-after": "1" },
      });
    this.#waiting += 1;
    const turn = this.#turn.then(() =>
      this.#known === undefined ? this.#derive(token, mac) : timingSafeEqual(mac, this.#known),
    );
    this.#turn = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      this.#waiting -= 1;
    }
  }

  async #derive(token: string, mac: Buffer): Promise<boolean> {
    const expected = Buffer.from(this.#record.hash, "base64");
    const hash = await derive(token, Buffer.from(this.#record.salt, "base64"), this.#record);
    if (hash.length !== expected.length || !timingSafeEqual(hash, expected)) return false;
    this.#known = mac;
    return true;
  }

  #mac(token: string): Buffer {
    return createHmac("sha256", this.#key).update(token).digest();
  }
}
