import { mkdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { torrentOf, writeRandom } from "../support/clients.ts";
import { TestDaemon } from "../support/daemon.ts";
import { tempFolder } from "../support/temp-folder.ts";

async function scene(config = ""): Promise<{ readonly daemon: TestDaemon; readonly outside: string }> {
  const home = await tempFolder();
  const place = { state: join(home, "state"), downloads: join(home, "downloads") };
  const outside = join(home, "outside");
  await Promise.all([mkdir(place.state), mkdir(place.downloads), mkdir(outside)]);
  await writeRandom(outside, { "secret.bin": 50_000 });
  const file = join(home, "config.toml");
  await writeFile(file, config);
  return { daemon: await TestDaemon.start({ place, args: ["--config", file] }), outside };
}

/** A torrent whose one file is a link to data outside of the download folder, complete. */
async function linked({ daemon, outside }: Awaited<ReturnType<typeof scene>>): Promise<string> {
  const { file } = await torrentOf(join(outside, "secret.bin"));
  await symlink(join(outside, "secret.bin"), join(daemon.place.downloads, "secret.bin"));
  const id = await daemon.add(await readFile(file));
  await daemon.torrentIs(id, "seeding", ({ state }) => state === "seeding");
  return id;
}

async function stream(daemon: TestDaemon, id: string): Promise<Response> {
  return fetch(`${daemon.url}/stream/${id}/0/secret.bin`, { headers: { authorization: `Bearer ${daemon.token}` } });
}

async function create(
  daemon: TestDaemon,
  path: string,
): Promise<{ readonly state: string; readonly error: string | null }> {
  const { id } = await daemon.api<{ id: string }>("POST", "/create", { path, seed: false });
  for (;;) {
    const tasks = await daemon.api<{ id: string; state: string; error: string | null }[]>("GET", "/tasks");
    const task = tasks.find((each) => each.id === id);
    if (task !== undefined && task.state !== "hashing") return task;
  }
}

describe("symbolic links out of the download folder", () => {
  it("are not followed by streams and new torrents", async () => {
    const both = await scene();
    const { daemon, outside } = both;
    const id = await linked(both);
    const refused = await stream(daemon, id);
    expect([refused.status, await refused.json()]).toMatchObject([403, { code: "session.link" }]);
    await mkdir(join(daemon.place.downloads, "mixed"));
    await writeFile(join(daemon.place.downloads, "mixed", "own.txt"), "own");
    await symlink(outside, join(daemon.place.downloads, "mixed", "out"));
    await symlink(outside, join(daemon.place.downloads, "whole"));
    for (const name of ["mixed", "whole", "secret.bin"]) {
      const task = await create(daemon, join(daemon.place.downloads, name));
      expect(task, name).toMatchObject({ state: "failed", error: expect.stringContaining("symbolic link") as unknown });
    }
  });

  it("are followed when the configuration allows it", async () => {
    const both = await scene("follow-links = true\n");
    const { daemon, outside } = both;
    const answer = await stream(daemon, await linked(both));
    expect(answer.status).toBe(200);
    expect(Buffer.from(await answer.arrayBuffer()).equals(await readFile(join(outside, "secret.bin")))).toBe(true);
    await symlink(outside, join(daemon.place.downloads, "whole"));
    expect(await create(daemon, join(daemon.place.downloads, "whole"))).toMatchObject({ state: "done" });
  });
});

it("the files of the daemon are readable by its user only", async () => {
  const { daemon } = await scene();
  expect((await stat(daemon.place.state)).mode & 0o777).toBe(0o700);
  expect((await stat(join(daemon.place.state, "token.json"))).mode & 0o777).toBe(0o600);
});
