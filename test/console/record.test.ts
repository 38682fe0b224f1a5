import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { bin, millrace, type Result } from "../cli/command-line.ts";
import { newClient, torrentOf, writeRandom } from "../support/clients.ts";
import { eventually, Program } from "../support/process.ts";
import { tempFolder } from "../support/temp-folder.ts";

/** Downloads a piece by hand, and breaks rules. */
const TALK = `
const seeder = await contact("127.0.0.1", PORT);
seeder.extendedHandshake();
seeder.interested();
await seeder.next("unchoke");
seeder.request(0, 0, 16384);
await seeder.next("piece");
seeder.request(0, 16384, 1);
await seeder.next("piece");
seeder.keepAlive();
seeder.bitfield([]);
`;
const SHOW = "\nprint(timeline(peer)); print(lint()); print(table(peers));\n";

interface Scene {
  readonly torrent: string;
  readonly record: string;
  readonly script: (text: string) => Promise<string>;
}

/** A real seeder, and a folder for scripts and recordings. */
async function scene(): Promise<Scene> {
  const folder = await tempFolder();
  const data = join(folder, "data.bin");
  await writeRandom(folder, { "data.bin": 300_000 });
  const { file } = await torrentOf(data, { pieceLength: 65_536 });
  const client = newClient(folder, { listenIp: "127.0.0.1" });
  await (
    await client.add(file)
  ).done;
  const { port } = client;
  const script = async (text: string): Promise<string> => {
    const path = join(folder, `script-${text.length}.js`);
    await writeFile(path, text.replaceAll("PORT", String(port)));
    return path;
  };
  return { torrent: file, record: join(folder, "session.jsonl"), script };
}

function done(result: Result): string {
  expect(result).toMatchObject({ status: 0, stderr: "" });
  return result.stdout;
}

describe("a recorded session", () => {
  it.each(["from its beginning", "from the middle on"])("replays to the same screen, recorded %s", async (when) => {
    const { torrent, record, script } = await scene();
    const isEarly = when === "from its beginning";
    const begin = isEarly ? "" : `await record(${JSON.stringify(record)});`;
    const live = done(
      await millrace(
        "console",
        torrent,
        "--script",
        await script(`${TALK}${begin}await sleep(0.2); seeder.close();${SHOW}`),
        ...(isEarly ? ["--record", record] : []),
      ),
    );
    expect(live).toMatch(/piece 0, 16384 bytes from 0/);
    expect(live).toMatch(/bitfield\.\w+|pieces\.\w+/);
    expect(done(await millrace("console", "--replay", record, "--script", await script(`end();${SHOW}`)))).toBe(live);
    // And step by step, also backwards.
    const steps = `for (let at = 0; at < replay.length; at++) { step(2); back(); } end(); goto(0); end();${SHOW}`;
    expect(done(await millrace("console", "--replay", record, "--script", await script(steps)))).toBe(live);
  });

  it("is readable after the program was killed", async () => {
    const { torrent, record, script } = await scene();
    const program = new Program(process.execPath, [
      bin,
      "console",
      torrent,
      "--record",
      record,
      "--script",
      await script(`${TALK}await sleep(1000);`),
    ]);
    await eventually(
      "the conversation is on disk",
      async () => !program.hasExited && (await readFile(record, "utf8").catch(() => "")).includes('"keep-alive"'),
    );
    await program.stop("SIGKILL");
    const text = await readFile(record, "utf8");
    expect(done(await millrace("inspect", record))).toMatch(/keep-alive/);
    await writeFile(record, text.slice(0, -20));
    const cut = await millrace("inspect", record);
    expect(cut).toMatchObject({
      status: 0,
      stderr: "note: the last line is incomplete: the recording was interrupted\n",
    });
  });
});

