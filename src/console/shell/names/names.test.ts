import { describe, expect, it } from "vitest";
import { nodeRuntime } from "../../../runtime/node/index.ts";
import { parseMagnet } from "../../../metainfo/index.ts";
import { List } from "../../list.ts";
import { ConsolePeer } from "../../session/peer/peer.ts";
import { Piece } from "../../session/pieces.ts";
import { ConsoleSession } from "../../session/session.ts";
import { ConsoleTracker } from "../../session/tracker.ts";
import { Text } from "../help.ts";
import { sessionScope } from "../scope.ts";
import type { ShellServices } from "../services.ts";
import { findName, REPLAY_NAMES, SESSION_NAMES } from "./index.ts";

/** Names that a person does not use: the engine's own. */
const INNER: ReadonlySet<string> = new Set([
  "constructor",
  "connection",
  "endpoint",
  "takeRequested",
  "takeRequestedMetadata",
  "sendBytes",
  "hangUp",
  "ended",
  "stop",
  "fail",
  "add",
  "dropOldest",
  "onDrop",
]);

/** Names of the members of a class and of the classes that it extends. */
function members(type: { readonly prototype: object }): string[] {
  const names: string[] = [];
  for (
    let prototype: object | null = type.prototype;
    prototype !== null && prototype !== Object.prototype && prototype !== Array.prototype;
    prototype = Reflect.getPrototypeOf(prototype)
  )
    names.push(...Object.getOwnPropertyNames(prototype));
  return [...new Set(names)].filter((name) => !INNER.has(name)).toSorted();
}

function listed(owner: string): string[] {
  return SESSION_NAMES.filter((group) => group.owner === owner)
    .flatMap((group) => group.names.map(({ name }) => name))
    .toSorted();
}

const services: ShellServices = {
  groups: SESSION_NAMES,
  words: [],
  introduction: () => new Text(""),
  width: () => 80,
  print: () => undefined,
  show: () => undefined,
  exit: () => undefined,
  interruptible: () => ({ signal: new AbortController().signal, done: () => undefined }),
};

describe("SESSION_NAMES", () => {
  it("lists every name in scope, and no other", async () => {
    const runtime = nodeRuntime();
    const session = await ConsoleSession.open({
      runtime,
      source: parseMagnet(`magnet:?xt=urn:btih:${"ab".repeat(20)}`),
      clientName: "test",
    });
    const scope = sessionScope(session, { record: () => Promise.resolve(), quiet: () => undefined }, services);
    const known = SESSION_NAMES.filter(({ owner }) => owner === "").flatMap(({ names }) =>
      names.flatMap(({ name, aliases }) => [name, ...(aliases ?? [])]),
    );
    expect([...scope.keys()].toSorted()).toEqual(known.toSorted());
    await session.close();
    await runtime.close();
  });

  it("lists every member of a peer, a tracker, a piece and a list", () => {
    const facts = ["address", "conversation", "direction", "messages", "number"];
    expect(listed("peer")).toEqual([...new Set([...members(ConsolePeer), ...facts])].toSorted());
    expect(listed("tracker")).toEqual(
      [...members(ConsoleTracker), "url", "tier", "peers", "reply", "figures", "message", "lastAnnounceAt"].toSorted(),
    );
    expect(listed("piece")).toEqual([...members(Piece).filter((name) => name !== "block"), "index"].toSorted());
    expect(listed("list")).toEqual(members(List));
  });

  it("has every name of the earlier console", () => {
    const before =
      "available trackers tracker peers haves log peer_id torrent localhost contact piece have size missing tail table upload".split(
        " ",
      );
    expect(before.filter((name) => findName(SESSION_NAMES, "", name) === undefined)).toEqual([]);
    const senders =
      "messages keep_alive choke unchoke interested not_interested have bitfield request piece cancel satisfy id".split(
        " ",
      );
    expect(senders.filter((name) => findName(SESSION_NAMES, "peer", name) === undefined)).toEqual([]);
    expect(["first", "last"].filter((name) => findName(SESSION_NAMES, "list", name) === undefined)).toEqual([]);
  });

  it.each([
    ["session", SESSION_NAMES],
    ["replay", REPLAY_NAMES],
  ])("a %s has no name twice, and explains each in one line", (_, groups) => {
    for (const owner of new Set(groups.map((group) => group.owner))) {
      const names = groups
        .filter((group) => group.owner === owner)
        .flatMap((group) => group.names.flatMap(({ name, aliases }) => [name, ...(aliases ?? [])]));
      expect(names.length).toBe(new Set(names).size);
    }
    for (const { names } of groups)
      for (const { name, usage, summary } of names)
        expect([name, usage.includes(name), summary.length > 5 && !summary.includes("\n")]).toEqual([name, true, true]);
  });
});
