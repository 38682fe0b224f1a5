import { createHmac, timingSafeEqual } from "node:crypto";
import { TICKET_AGE_MS } from "../limits.ts";

/**
 * Makes and verifies tickets. A ticket is a part of a URL that allows reading the files of one torrent for a limited
 * time. Playlists contain tickets, because the media player that opens a playlist has no cookie, and a playlist must
 * not contain the token.
 */
export class Tickets {
  readonly #key: Buffer;
  readonly #now: () => number;

  constructor(key: Buffer, now: () => number) {
    this.#key = key;
    this.#now = now;
  }

  issue(torrent: string): string {
    const expires = Math.floor((this.#now() + TICKET_AGE_MS) / 1_000);
    return `${expires}.${this.#mac(torrent, expires).toString("base64url")}`;
  }

  isGood(ticket: string, torrent: string): boolean {
    const match = /^(\d{1,12})\.([\w-]{43})$/.exec(ticket);
    if (match === null) return false;
    const expires = Number(match[1]);
    const given = Buffer.from(match[2] ?? "", "base64url");
    const right = this.#mac(torrent, expires);
    return given.length === right.length && timingSafeEqual(given, right) && expires * 1_000 > this.#now();
  }

  #mac(torrent: string, expires: number): Buffer {
    return createHmac("sha256", this.#key).update(`${torrent} ${expires}`).digest();
  }
}
