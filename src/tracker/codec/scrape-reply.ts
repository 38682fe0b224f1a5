import { latin1, toHex, TrackerError } from "../../base/index.ts";
import type { BDict } from "../../bencode/index.ts";
import { asDict, encode } from "../../bencode/index.ts";
import { decodeReply } from "./http-reply.ts";
import { MAX_SCRAPE_TOKENS } from "../limits.ts";
import { integer } from "./integer.ts";
import type { ScrapeEntry } from "./types.ts";

function figure(dict: BDict, key: string): number {
  return Math.max(0, integer(dict.get(key)) ?? 0);
}

/**
 * Decodes the reply to an HTTP scrape (BEP 48). Returns the counts by info-hash, as 40 hexadecimal digits. Throws the
 * errors of {@link decodeReply}.
 */
export function decodeScrapeReply(body: Uint8Array): Map<string, ScrapeEntry> {
  const files = asDict(decodeReply(body).get("files", MAX_SCRAPE_TOKENS));
  if (files === undefined)
    throw new TrackerError(
      "tracker.malformed",
      "the tracker's scrape reply is malformed: it has no dictionary “files”",
    );
  const entries = new Map<string, ScrapeEntry>();
  for (const [key, value] of files) {
    const dict = asDict(value);
    // A key of another length is no info-hash; such an entry is ignored.
    if (dict === undefined || key.length !== 20) continue;
    entries.set(toHex(latin1(key)), {
      seeders: figure(dict, "complete"),
      leechers: figure(dict, "incomplete"),
      completed: figure(dict, "downloaded"),
    });
  }
  return entries;
}

/** Encodes the reply to a scrape (BEP 48). The keys are info-hashes as 20 characters, one for each byte. */
export function encodeScrapeReply(entries: Iterable<readonly [string, ScrapeEntry]>): Uint8Array {
  const files = new Map<string, { complete: number; downloaded: number; incomplete: number }>();
  for (const [key, entry] of entries)
    files.set(key, { complete: entry.seeders, downloaded: entry.completed, incomplete: entry.leechers });
  return encode({ files });
}
