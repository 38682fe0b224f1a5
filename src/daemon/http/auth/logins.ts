import { createHash, createHmac, randomBytes } from "node:crypto";
import { existsSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { utf8Decode } from "../../../base/index.ts";
import { readRegularSync } from "../../../runtime/node/index.ts";
import { LOGIN_AGE_MS, MAX_LOGINS, MAX_LOGINS_BYTES } from "../limits.ts";

/** The cookie and CSRF token of a logged-in browser. */
export interface Login {
  /** The value of the cookie. */
  readonly cookie: string;
  /** The value that the browser must send as `X-CSRF-Token` with writes. */
  readonly csrf: string;
  readonly expiresAt: number;
}

const stored = z.object({
  secret: z.string(),
  logins: z.array(z.object({ hash: z.string(), expiresAt: z.number() })).max(MAX_LOGINS),
});

/**
 * The logins of browsers. Only hashes of cookies are stored, in memory and in the file that preserves logins over a
 * restart, so a copy of the file cannot be used to log in. A new daemon token invalidates all logins.
 */
export class Logins {
  /** The time at which each login expires, by the hash of its cookie; the oldest login is first. */
  readonly #logins = new Map<string, number>();
  readonly #now: () => number;
  readonly #file: string | undefined;
  readonly #secret: string;

  /**
   * `secret` is a text that is derived from the daemon's token; logins that were stored with another secret are
   * dropped. `file` is the path of the file that preserves logins.
   */
  constructor(secret: string, now: () => number, file?: string) {
    this.#secret = secret;
    this.#now = now;
    this.#file = file;
    if (file !== undefined) this.#load(file);
  }

  create(): Login {
    const cookie = randomBytes(32).toString("base64url");
    const expiresAt = this.#now() + LOGIN_AGE_MS;
    this.#logins.set(hashOf(cookie), expiresAt);
    for (const [hash, end] of this.#logins)
      if (end <= this.#now() || this.#logins.size > MAX_LOGINS) this.#logins.delete(hash);
    this.#save();
    return { cookie, csrf: csrfOf(cookie), expiresAt };
  }

  find(cookie: string): Login | undefined {
    const expiresAt = this.#logins.get(hashOf(cookie));
    if (expiresAt === undefined || expiresAt <= this.#now()) return undefined;
    return { cookie, csrf: csrfOf(cookie), expiresAt };
  }

  end(cookie: string): void {
    if (this.#logins.delete(hashOf(cookie))) this.#save();
  }

  #load(file: string): void {
    try {
      const kept = stored.parse(JSON.parse(utf8Decode(readRegularSync(file, MAX_LOGINS_BYTES))));
      if (kept.secret !== this.#secret) return;
      for (const { hash, expiresAt } of kept.logins) if (expiresAt > this.#now()) this.#logins.set(hash, expiresAt);
    } catch {
      // Missing or damaged: users log in again.
    }
  }

  #save(): void {
    if (this.#file === undefined) return;
    const kept = { secret: this.#secret, logins: [...this.#logins].map(([hash, expiresAt]) => ({ hash, expiresAt })) };
    const fresh = `${this.#file}.new`;
    try {
      if (existsSync(fresh)) unlinkSync(fresh);
      writeFileSync(fresh, JSON.stringify(kept), { mode: 0o600, flag: "wx" });
      renameSync(fresh, this.#file);
    } catch {
      // A full disk loses the login at the next restart only.
    }
  }
}

function hashOf(cookie: string): string {
  return createHash("sha256").update(cookie).digest("base64url");
}

function csrfOf(cookie: string): string {
  return createHmac("sha256", cookie).update("millrace csrf").digest("base64url");
}
