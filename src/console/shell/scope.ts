import { knownFields, plainObject, wholeBetween, wrong } from "../session/arguments.ts";
import { ConsolePeer } from "../session/peer.ts";
import type { ConsoleSession } from "../session/session.ts";
import type { Lookup } from "./globals.ts";
import type { ShellServices } from "./services.ts";
import { commonScope } from "./common-scope.ts";

/** Ports that others try first. */
export const USUAL_PORTS = { first: 6881, last: 6889 } as const;

/** Every name of a live session, old ones included. */
export function sessionScope(session: ConsoleSession, services: ShellServices): Map<string, Lookup> {
  const accept = async (options?: unknown): Promise<number> => {
    const call = "accept({ port, host })";
    const given = plainObject(call, "the argument", typeof options === "number" ? { port: options } : options);
    knownFields(call, given, ["port", "host"]);
    const { port, host } = given;
    if (host !== undefined && typeof host !== "string") throw wrong(call, "host", 'an address such as "127.0.0.1"', host);
    const ports = port === undefined ? USUAL_PORTS : { first: wholeBetween(call, "port", port, 0, 65_535), last: Number(port) };
    return session.accept({ ip: host, ports });
  };
  const upload = async (peer: unknown, port?: unknown): Promise<unknown> => session.upload(peer instanceof ConsolePeer ? peer : await session.contact(peer, port));
  const record = async (file: unknown): Promise<void> => {
    if (file !== false && typeof file !== "string") throw wrong("record(file)", "file", 'a path such as "session.jsonl", or false to end it', file);
    await services.record(file);
  };
  const names: [string, Lookup][] = [
    ["torrent", () => torrentFacts(session)],
    ["trackers", () => session.trackers],
    ["tracker", () => session.trackers.first],
    ["peers", () => session.peers],
    ["peer", () => session.peers.last],
    ["pieces", () => session.pieceList],
    ["haves", () => session.haves],
    ["log", () => session.log],
    ["peerId", () => session.peerId],
    ["peer_id", () => session.peerId],
    ["infoHash", () => session.infoHash],
    ["port", () => session.port],
    ["localhost", () => "127.0.0.1"],
    ["contact", () => (host: unknown, port?: unknown, options?: unknown) => session.contact(host, port, options)],
    ["accept", () => accept],
    ["piece", () => (index: number) => session.piece(index)],
    ["have", () => (index: number) => session.have(index)],
    ["size", () => () => session.size()],
    ["missing", () => () => session.missing()],
    ["upload", () => upload],
    ["record", () => record],
  ];
  // The same function each time, so that help knows it again.
  const fixed = names.map(([name, lookup]): [string, Lookup] => {
    const value = FUNCTION_NAMES.has(name) ? lookup() : undefined;
    return [name, value === undefined ? lookup : () => value];
  });
  return new Map([...fixed, ...commonScope(session.peers, services)]);
}

const FUNCTION_NAMES: ReadonlySet<string> = new Set(["contact", "accept", "piece", "have", "size", "missing", "upload", "record"]);

/** What the torrent says, as far as it is known. */
function torrentFacts(session: ConsoleSession): object {
  const { metainfo, infoHash } = session;
  if (metainfo === undefined) return { infoHash: infoHash.hex, metadata: "not known yet: peer.extendedHandshake(), then peer.metadataRequest(0)" };
  return {
    name: metainfo.name,
    infoHash: infoHash.hex,
    version: metainfo.version,
    size: metainfo.totalSize,
    pieceLength: metainfo.pieceLength,
    pieceCount: metainfo.pieceCount,
    private: metainfo.private,
    files: metainfo.files.filter((file) => !file.isPadding).map((file) => ({ path: file.path.join("/"), length: file.length })),
    trackers: metainfo.trackers,
    metadataSize: metainfo.infoBytes.length,
  };
}
