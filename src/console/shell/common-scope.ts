import { createHash } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { throwIfAborted, toHex, UsageError } from "../../base/index.ts";
import { decode, encode, type BInput } from "../../bencode/index.ts";
import { styleFor } from "../../terminal/index.ts";
import { bytesOf, knownFields, plainObject, shown, wholeBetween, wrong } from "../session/arguments.ts";
import { PeerView } from "../session/peer/peer-view.ts";
import { lintTable, timelineTable } from "../view/index.ts";
import { RenderedList } from "./text/rendered-list.ts";
import type { Lookup } from "./globals.ts";
import { describeName, findTopic, listMembers, listNames, Text } from "./help.ts";
import type { NameGroup } from "./names/index.ts";
import { ownerOf } from "./owners.ts";
import type { ShellServices } from "./services.ts";
import { drawList } from "./text/tables.ts";
import { makeTail } from "./run/tail.ts";

/** Returns the names, with their values, that exist both in live sessions and in replays. */
export function commonScope(peers: readonly PeerView[], services: ShellServices): [string, Lookup][] {
  const only = (call: string, peer: unknown): PeerView => {
    if (peer instanceof PeerView) return peer;
    if (peer !== undefined) throw wrong(call, "peer", "a peer, such as peers.last", peer);
    const last = peers.at(-1);
    if (last === undefined) throw new UsageError("console.argument", `${call}: there is no peer yet`);
    return last;
  };
  const functions: Readonly<Record<string, (...given: never[]) => unknown>> = {
    available: () => listNames(services.groups, styleFor(process.stdout), services.width()),
    help: (topic?: unknown) => help(topic, services),
    table: (list?: unknown) => drawList(list ?? peers),
    tail: makeTail(services),
    timeline: (peer?: unknown, options?: unknown) => {
      const call = "timeline(peer, { last })";
      const given = plainObject(call, "the second argument", options);
      knownFields(call, given, ["last"]);
      const { last } = given;
      const view = only(call, peer);
      const most = last === undefined ? undefined : wholeBetween(call, "last", last, 1, Number.MAX_SAFE_INTEGER);
      return RenderedList.list(most === undefined ? view.timeline : view.timeline.slice(-most), () =>
        timelineTable(view, { last: most }).toString(),
      );
    },
    lint: (peer?: unknown) => {
      const views = peer === undefined ? [...peers] : [only("lint(peer)", peer)];
      return RenderedList.list(
        views.flatMap((view) => [...view.findings]),
        () => lintTable(views).toString(),
      );
    },
    sha1: (bytes: unknown) =>
      createHash("sha1")
        .update(bytesOf("sha1(bytes)", "bytes", bytes))
        .digest("hex"),
    hex: (bytes: unknown) => toHex(bytesOf("hex(bytes)", "bytes", bytes)),
    bencode: (value: BInput) => encode(value),
    bdecode: (bytes: unknown) => decode(bytesOf("bdecode(bytes)", "bytes", bytes)),
    sleep: async (seconds: unknown) => {
      if (typeof seconds !== "number" || !(seconds >= 0 && seconds <= 86_400))
        throw wrong("sleep(seconds)", "seconds", "a number from 0 to 86400", seconds);
      const { signal, done } = services.interruptible();
      try {
        await setTimeout(seconds * 1000, undefined, { signal });
      } catch {
        throwIfAborted(signal);
      } finally {
        done();
      }
    },
    print: (...things: unknown[]) => {
      services.print(
        things.map((thing) => (typeof thing === "string" ? thing : (services.show(thing) ?? "undefined"))).join(" "),
      );
    },
    exit: (status: unknown = 0) => services.exit(wholeBetween("exit(status)", "status", status, 0, 255)),
  };
  return [
    ...Object.entries(functions).map(([name, value]): [string, Lookup] => [name, () => value]),
    ["args", () => services.words],
  ];
}

/** Returns the text of `help()`, `help("contact")`, `help(contact)` or `help(peer)`. */
function help(topic: unknown, services: ShellServices): Text {
  const style = styleFor(process.stdout);
  const width = services.width();
  if (topic === undefined) return services.introduction(style, width);
  const name =
    typeof topic === "string" ? topic : typeof topic === "function" ? functionName(topic, services.groups) : undefined;
  const found = name === undefined ? undefined : findTopic(name, services.groups);
  if (found !== undefined) {
    if ("owner" in found) return listMembers(found.owner, services.groups, style, width);
    return new Text(found.map((entry) => describeName(entry, style, width).toString()).join("\n\n"));
  }
  const owner = ownerOf(topic);
  if (owner !== undefined) return listMembers(owner, services.groups, style, width);
  throw new UsageError(
    "console.help",
    `there is no help on ${shown(topic)}; try help("peer"), help("contact") or help()`,
  );
}

/** Returns the name of a given function of the global scope, or of a method. */
function functionName(given: object, groups: readonly NameGroup[]): string {
  for (const { owner, names } of groups) {
    if (owner !== "") continue;
    for (const { name } of names) if (valueInScope(name) === given) return name;
  }
  return "name" in given && typeof given.name === "string" && given.name !== ""
    ? given.name.replace(/^bound /, "")
    : "this function";
}

/** Returns the value of a global name; `undefined` when reading it throws. */
function valueInScope(name: string): unknown {
  try {
    return Reflect.get(globalThis, name);
  } catch {
    return undefined;
  }
}
