import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { StorageError } from "../base/index.ts";
import type { Socket } from "../runtime/index.ts";
import { simWorld, type World } from "./index.ts";

const digest = (algorithm: string, bytes: Uint8Array): Uint8Array =>
  new Uint8Array(createHash(algorithm).update(bytes).digest());
const world = (seed = 1): World => simWorld({ seed, digest });

/** A connection between two new hosts, both ends noted. */
async function pair(w: World, a = {}, b = {}) {
  const [client, server] = [w.host("10.0.0.1", a), w.host("10.0.0.2", b)];
  const accepted: Socket[] = [];
  await server.runtime.net.listen({ ip: "::", port: 80, onSocket: (socket) => accepted.push(socket) });
  const near = await w.settled(client.runtime.net.connect({ ip: "10.0.0.2", port: 80, timeoutMs: 1_000 }), 2_000);
  const [far] = accepted;
  if (far === undefined) throw new Error("not accepted");
  return { client, server, near, far };
}

function collect(socket: Socket) {
  const seen = { bytes: 0, sum: createHash("sha1"), drains: 0, closed: [] as (Error | undefined)[] };
  socket.start({
    onData: (chunk) => {
      seen.bytes += chunk.length;
      seen.sum.update(chunk);
    },
    onDrain: () => seen.drains++,
    onClose: (error) => seen.closed.push(error),
  });
  return seen;
}

describe("SimClock", () => {
  it("runs timers in order of time, equal ones in order of creation, and no cancelled ones", async () => {
    const w = world();
    const { clock } = w.host("10.0.0.1").runtime;
    const seen: string[] = [];
    clock.after(20, () => seen.push("b"));
    clock.after(10, () => seen.push("a"));
    clock.after(20, () => seen.push("c"));
    clock.after(15, () => seen.push("never")).cancel();
    const every = clock.every(30, () => seen.push(`e${clock.now()}`));
    await w.run(100);
    every.cancel();
    await w.run(100);
    expect(seen).toEqual(["a", "b", "c", "e30", "e60", "e90"]);
    expect(w.now).toBe(200);
  });

  it("runs promise callbacks between two events", async () => {
    const w = world();
    const { clock } = w.host("10.0.0.1").runtime;
    const seen: string[] = [];
    clock.after(
      1,
      () =>
        void Promise.resolve()
          .then(() => Promise.resolve())
          .then(() => seen.push("promised")),
    );
    clock.after(1, () => seen.push("next"));
    await w.run(5);
    expect(seen).toEqual(["promised", "next"]);
  });
});

