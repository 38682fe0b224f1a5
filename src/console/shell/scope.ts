import { DEFAULT_PORTS } from "../../client/index.ts";
import { knownFields, plainObject, wholeBetween, wrong } from "../session/arguments.ts";
import { ConsolePeer } from "../session/peer/peer.ts";
import type { ConsoleSession } from "../session/session.ts";
import type { Lookup } from "./globals.ts";
import type { ShellServices } from "./services.ts";
import { describeTorrent } from "./torrent-facts.ts";
import { commonScope } from "./common-scope.ts";

/** Services that exist only in a live session. */
export interface LiveServices {
  /** Starts a recording to a file; with `false` ends the current recording. */
  record(file: string | false, overwrite: boolean): Promise<void>;
  /** With `true`, events are not printed while the user types; with `false`, they are printed again. */
  quiet(on: boolean): void;
}

/** Returns all names of a live session with their values, including the names of earlier tools. */
export function sessionScope(
  session: ConsoleSession,
  live: LiveServices,
  services: ShellServices,
): Map<string, Lookup> {
  const accept = async (options?: unknown): Promise<number> => {
    const call = "accept({ port, host })";
    const given = plainObject(call, "the argument", typeof options === "number" ? { port: options } : options);
    knownFields(call, given, ["port", "host"]);
    const { port, host } = given;
    if (host !== undefined && typeof host !== "string")
      throw wrong(call, "host", 'an address such as "127.0.0.1"', host);
    const ports =
      port === undefined ? DEFAULT_PORTS : { first: wholeBetween(call, "port", port, 0, 65_535), last: Number(port) };
    return session.accept({ ip: host, ports });
  };
  const upload = async (peer: unknown, port?: unknown): Promise<unknown> =>
    session.upload(peer instanceof ConsolePeer ? peer : await session.contact(peer, port));
  const record = async (file: unknown, options?: unknown): Promise<void> => {
    const call = "record(file, { overwrite })";
    if (file !== false && (typeof file !== "string" || file === ""))
      throw wrong(call, "file", 'a path such as "session.jsonl", or false to end it', file);
    const given = plainObject(call, "the second argument", options);
    knownFields(call, given, ["overwrite"]);
    await live.record(file, given["overwrite"] === true);
  };
  const quiet = (on: unknown = true): void => {
    if (typeof on !== "boolean") throw wrong("quiet(on)", "on", "true or false", on);
    live.quiet(on);
  };
  const names: [string, Lookup][] = [
    ["torrent", () => torrentFacts(session)],
    ["trackers", () => session.trackers],
    ["tracker", () => session.trackers.first],
    ["peers", () => session.peers],
    ["peer", () => session.peers.last],
    ["pieces", () => session.content.pieceList],
    ["haves", () => session.content.haves],
    ["log", () => session.log],
    ["peerId", () => session.peerId],
    ["peer_id", () => session.peerId],
    ["infoHash", () => session.infoHash],
    ["port", () => session.port],
    ["localhost", () => "127.0.0.1"],
    ["contact", () => (host: unknown, port?: unknown, options?: unknown) => session.contact(host, port, options)],
    ["accept", () => accept],
    ["piece", () => (index: number) => session.content.knownPieces.piece(index)],
    ["have", () => (index: number) => session.content.knownPieces.piece(index).have],
    ["size", () => () => session.content.size],
    ["missing", () => () => session.content.missing],
    ["upload", () => upload],
    ["record", () => record],
    ["quiet", () => quiet],
  ];
  // The same function each time, so that help knows it again.
  const fixed = names.map(([name, lookup]): [string, Lookup] => {
    const value = FUNCTION_NAMES.has(name) ? lookup() : undefined;
    return [name, value === undefined ? lookup : () => value];
  });
  return new Map([...fixed, ...commonScope(session.peers, services)]);
}

const FUNCTION_NAMES: ReadonlySet<string> = new Set([
  "contact",
  "accept",
  "piece",
  "have",
  "size",
  "missing",
  "upload",
  "record",
  "quiet",
]);

/** Returns the torrent's metadata for display; while it is unknown, a text that explains how to get it. */
function torrentFacts({ content: { metainfo }, infoHash }: ConsoleSession): object {
  if (metainfo === undefined)
    return {
      infoHash: infoHash.hex,
      metadata: "not known yet: peer.extendedHandshake(), then peer.metadataRequest(0)",
    };
  return describeTorrent(metainfo);
}
