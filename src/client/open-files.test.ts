import { afterEach, expect, it } from "vitest";
import { makePlay, Stage } from "../../test/support/stage.ts";
import { StorageError } from "../base/index.ts";
import { Client } from "./client.ts";

/** The number of open files that the system allows. */
const LIMIT = 6;

let stage: Stage;
afterEach(() => stage.close());

it("Client downloads torrents of more files than may be open, and keeps their data", async () => {
  const play = await makePlay(Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`f${at}`, 30_000])), 16_384);
  stage = new Stage(play);
  const seeder = await stage.seeder("10.0.0.2");
  const host = stage.world.host("10.0.0.1");
  const { files } = host.runtime;
  let open = 0;
  const refuse = (): void => {
    if (open >= LIMIT) throw new StorageError("storage.too-many-files", "too many open files");
  };
  const scarce = Object.create(files, {
    open: {
      value: async (...args: Parameters<typeof files.open>) => {
        refuse();
        open++;
        const file = await files.open(...args).catch((error: unknown) => {
          open--;
          throw error;
        });
        return {
          ...file,
          close: async () => {
            open--;
            await file.close();
          },
        };
      },
    },
  }) as typeof files;
  for (const key of [
    "stat",
    "linkStat",
    "realPath",
    "makeFolder",
    "list",
    "rename",
    "syncFolder",
    "removeFile",
    "removeEmptyFolder",
    "freeSpace",
  ] as const) {
    Object.defineProperty(scarce, key, { value: files[key].bind(files) });
  }
  for (const key of ["readAll", "replace"] as const) {
    const whole = files[key].bind(files) as (...args: unknown[]) => Promise<unknown>;
    Object.defineProperty(scarce, key, {
      value: async (...args: unknown[]) => {
        refuse();
        return whole(...args);
      },
    });
  }
  const client = new Client({
    runtime: { ...host.runtime, files: scarce },
    downloadDir: "/data",
    stateDir: "/state",
    port: 6881,
  });
  const warnings: string[] = [];
  const torrent = await stage.world.settled(
    client.add(play.metainfo, { peers: [seeder.address], paused: true }),
    1_000,
  );
  torrent.on("warning", ({ code }) => warnings.push(code));
  torrent.resume();
  await stage.world.settled(torrent.done, 60_000);
  await stage.world.settled(client.close(), 10_000);
  expect(warnings).toEqual([]);
  expect(stage.isWhole(host)).toBe(true);
  expect(open).toBe(0);
});
