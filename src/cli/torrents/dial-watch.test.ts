import { describe, expect, it } from "vitest";
import { AbortError, NetworkError } from "../../base/index.ts";
import type { Net, Socket } from "../../runtime/index.ts";
import { DialWatch } from "./dial-watch.ts";

/** A network in which everything ends as `ends` says, by address or name. */
function watch(ends: Readonly<Record<string, Error | readonly string[]>>): DialWatch {
  const end = async (name: string): Promise<readonly string[]> => {
    const how = ends[name] ?? [];
    if (how instanceof Error) throw how;
    return how;
  };
  const net: Net = {
    connect: async ({ ip }) => {
      await end(ip);
      return {} as Socket;
    },
    listen: () => Promise.reject(new Error("not asked for")),
    resolve: async (host) => [...(await end(host))],
  };
  return new DialWatch(net);
}

const refused = new NetworkError("net.refused", "refused");
const dial = (net: Net, ip: string, port: number): Promise<unknown> =>
  net.connect({ ip, port, timeoutMs: 1 }).catch((error: unknown) => error);

describe("DialWatch", () => {
  it("returns the last outcome of a named peer", async () => {
    const ends: Record<string, Error | readonly string[]> = {
      "p.example": ["10.0.0.1", "10.0.0.2"],
      "10.0.0.1": refused,
      "10.0.0.2": refused,
    };
    const net = watch(ends);
    net.watch("p.example:7");
    expect(net.outcome("p.example:7")).toEqual({ kind: "pending" });
    await net.resolve("p.example");
    await dial(net, "10.0.0.1", 7);
    expect(net.outcome("p.example:7")).toEqual({ kind: "pending" });
    expect(await dial(net, "10.0.0.2", 7)).toBe(refused);
    expect(net.outcome("p.example:7")).toEqual({ kind: "failed", reason: "refused the connection (ECONNREFUSED)" });
    ends["10.0.0.2"] = [];
    await dial(net, "10.0.0.2", 7);
    expect(net.outcome("p.example:7")).toEqual({ kind: "reached" });
    await dial(net, "10.0.0.2", 8);
    expect(net.outcome("p.example:8")).toEqual({ kind: "pending" });
  });

  it("reports an unknown host name, and ignores an aborted lookup", async () => {
    const net = watch({
      "p.example": new NetworkError("net.unknown-host", "unknown"),
      "q.example": new AbortError("stopped"),
      "r.example": new NetworkError("net.failed", "odd"),
    });
    for (const host of ["p.example", "q.example", "r.example"]) {
      net.watch(`${host}:1`);
      await expect(net.resolve(host)).rejects.toThrow(/./);
    }
    expect(net.outcome("p.example:1")).toEqual({ kind: "failed", reason: "has a name that cannot be resolved" });
    expect(net.outcome("q.example:1")).toEqual({ kind: "pending" });
    expect(net.outcome("r.example:1")).toEqual({ kind: "failed", reason: "cannot be reached: odd" });
  });

  it("keeps nothing of other peers", async () => {
    const net = watch({ "10.0.0.9": refused });
    await net.resolve("10.0.0.9").catch(() => undefined);
    await dial(net, "10.0.0.9", 1);
    net.watch("10.0.0.9:1");
    expect(net.outcome("10.0.0.9:1")).toEqual({ kind: "pending" });
  });
});
