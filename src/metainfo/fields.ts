import { UsageError } from "../base/index.ts";
import type { BInput } from "../bencode/index.ts";
import { cleanUrl } from "./outer.ts";
import type { TorrentNode } from "./outer.ts";

/**
 * Values of the keys outside a torrent's info dictionary. `undefined` changes nothing; `null` or an empty list removes
 * the key.
 */
export interface OuterFields {
  /** The URLs of trackers by tier (BEP 12). */
  readonly trackers?: readonly (readonly string[])[] | undefined;
  /** URLs of web seeds (BEP 19). */
  readonly webSeeds?: readonly string[] | undefined;
  /** URLs of HTTP seeds (BEP 17). */
  readonly httpSeeds?: readonly string[] | undefined;
  /** DHT nodes (BEP 5). */
  readonly nodes?: readonly TorrentNode[] | undefined;
  readonly comment?: string | null | undefined;
  readonly createdBy?: string | null | undefined;
  readonly creationDate?: Date | null | undefined;
}

/**
 * Returns the keys that the fields change, each with its new value; `undefined` removes the key. Throws
 * {@link UsageError}: `metainfo.url` (not a URL), `metainfo.date` (not a date since 1970).
 */
export function outerKeys(fields: OuterFields): Map<string, BInput | undefined> {
  const keys = new Map<string, BInput | undefined>();
  const { trackers, webSeeds, httpSeeds, nodes, comment, createdBy, creationDate } = fields;
  if (trackers !== undefined) {
    const tiers = trackers.map(checkedUrls).filter((tier) => tier.length > 0);
    keys.set("announce", tiers[0]?.[0]);
    keys.set("announce-list", tiers.flat().length > 1 ? tiers : undefined);
  }
  if (webSeeds !== undefined) keys.set("url-list", listOrNothing(checkedUrls(webSeeds)));
  if (httpSeeds !== undefined) keys.set("httpseeds", listOrNothing(checkedUrls(httpSeeds)));
  if (nodes !== undefined) keys.set("nodes", listOrNothing(nodes.map(({ host, port }) => [host, port])));
  setText(keys, "comment", comment);
  setText(keys, "created by", createdBy);
  if (creationDate !== undefined) keys.set("creation date", creationDate === null ? undefined : seconds(creationDate));
  return keys;
}

function setText(keys: Map<string, BInput | undefined>, key: string, text: string | null | undefined): void {
  if (text === undefined) return;
  keys.set(key, text === null || text === "" ? undefined : text);
  // Some programs write the text a second time under `comment.utf-8` and the like: that copy would keep the old value.
  keys.set(`${key}.utf-8`, undefined);
}

function listOrNothing(list: readonly BInput[]): readonly BInput[] | undefined {
  return list.length > 0 ? list : undefined;
}

function checkedUrls(urls: readonly string[]): string[] {
  return urls.map((text) => {
    const url = cleanUrl(text);
    if (url === undefined)
      throw new UsageError(
        "metainfo.url",
        `not a URL: ${JSON.stringify(text.slice(0, 100))}; write scheme://host/path`,
      );
    return url;
  });
}

function seconds(date: Date): number {
  const value = Math.floor(date.getTime() / 1000);
  if (!(value >= 0)) throw new UsageError("metainfo.date", "the creation date must be a date since 1970");
  return value;
}
