import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { formatMagnet } from "../../src/metainfo/index.ts";
import { bin } from "../cli/command-line.ts";
import { CLIENTS, handScene, startClient, type ClientName } from "../support/by-hand.ts";
import { because, missing } from "../support/programs.ts";
import { tempFolder } from "../support/temp-folder.ts";
import { Terminal } from "../support/terminal.ts";

const PROMPT = /millrace> *$/;

async function consoleOn(...args: readonly string[]): Promise<Terminal> {
  const terminal = new Terminal([process.execPath, bin, "console", ...args], {
    environment: { MILLRACE_HISTORY: "", NO_COLOR: "1" },
  });
  await terminal.shows(PROMPT);
  return terminal;
}

/** Types a line, and waits until it is done. */
async function type(terminal: Terminal, line: string): Promise<string> {
  terminal.press("C-l");
  terminal.enter(line);
  await terminal.shows(line.slice(0, 40));
  return terminal.shows(PROMPT);
}

const seeders: readonly ClientName[] = ["libtorrent", "transmission", "aria2"];

describe.each(seeders)("a user at a terminal, with %s", (name) => {
  const lacks = missing("tmux", ...CLIENTS[name].packages);

  it.skipIf(lacks.length > 0)(`downloads a piece by hand${because(lacks)}`, async () => {
    const scene = await handScene();
    const port = await startClient(name, scene, "seeder");
    const terminal = await consoleOn(scene.file);
    await type(terminal, `const p = await contact(localhost, ${port})`);
    await type(terminal, "p.haveNone()");
    await type(terminal, 'p.interested(); await p.next("unchoke")');
    expect(await type(terminal, "p")).toMatch(/it +chokes us: no/);
    expect(await type(terminal, 'p.request(0, 0, 16384); const m = await p.next("piece")')).toContain(
      "piece 0, 16384 bytes from 0",
    );
    expect(await type(terminal, "m.block")).toContain("and 16128 bytes more");
    await type(terminal, 'for (const begin of [16384, 32768, 49152]) { p.request(0, begin); await p.next("piece") }');
    expect(await type(terminal, "await piece(0).verify()")).toMatch(/\ntrue\n/);
    await terminal.keep(`download-${name}`);
    expect(await type(terminal, "timeline(p)")).toMatch(/piece 0, 16384 bytes from 49152/);
    await terminal.keep(`download-${name}`);
    expect(await type(terminal, "lint(p)")).toContain("no findings");
    terminal.press("C-d");
    await terminal.shows("exit status 0");
  });

  it.skipIf(lacks.length > 0)(`seeds a piece by hand${because(lacks)}`, async () => {
    const scene = await handScene();
    const port = await startClient(name, scene, "leecher");
    const terminal = await consoleOn(scene.file, "--store", "--path", scene.seedDir);
    await type(terminal, `const p = await contact(localhost, ${port})`);
    await type(terminal, 'p.bitfield([3]); await p.next("interested")');
    await type(terminal, 'p.unchoke(); const r = await p.next("request")');
    expect(await type(terminal, "[r.piece, r.begin]")).toContain("[ 3, ");
    expect(await type(terminal, "await p.satisfy()")).toMatch(/→ piece 3|\n\d+\n/);
    await type(terminal, "p.auto({ answer: true }); await p.next(() => p.haves.get(3) || !p.peerInterested)");
    await terminal.keep(`seed-${name}`);
    expect(await type(terminal, "timeline(p)")).toContain("piece 3, 16384 bytes from 49152");
    await terminal.keep(`seed-${name}`);
    terminal.enter("exit(0)");
    await terminal.shows("exit status 0");
  });

  it.skipIf(lacks.length > 0)(`fetches metadata by hand${because(lacks)}`, async () => {
    const scene = await handScene();
    const port = await startClient(name, scene, "seeder");
    const terminal = await consoleOn(formatMagnet({ infoHash: scene.metainfo.infoHash }));
    expect(await type(terminal, "torrent")).toContain("not known yet");
    await type(terminal, `const p = await contact(localhost, ${port})`);
    await type(terminal, 'p.haveNone(); p.extendedHandshake(); await p.next("extended-handshake")');
    await type(terminal, 'p.metadataRequest(0); await p.next("metadata")');
    expect(await type(terminal, "torrent.name")).toContain("'data.bin'");
    await terminal.keep(`metadata-${name}`);
    expect(await type(terminal, "torrent.pieceCount")).toMatch(/\n16\n/);
    terminal.press("C-d");
    await terminal.shows("exit status 0");
  });
});

describe("a user at a terminal", () => {
  const lacks = missing("tmux");

  it.skipIf(lacks.length > 0)(
    `is helped: completion, names, mistakes, Ctrl-C, what happens meanwhile, history${because(lacks)}`,
    async () => {
      const scene = await handScene();
      const port = await startClient("millrace", scene, "seeder");
      const history = join(await tempFolder(), "history");
      const open = (): Terminal =>
        new Terminal([process.execPath, bin, "console", scene.file], {
          environment: { MILLRACE_HISTORY: history, NO_COLOR: "1" },
        });
      const terminal = open();
      await terminal.shows(PROMPT);
      terminal.press("-l", "cont");
      terminal.press("Tab");
      await terminal.shows("> contact");
      terminal.enter(`(localhost, ${port})`);
      await terminal.shows(/messages +\d+, 0 findings/);
      // A message that arrives while no call waits for it is printed.
      await terminal.shows("← have-all");
      expect(await type(terminal, "peer.interestd()")).toContain("did you mean interested()?");
      terminal.press("-l", "peer.metad");
      terminal.press("Tab");
      await terminal.shows("peer.metadata");
      await terminal.pressUntil("Tab", "peer.metadataReject");
      terminal.press("C-u");
      terminal.enter('await peer.next("choke")');
      await terminal.shows('next("choke")');
      terminal.press("C-c");
      await terminal.shows("interrupted");
      expect(await type(terminal, "1 + 1")).toMatch(/\n2\n/);
      terminal.enter("while (true) {}");
      await terminal.shows("while (true)");
      terminal.press("C-c");
      await terminal.shows("interrupted");
      terminal.enter("await tail(peer.messages, { follow: true })");
      await terminal.shows("follow: true");
      terminal.press("C-c");
      expect(await type(terminal, 'help("request")')).toContain("peer.request(piece, begin, length)");
      expect(await type(terminal, "available()")).toContain("contact(host, port, …)");
      await terminal.keep("help");
      await type(terminal, "help()");
      await terminal.keep("help");
      await type(terminal, "table(pieces)");
      await terminal.keep("help");
      terminal.press("C-d");
      await terminal.shows("exit status 0");
      const again = open();
      await again.shows(PROMPT);
      again.press("Up");
      await again.shows("> table(pieces)");
    },
  );
});
