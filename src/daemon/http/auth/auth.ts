import { setTimeout } from "node:timers/promises";
import type { Identity } from "../../../api/index.ts";
import { HttpError } from "../problem.ts";
import { LOGIN_AGE_MS, THROTTLED_DELAY_MS } from "../limits.ts";
import { Logins, type Login } from "./logins.ts";
import type { Secret } from "./secret.ts";
import { Throttle } from "./throttle.ts";

/** The parts of a request by which its sender is authenticated. */
export interface Credentials {
  readonly authorization: string | undefined;
  readonly cookie: string | undefined;
  readonly csrf: string | undefined;
  readonly origin: string | undefined;
  readonly address: string;
}

/** An authenticated sender of requests. */
export interface Caller {
  readonly identity: Identity;
  /** The value of the login cookie; `undefined` when the caller used a token. */
  readonly cookie: string | undefined;
}

/** Options of {@link Auth}. */
export interface AuthOptions {
  readonly secret: Secret;
  /**
   * The port that the daemon listens on. It is part of the cookie's name, because browsers send a cookie to all ports
   * of a host.
   */
  readonly port: number;
  readonly now: () => number;
  readonly loginsFile?: string | undefined;
  /**
   * Resolves after a delay. Called before the response to a caller that has failed too often. Default:
   * {@link THROTTLED_DELAY_MS}.
   */
  readonly delay?: () => Promise<void>;
}

/**
 * Authenticates callers: by a bearer token, by the basic authentication that Transmission clients use, or by a cookie
 * together with a CSRF token.
 */
export class Auth {
  readonly #secret: Secret;
  readonly #logins: Logins;
  readonly #throttle: Throttle;
  readonly #cookieName: string;
  readonly #now: () => number;
  readonly #delay: () => Promise<void>;

  constructor(options: AuthOptions) {
    this.#secret = options.secret;
    this.#now = options.now;
    this.#delay = options.delay ?? (() => setTimeout(THROTTLED_DELAY_MS, undefined, { ref: false }));
    this.#throttle = new Throttle(options.now);
    this.#logins = new Logins(options.secret.key("logins").toString("base64url"), options.now, options.loginsFile);
    this.#cookieName = `millrace-${options.port}`;
  }

  /**
   * Resolves to the authenticated caller. Rejects with HttpError 401 `auth.required`, `auth.token`; 429 `auth.wait`;
   * 403 `auth.csrf` for a write (`isWrite`) with a cookie but without its CSRF token.
   */
  async identify(given: Credentials, isWrite: boolean): Promise<Caller> {
    if (given.authorization !== undefined) {
      const token = /^bearer +(\S+) *$/i.exec(given.authorization)?.[1];
      if (token === undefined) throw unauthorised("auth.token", "the authentication scheme must be Bearer");
      await this.#verify(token, given.address, "bearer");
      return { identity: { via: "bearer", csrf: null, expiresAt: null }, cookie: undefined };
    }
    const login = this.#byCookie(given.cookie);
    if (login === undefined) throw unauthorised("auth.required", "log in, or send the token as a bearer token");
    if (isWrite && given.csrf !== login.csrf)
      throw new HttpError(403, "auth.csrf", "the header X-CSRF-Token does not have the value that the login returned");
    return { identity: { via: "cookie", csrf: login.csrf, expiresAt: login.expiresAt }, cookie: login.cookie };
  }

  /**
   * Authenticates a Transmission client: with any user name, and the token as the password. Rejects with HttpError
   * 401, 429.
   */
  async identifyBasic(given: Credentials): Promise<void> {
    const encoded = /^basic +([a-z0-9+/=]+) *$/i.exec(given.authorization ?? "")?.[1];
    const text = encoded === undefined ? "" : Buffer.from(encoded, "base64").toString();
    const colon = text.indexOf(":");
    if (colon < 0) throw basicNeeded();
    try {
      await this.#verify(text.slice(colon + 1), given.address, "bearer");
    } catch (error) {
      throw error instanceof HttpError && error.status === 401 ? basicNeeded() : error;
    }
  }

  /**
   * Logs a browser in with the token. Resolves to the caller's identity and the value of the `Set-Cookie` header.
   * Rejects with HttpError 401 `auth.token`, 429 `auth.wait`.
   */
  async login(token: string, given: Credentials): Promise<{ identity: Identity; setCookie: string }> {
    await this.#verify(token, given.address, "login");
    const login = this.#logins.create();
    const secure = given.origin?.toLowerCase().startsWith("https://") === true;
    return {
      identity: { via: "cookie", csrf: login.csrf, expiresAt: login.expiresAt },
      setCookie: this.#setCookie(login.cookie, LOGIN_AGE_MS, secure),
    };
  }

  /** Logs a browser out. Returns the value of the `Set-Cookie` header that deletes the cookie. */
  logout(caller: Caller): string {
    if (caller.cookie !== undefined) this.#logins.end(caller.cookie);
    return this.#setCookie("", 0, false);
  }

  async #verify(token: string, address: string, kind: "login" | "bearer"): Promise<void> {
    // Before the throttle: callers that guess, from the same address (a proxy's) or from many, must not lock the owner
    // out.
    if (this.#secret.isKnown(token)) return this.#throttle.succeeded(address);
    const wait = this.#throttle.wait(address, kind);
    if (wait > 0) {
      await this.#delay();
      const seconds = Math.ceil(wait / 1_000);
      throw new HttpError(429, "auth.wait", `too many wrong tokens: try again in ${seconds} s`, {
        headers: { "retry-after": String(seconds) },
      });
    }
    if (await this.#secret.verify(token)) return this.#throttle.succeeded(address);
    this.#throttle.failed(address, kind);
    throw unauthorised("auth.token", "the token is wrong");
  }

  #byCookie(header: string | undefined): Login | undefined {
    for (const part of (header ?? "").split(";")) {
      const [name, value] = part.trim().split("=", 2);
      if (name === this.#cookieName && value !== undefined && value !== "") return this.#logins.find(value);
    }
    return undefined;
  }

  #setCookie(value: string, ageMs: number, secure: boolean): string {
    const expires = new Date(ageMs === 0 ? 0 : this.#now() + ageMs).toUTCString();
    return `${this.#cookieName}=${value}; Path=/; HttpOnly; SameSite=Strict; Max-Age=${Math.floor(ageMs / 1_000)}; Expires=${expires}${secure ? "; Secure" : ""}`;
  }
}

function unauthorised(code: string, message: string): HttpError {
  return new HttpError(401, code, message, { headers: { "www-authenticate": 'Bearer realm="Millrace"' } });
}

function basicNeeded(): HttpError {
  return new HttpError(401, "auth.required", "log in with any user name and the token as the password", {
    headers: { "www-authenticate": 'Basic realm="Millrace", charset="UTF-8"' },
  });
}