describe("millrace inspect", () => {
  let lines: string;
  beforeAll(async () => {
    const { torrent, record, script } = await scene();
    done(
      await millrace(
        "console",
        torrent,
        "--record",
        record,
        "--script",
        await script(`${TALK}await sleep(0.2);\n(await contact("127.0.0.1", PORT)).close();`),
      ),
    );
    lines = await readFile(record, "utf8");
  });

  let recording: string;
  beforeEach(async () => {
    recording = join(await tempFolder(), "session.jsonl");
    await writeFile(recording, lines);
  });

  it("prints the messages of each peer, the findings, and totals", async () => {
    const text = done(await millrace("inspect", recording));
    expect(text).toMatch(/^a session about data\.bin, \d{4}-\d\d-\d\d/);
    expect(text).toMatch(/^peer 1, 127\.0\.0\.1:\d+/m);
    expect(text).toMatch(/^peer 2, 127\.0\.0\.1:\d+/m);
    expect(text).toMatch(/request piece 0, 16384 bytes from 0/);
    expect(text.trimEnd().split("\n").at(-1)).toMatch(/^2 peers, \d+ messages, [\d.]+ KiB; \d+ faults?, \d+ notes?$/);
  });

  it("prints one peer, or only the findings", async () => {
    const one = done(await millrace("inspect", recording, "--peer", "2"));
    expect(one).toMatch(/^peer 2, /m);
    expect(one).not.toMatch(/^peer 1, /m);
    const lint = done(await millrace("inspect", recording, "--lint"));
    expect(lint).not.toMatch(/handshake -/);
    expect(lint).toMatch(/bitfield\.\w+|pieces\.\w+/);
    expect(await millrace("inspect", recording, "--peer", "7")).toMatchObject({
      status: 1,
      stdout: "",
      stderr: expect.stringMatching(/has no peer 7; it has 1, 2\n$/) as string,
    });
  });

  it("--strict has status 1 when a rule was broken, and 0 when none was", async () => {
    expect(await millrace("inspect", recording, "--strict")).toMatchObject({ status: 1, stderr: "" });
    expect(await millrace("inspect", recording, "--strict", "--peer", "2")).toMatchObject({ status: 0 });
  });

  it("--json prints one object with bytes as hexadecimal", async () => {
    const { stdout } = await millrace("inspect", recording, "--json");
    const facts = JSON.parse(stdout) as {
      peers: { number: number; entries: Record<string, unknown>[]; findings: object[] }[];
      faults: number;
    };
    expect(facts).toMatchObject({
      kind: "session",
      name: "data.bin",
      cut: false,
      infoHash: expect.stringMatching(/^[0-9a-f]{40}$/) as string,
    });
    expect(facts.peers.map(({ number }) => number)).toEqual([1, 2]);
    const [first] = facts.peers;
    expect(first?.entries[0]).toMatchObject({
      type: "handshake",
      way: "out",
      number: 0,
      infoHash: expect.stringMatching(/^[0-9a-f]{40}$/) as string,
      says: expect.stringMatching(/^handshake/) as string,
    });
    expect(first?.entries.find(({ type }) => type === "piece")).toMatchObject({
      piece: 0,
      begin: 0,
      length: 16_384,
      block: expect.stringMatching(/^[0-9a-f]{32768}$/) as string,
    });
    expect(first?.findings.length).toBeGreaterThan(0);
    expect(facts.faults).toBeGreaterThan(0);
  });

  it.each([
    ["what is no recording", bin, /line 1: this is not a recording of a console session/],
    ["what is not there", "/nowhere/at.all", /nowhere/],
  ])("of %s is one line and status 1", async (_what, path, message) => {
    const { status, stderr, stdout } = await millrace("inspect", path);
    expect({ status, stdout, lines: stderr.split("\n").length }).toEqual({ status: 1, stdout: "", lines: 2 });
    expect(stderr).toMatch(message);
    expect(JSON.parse((await millrace("inspect", path, "--json")).stdout)).toMatchObject({
      error: { code: expect.stringMatching(/^(console\.recording|storage\.not-found)$/) as string },
    });
  });
});
