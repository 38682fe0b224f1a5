import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import net from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Client, Torrent } from "../../src/index.ts";
import { formatMagnet } from "../../src/metainfo/index.ts";
import { hasPart, newClient, reaches, seeded, type Scene } from "../support/clients.ts";
import { eventually, freePort } from "../support/process.ts";
import { tempFolder } from "../support/temp-folder.ts";

const MIB = 1024 * 1024;

/** Resources that keep this process alive, by kind, without the timers of the test runner. */
function resources(): string[] {
  return process
    .getActiveResourcesInfo()
    .filter((kind) => kind !== "Timeout" && kind !== "Immediate")
    .toSorted();
}

interface Case {
  readonly what: string;
  /** Brings the client into a state in which it holds resources. */
  readonly act: (client: Client, scene: Scene) => Promise<Torrent | undefined>;
}

/** A server that accepts connections and sends nothing. */
async function silentServer(): Promise<{ readonly port: number; close(): void }> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const close = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { port: typeof address === "object" && address !== null ? address.port : 0, close };
}

describe("close() leaves no socket, thread or file open", () => {
  it.each<Case>([
    {
      what: "of a client that did nothing",
      act: async () => undefined,
    },
    {
      what: "of a client that listens",
      act: async (client) => {
        await client.listen();
        return undefined;
      },
    },
    {
      what: "after a download, while seeding",
      act: async (client, { torrent, peer }) => {
        const added = await client.add(torrent.file, { peers: [peer] });
        await added.done;
        return added;
      },
    },
    {
      what: "in the middle of a download",
      act: async (client, { torrent, peer }) => {
        const added = await client.add(torrent.file, { peers: [peer], maxDownloadRate: MIB });
        await hasPart(added, 0.1);
        return added;
      },
    },
    {
      what: "while data is being checked",
      act: async (client, { torrent, seedDir }) => {
        const added = await client.add(torrent.file, { downloadDir: seedDir });
        return added;
      },
    },
    {
      what: "of a magnet link without replies",
      act: async (client, { torrent }) => {
        const port = await freePort();
        return client.add(formatMagnet({ infoHash: torrent.metainfo.infoHash, peers: [{ host: "127.0.0.1", port }] }));
      },
    },
    {
      what: "of a magnet link whose torrent has come",
      act: async (client, { torrent, peer }) => {
        const added = await client.add(formatMagnet({ infoHash: torrent.metainfo.infoHash }), { peers: [peer] });
        await added.done;
        return added;
      },
    },
    {
      what: "with trackers that refuse",
      act: async (client, { torrent }) => {
        const port = await freePort();
        const added = await client.add(torrent.file, {
          extraTrackers: [`http://127.0.0.1:${port}/announce`, `udp://127.0.0.1:${port}/announce`],
        });
        await eventually("the trackers have been tried", () =>
          added.trackers().some(({ state }) => state.kind !== "idle"),
        );
        return added;
      },
    },
    {
      what: "of a failed torrent",
      act: async (client, { torrent, peer }) => {
        const added = await client.add(torrent.file, { downloadDir: "/proc/nowhere", peers: [peer] });
        added.done.catch(() => undefined);
        await reaches(added, "failed");
        return added;
      },
    },
    {
      what: "after a pause",
      act: async (client, { torrent, peer }) => {
        const added = await client.add(torrent.file, { peers: [peer] });
        await added.done;
        await added.pause();
        return added;
      },
    },
  ])("$what", async ({ act }) => {
    const scene = await seeded(await tempFolder(), { "data.bin": 4 * MIB }, { pieceLength: 262_144 });
    const before = await settled();
    const client = newClient(scene.dir);
    const torrent = await act(client, scene);
    torrent?.done.catch(() => undefined);
    await client.close();
    await eventually(
      `nothing is left but ${before.join(", ")}; there is ${resources().join(", ")}`,
      () => isNoMore(resources(), before),
      15_000,
    );
    expect(client.port).toBe(0);
  });

  it("takes 3 s at most when trackers and peers are silent", async () => {
    const scene = await seeded(await tempFolder(), { "data.bin": MIB });
    const silent = await silentServer();
    const client = newClient(scene.dir);
    const url = `127.0.0.1:${silent.port}`;
    const torrent = await client.add(scene.torrent.file, {
      extraTrackers: [`http://${url}/announce`, `udp://${url}/announce`],
      peers: [url],
    });
    torrent.done.catch(() => undefined);
    await reaches(torrent, "downloading");
    const began = performance.now();
    await client.close();
    silent.close();
    // The bound is 3 s; the rest is for a loaded machine.
    expect(performance.now() - began).toBeLessThan(6_000);
  });

  it("does not fail when it is called twice, and at the same time as add()", async () => {
    const scene = await seeded(await tempFolder(), { "data.bin": MIB });
    await mkdir(join(scene.dir, "more"), { recursive: true });
    const client = newClient(scene.dir);
    const adding = client.add(scene.torrent.file, { peers: [scene.peer] }).then(
      (torrent) => torrent.done.catch((error: unknown) => error),
      (error: unknown) => error,
    );
    await Promise.all([client.close(), client.close()]);
    expect(await adding).toMatchObject({ code: expect.stringMatching(/^(client\.closed|aborted)$/) as string });
    await expect(client.add(scene.torrent.file)).rejects.toMatchObject({ code: "client.closed" });
  });
});

/** The resources, as soon as they no longer change. */
async function settled(): Promise<string[]> {
  let last = "";
  return eventually("resources stand still", () => {
    const now = resources();
    const isSame = now.join() === last;
    last = now.join();
    return isSame ? now : undefined;
  });
}

/** Whether no kind has more resources than before. It may have fewer. */
function isNoMore(now: readonly string[], before: readonly string[]): boolean {
  const left = [...before];
  return now.every((kind) => {
    const at = left.indexOf(kind);
    if (at < 0) return false;
    left.splice(at, 1);
    return true;
  });
}
