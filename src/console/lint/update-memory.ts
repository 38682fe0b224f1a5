import { toHex } from "../../base/index.ts";
import type { WireMessage } from "../conversation/entry.ts";
import type { Context } from "./context.ts";
import { MAX_LINTED_HASH_REQUESTS } from "./limits.ts";
import type { SideMemory } from "./side-memory.ts";

/** Returns a text that is equal for a hash request and its reply (BEP 52), for use as the key of a map. */
export function hashKey(
  message: Extract<WireMessage, { readonly type: "hash-request" | "hashes" | "hash-reject" }>,
): string {
  return [toHex(message.root), message.baseLayer, message.index, message.length, message.proofLayers].join(":");
}

/**
 * Whether the sender did not have the torrent's metadata when it sent its extended handshake. Such a side announces its
 * pieces later, when it has the metadata.
 */
export function isWithoutMetadata({ from }: Context): boolean {
  return (
    from.extended !== undefined &&
    from.extended.metadataSize === undefined &&
    from.extended.extensions.has("ut_metadata")
  );
}

/** The message types that a side may send before it announces its pieces. */
const UNORDERED: ReadonlySet<WireMessage["type"]> = new Set([
  "handshake",
  "keep-alive",
  "port",
  "extended-handshake",
  "extended",
  "metadata-request",
  "metadata",
  "metadata-reject",
  "pex",
  "unknown",
  "malformed",
  "garbage",
  "closed",
]);

/** Whether a message is allowed only after its sender has announced its pieces. */
export function mustFollowPieces(message: WireMessage): boolean {
  return !UNORDERED.has(message.type) && !announcesPieces(message);
}

/** Whether a choke, unchoke, interested or not interested message repeats the current state. */
export function changesNothing(
  { type }: WireMessage,
  from: { readonly choking: boolean; readonly interested: boolean },
): boolean {
  return type === (from.choking ? "choke" : "unchoke") || type === (from.interested ? "interested" : "not-interested");
}

/** Whether a message states the full set of pieces that its sender has: a bitfield, have-all or have-none. */
export function announcesPieces(message: WireMessage): boolean {
  return message.type === "bitfield" || message.type === "have-all" || message.type === "have-none";
}

/** Updates the stored facts about both sides. To be called after all rules have checked the message. */
export function updateMemory(context: Context): void {
  const { message, mine, theirs, from, to, at } = context;
  if (mustFollowPieces(message)) mine.hasSentAfterPieces = true;
  if (announcesPieces(message) || (message.type === "malformed" && message.name === "bitfield"))
    mine.hasAnnouncedPieces = true;
  switch (message.type) {
    case "interested":
    case "not-interested":
      mine.interestRepeats = changesNothing(message, from) ? mine.interestRepeats + 1 : 0;
      return;
    case "choke":
      mine.chokeRepeats = from.choking ? mine.chokeRepeats + 1 : 0;
      if (mine.hasUnchoked && !from.choking) mine.chokedAt = at;
      if (!from.choking) mine.requestsAtChoke = theirs.requests.count;
      if (!(from.fast && to.fast)) theirs.requests.voidAll();
      return;
    case "unchoke":
      mine.chokeRepeats = from.choking ? 0 : mine.chokeRepeats + 1;
      // Requests sent in the meantime will not be served.
      if (from.choking && !(from.fast && to.fast)) theirs.requests.voidAll();
      mine.hasUnchoked = true;
      return;
    case "bitfield":
      mine.unchecked =
        context.metainfo === undefined ? { length: message.bits.length, last: message.bits.at(-1) ?? 0 } : undefined;
      return;
    case "request":
      mine.requests.ask(message);
      return;
    case "cancel":
      mine.requests.cancel(message);
      return;
    case "piece":
    case "reject":
      theirs.requests.settle(message);
      return;
    case "extended-handshake":
      rememberExtensions(mine, message.extensions, at);
      if (message.uploadOnly !== undefined) mine.uploadOnly = message.uploadOnly;
      if (message.requestQueue !== undefined) mine.queueAnnouncedAt ??= at;
      return;
    case "extended":
      // libtorrent's own way of taking it back.
      if (message.name === "upload_only") mine.uploadOnly = undefined;
      return;
    case "metadata-request":
      mine.metadataAsked.set(message.piece, (mine.metadataAsked.get(message.piece) ?? 0) + 1);
      return;
    case "metadata":
    case "metadata-reject":
      settleOne(theirs.metadataAsked, message.piece);
      return;
    case "hash-request":
      if (mine.hashesAsked.size < MAX_LINTED_HASH_REQUESTS)
        mine.hashesAsked.set(hashKey(message), (mine.hashesAsked.get(hashKey(message)) ?? 0) + 1);
      else mine.hasForgottenHashes = true;
      return;
    case "hashes":
    case "hash-reject":
      settleOne(theirs.hashesAsked, hashKey(message));
      return;
    case "pex":
      mine.pexCount++;
      mine.lastPexAt = at;
      return;
    case "keep-alive":
      if (at - mine.keepAlivesSince > 60_000) {
        mine.keepAlivesSince = at;
        mine.keepAlives = 0;
      }
      mine.keepAlives++;
      return;
    case "garbage":
      mine.hasSentGarbage = true;
      return;
    default:
  }
}

function settleOne<K>(asked: Map<K, number>, key: K): void {
  const left = (asked.get(key) ?? 0) - 1;
  if (left > 0) asked.set(key, left);
  else asked.delete(key);
}

/**
 * Adds the ids of an extended handshake. Disabled ids are remembered for a while, because messages with these ids may
 * still be on the wire.
 */
function rememberExtensions(side: SideMemory, named: ReadonlyMap<string, number>, at: number): void {
  for (const [id, known] of side.extensions) {
    const now = named.get(known.name);
    if (now !== undefined && now !== id) known.endedAt ??= at;
  }
  for (const [name, id] of named) if (id !== 0) side.extensions.set(id, { name, endedAt: undefined });
}