describe("SimSocket", () => {
  it("carries bytes unchanged at the rate of the slower line, then closes both ends once", async () => {
    const w = world();
    const { near, far } = await pair(w, { up: 100_000 }, { down: 1_000_000 });
    const data = new Uint8Array(500_000).map((_, at) => at * 7);
    const [a, b] = [collect(near), collect(far)];
    let flushed = 0;
    near.write(data, () => flushed++);
    near.end();
    const begin = w.now;
    expect(await w.until(() => b.closed.length > 0, 60_000)).toBe(true);
    expect(w.now - begin).toBeGreaterThan(5_000);
    expect(w.now - begin).toBeLessThan(5_200);
    expect(b.sum.digest("hex")).toBe(createHash("sha1").update(data).digest("hex"));
    await w.run(1_000);
    expect([flushed, a.closed, b.closed]).toEqual([1, [undefined], [undefined]]);
  });

  it("returns false above the high-water mark and calls onDrain", async () => {
    const w = world();
    const { near, far } = await pair(w);
    const seen = collect(near);
    const other = collect(far);
    expect(near.write(new Uint8Array(1000))).toBe(true);
    expect(near.write(new Uint8Array(2_000_000))).toBe(false);
    expect(near.queuedBytes).toBe(2_001_000);
    await w.run(5_000);
    expect([near.queuedBytes, seen.drains, other.bytes]).toEqual([0, 1, 2_001_000]);
  });

  it("delivers nothing to a reader that is paused, and holds the writer back by the window", async () => {
    const w = world();
    const { near, far } = await pair(w);
    const seen = collect(far);
    collect(near);
    far.pause();
    near.write(new Uint8Array(1_000_000));
    await w.run(10_000);
    expect(seen.bytes).toBe(0);
    expect(near.queuedBytes).toBeGreaterThan(700_000);
    far.resume();
    await w.run(10_000);
    expect(seen.bytes).toBe(1_000_000);
  });

  it("rejects unsent writes when it is destroyed", async () => {
    const w = world();
    const { near, far } = await pair(w);
    const [a, b] = [collect(near), collect(far)];
    const errors: unknown[] = [];
    near.write(new Uint8Array(5_000_000), (error) => errors.push(error));
    near.destroy();
    await w.run(1_000);
    expect(errors[0]).toBeInstanceOf(Error);
    expect([a.closed.length, b.closed.length]).toEqual([1, 1]);
  });

  it("is silent when the cable is pulled, and is reset when the other side has crashed", async () => {
    const w = world();
    const { near, far, client, server } = await pair(w);
    const seen = collect(near);
    collect(far);
    client.isUnplugged = true;
    near.write(new Uint8Array(10));
    await w.run(100_000);
    expect(seen.closed).toEqual([]);
    client.isUnplugged = false;
    await server.runtime.net.listen({ ip: "::", port: 81, onSocket: () => undefined });
    const again = await w.settled(client.runtime.net.connect({ ip: "10.0.0.2", port: 81, timeoutMs: 1_000 }), 2_000);
    const other = collect(again);
    server.crash();
    again.write(new Uint8Array(10));
    await w.run(1_000);
    expect(other.closed).toEqual([expect.objectContaining({ code: "net.reset" })]);
  });
});

describe("World.remove", () => {
  it("ends the host's process and frees its address", async () => {
    const w = world();
    const [host, other] = [w.host("10.0.0.1"), w.host("10.0.0.2")];
    let calls = 0;
    host.runtime.clock.every(10, () => calls++);
    await host.runtime.datagrams.bind({ ip: host.ip, port: 9, onDatagram: () => calls++ });
    const socket = await other.runtime.datagrams.bind({ ip: other.ip, port: 9, onDatagram: () => undefined });
    w.remove(host);
    socket.send(new Uint8Array(1), { ip: host.ip, port: 9 });
    await w.run(100);
    expect(calls).toBe(0);
    expect(w.host("10.0.0.1").ip).toBe("10.0.0.1");
  });
});

describe("simNet", () => {
  it.each([
    ["10.0.0.2", "net.refused"],
    ["10.0.0.3", "net.timeout"],
  ])("rejects a connection to %s without a listener with %s", async (ip, code) => {
    const w = world();
    const host = w.host("10.0.0.1");
    w.host("10.0.0.2");
    await expect(w.settled(host.runtime.net.connect({ ip, port: 5, timeoutMs: 500 }), 1_000)).rejects.toMatchObject({
      code,
    });
  });

  it("rejects a port that is in use and resolves names", async () => {
    const w = world();
    const { net } = w.host("10.0.0.1").runtime;
    w.name("tracker.example", "10.0.0.9");
    await net.listen({ ip: "::", port: 5, onSocket: () => undefined });
    await expect(net.listen({ ip: "::", port: 5, onSocket: () => undefined })).rejects.toMatchObject({
      code: "net.address-in-use",
    });
    expect(await net.resolve("tracker.example")).toEqual(["10.0.0.9"]);
    await expect(net.resolve("nowhere.example")).rejects.toMatchObject({ code: "net.unknown-host" });
  });
});

