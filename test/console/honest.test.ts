import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { honestStage, LENGTH, names, oddities, packages, PIECE_LENGTH, start } from "../support/honest-stage.ts";
import { eventually, freePort, Program } from "../support/process.ts";
import { ARIA2, because, missing } from "../support/programs.ts";
import { Transmission } from "../support/real-clients.ts";

// Transmission dials no loopback address: the seed has to dial it. A seeding aria2 dials no peer: that pair exchanges
// halves, below.
const pairs = names
  .flatMap((seed) => names.map((leech) => [seed, leech] as const))
  .filter(([seed, leech]) => !(leech === "transmission" && (seed === "aria2" || seed === "transmission")));

describe.each(pairs)("%s seeds to %s", (seed, leech) => {
  const lacking = missing(...packages[seed], ...packages[leech]);

  it.skipIf(lacking.length > 0)(`is a conversation without findings${because(lacking)}`, async () => {
    const scene = await honestStage();
    const isDialled = leech === "transmission";
    const first = await start(isDialled ? leech : seed, scene, { seed: !isDialled, dials: false });
    scene.target = first.port;
    const second = await start(isDialled ? seed : leech, scene, { seed: isDialled, dials: true });
    await (isDialled ? first : second).complete();
    await Promise.all([second.stop(), first.stop()]);
    expect(oddities(scene.pipe, seed, leech)).toEqual([]);
  });
});

describe("aria2 and transmission, each with the half that the other lacks", () => {
  const lacking = missing("aria2", "transmission-daemon");

  it.skipIf(lacking.length > 0)(`have a conversation without findings${because(lacking)}`, async () => {
    const scene = await honestStage();
    const data = await readFile(join(scene.seedDir, "data.bin"));
    const half = PIECE_LENGTH * 38;
    await writeFile(
      join(scene.leechDir, "data.bin"),
      Buffer.concat([data.subarray(0, half), Buffer.alloc(LENGTH - half)]),
    );
    await writeFile(join(scene.seedDir, "data.bin"), Buffer.concat([Buffer.alloc(half), data.subarray(half)]));
    const transmission = await Transmission.start({
      home: join(scene.folder, "home"),
      source: scene.file,
      dir: scene.leechDir,
      seed: false,
    });
    scene.target = transmission.port;
    const aria2 = new Program(ARIA2, [
      "--no-conf",
      "--check-integrity=true",
      "--allow-overwrite=true",
      "--enable-dht=false",
      "--enable-dht6=false",
      "--bt-enable-lpd=false",
      "--disable-ipv6",
      "--bt-require-crypto=false",
      "--bt-min-crypto-level=plain",
      "--file-allocation=none",
      "--summary-interval=0",
      "--interface=127.0.0.1",
      "--seed-ratio=0.0",
      `--listen-port=${await freePort()}`,
      `--dir=${scene.seedDir}`,
      scene.trackedFile,
    ]);
    await eventually(
      "transmission has everything",
      () =>
        scene.pipe.blockBytes > LENGTH - PIECE_LENGTH &&
        scene.pipe.conversations.some(({ sides }) => sides.out.pieces?.isFull),
    );
    await Promise.all([aria2.stop("SIGKILL"), transmission.stop()]);
    expect(oddities(scene.pipe, "aria2", "transmission")).toEqual([]);
  });
});