describe("simDatagrams", () => {
  it("delivers datagrams after the latency of both lines, and loses the given share", async () => {
    const w = world();
    const a = await w
      .host("10.0.0.1", { latencyMs: 30 })
      .runtime.datagrams.bind({ ip: "0.0.0.0", port: 0, onDatagram: () => undefined });
    const times: number[] = [];
    const b = await w
      .host("10.0.0.2", { latencyMs: 20, loss: 0.25 })
      .runtime.datagrams.bind({ ip: "0.0.0.0", port: 0, onDatagram: () => times.push(w.now) });
    for (let i = 0; i < 1_000; i++) a.send(new Uint8Array(10), b.local);
    await w.run(1_000);
    expect(times.length).toBeGreaterThan(680);
    expect(times.length).toBeLessThan(820);
    expect(times[0]).toBeCloseTo(50, 0);
  });
});

describe("SimDisk", () => {
  it("keeps synced data and loses other data in a crash", async () => {
    const w = world();
    const host = w.host("10.0.0.1");
    const { files } = host.runtime;
    const kept = await files.open("/kept", "write");
    await kept.write(new Uint8Array(100_000).fill(1), 0);
    await kept.sync();
    await kept.write(new Uint8Array(100_000).fill(2), 0);
    const lost = await files.open("/lost", "write");
    await lost.write(new Uint8Array(10), 0);
    await files.replace("/state", new Uint8Array([7]));
    host.crash();
    const bytes = host.disk.get("/kept") ?? new Uint8Array();
    expect(bytes.length).toBe(100_000);
    expect(new Set(bytes)).toEqual(new Set([1, 2]));
    expect(host.disk.paths().sort()).toEqual(["/kept", "/state"]);
  });

  it("is full, and has space again when a file is removed", async () => {
    const w = world();
    const host = w.host("10.0.0.1");
    host.disk.capacity = 64 * 1024;
    const { files } = host.runtime;
    await files.makeFolder("/a/b");
    const file = await files.open("/a/b/c", "write");
    await file.truncate(10_000_000);
    await file.write(new Uint8Array(48 * 1024), 5_000_000 - (5_000_000 % 16_384));
    await expect(file.write(new Uint8Array(48 * 1024), 0)).rejects.toMatchObject({ code: "storage.full" });
    expect(await files.freeSpace("/a")).toBeLessThan(16_384);
    await files.removeFile("/a/b/c");
    expect(await files.freeSpace("/a")).toBe(64 * 1024);
    expect(await files.removeEmptyFolder("/a")).toBe(false);
    expect(await files.removeEmptyFolder("/a/b")).toBe(true);
  });

  it("follows links, and returns the kind of each name", async () => {
    const host = world().host("10.0.0.1");
    host.disk.put("/real/file", new Uint8Array([1, 2, 3]));
    host.disk.link("/there", "/real");
    host.disk.link("/circle", "/circle");
    const { files } = host.runtime;
    expect(await files.realPath("/there/file")).toBe("/real/file");
    expect((await files.linkStat("/there"))?.kind).toBe("link");
    expect((await files.stat("/there"))?.kind).toBe("folder");
    expect(await files.readAll("/there/file", 10)).toEqual(new Uint8Array([1, 2, 3]));
    expect(await files.stat("/real/file/below")).toBeUndefined();
    await expect(files.stat("/circle")).rejects.toMatchObject({ code: "storage.denied" });
    await expect(files.open("/nowhere/file", "write")).rejects.toMatchObject({ code: "storage.not-found" });
    await expect(files.open("/real", "read")).rejects.toMatchObject({ code: "storage.is-a-folder" });
  });

  it("fails with the error that `fault` returns", async () => {
    const host = world().host("10.0.0.1");
    host.disk.fault = (operation, path) =>
      operation === "sync" ? new StorageError("storage.failed", `broken ${path}`) : undefined;
    const file = await host.runtime.files.open("/f", "write");
    await file.write(new Uint8Array(5), 0);
    await expect(file.sync()).rejects.toMatchObject({ code: "storage.failed" });
  });
});
