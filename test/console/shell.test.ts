import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { bin, events, millrace, type Result } from "../cli/command-line.ts";
import { seeded, type Scene } from "../support/clients.ts";
import { DEADLINE_MS } from "../support/process.ts";
import { tempFolder } from "../support/temp-folder.ts";

const PIECE_LENGTH = 65_536;
const LENGTH = 200_000;

/** The same with text on standard input. */
function fed(input: string, ...args: string[]): Promise<Result> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [bin, "console", ...args],
      { timeout: DEADLINE_MS },
      (_error, stdout, stderr) => resolve({ status: child.exitCode, stdout, stderr }),
    );
    child.stdin?.end(input);
  });
}

async function scene(): Promise<Scene & { readonly folder: string; readonly host: string; readonly port: string }> {
  const folder = await tempFolder();
  const made = await seeded(folder, { "data.bin": LENGTH }, { pieceLength: PIECE_LENGTH });
  const [host = "", port = ""] = made.peer.split(":");
  return { ...made, folder, host, port };
}

describe("millrace console --script", () => {
  it("runs a script with contact, interested, next and request, and returns the bytes of a block", async () => {
    const { folder, torrent, host, port, seedDir } = await scene();
    const script = join(folder, "contract.js");
    await writeFile(
      script,
      `const p = await contact("${host}", ${port}); p.interested(); await p.next("unchoke");
p.request(0, 0, 16384); const m = await p.next("piece");
console.log(m.piece, m.begin, m.length, m.block instanceof Uint8Array, sha1(m.block));`,
    );
    const data = await readFile(join(seedDir, "data.bin"));
    const digest = createHash("sha1").update(data.subarray(0, 16_384)).digest("hex");
    expect(await millrace("console", torrent.file, "--script", script)).toEqual({
      status: 0,
      stdout: `0 0 16384 true ${digest}\n`,
      stderr: "",
    });
  });

  it("runs an ES module from any folder: imports, top-level await, file and line in errors", async () => {
    const { folder, torrent } = await scene();
    await writeFile(join(folder, "package.json"), JSON.stringify({ type: "commonjs" }));
    await writeFile(join(folder, "helper.mjs"), "export const twice = (n) => 2 * n;\n");
    const script = join(folder, "module.js");
    await writeFile(
      script,
      'import { twice } from "./helper.mjs";\nimport { basename } from "node:path";\nawait sleep(0);\nprint(twice(21), basename(torrent.name), args.join("+"));\nthrow new Error("that is all");\n',
    );
    expect(await millrace("console", torrent.file, "--script", script, "a", "b")).toEqual({
      status: 1,
      stdout: "42 data.bin a+b\n",
      stderr: `millrace: ${script}:5: that is all\n`,
    });
  });

  it.each([
    ["an error of its own", "\nthrow new TypeError('odd');", 1, "script:2: odd"],
    [
      "a name that there is not",
      "const p = peerz;",
      1,
      "script:1: there is no peerz here; did you mean peers? available() lists all names",
    ],
    ["what cannot be read", "const = 3;", 1, "script:1: this line is not valid JavaScript: Unexpected token '='"],
    [
      "a wrong argument",
      "\n\npiece('one');",
      1,
      'script:3: piece(index): index must be a whole number from 0 to 3: got "one"',
    ],
    [
      "a port that is not there",
      'await contact("127.0.0.1");',
      1,
      'script:1: contact(host, port, options): the port is missing: contact("127.0.0.1", 6881)',
    ],
    [
      "no peer at the address",
      'await contact("127.0.0.1", 1);',
      1,
      "script: cannot connect to 127.0.0.1:1: connection refused",
    ],
    [
      "a promise without a handler",
      'contact("127.0.0.1", 1); await sleep(5);',
      1,
      "script: cannot connect to 127.0.0.1:1: connection refused",
    ],
    [
      "a wait without end",
      "await new Promise(() => {});",
      1,
      "script: the script awaits a promise that can no longer settle",
    ],
    ["exit", "exit(3); print('never');", 3, ""],
    ["exit within try", "try { exit(4); } finally { print(''); }", 4, ""],
  ])("ends with one line for %s", async (_, source, status, message) => {
    const { torrent } = await scene();
    const result = await fed(source, torrent.file, "--script", "-");
    expect([result.status, result.stderr.trimEnd(), result.stdout.trimEnd()]).toEqual([
      status,
      message === "" ? "" : `millrace: ${message}`,
      "",
    ]);
  });

  it("prints an error when the script does not exist", async () => {
    const { torrent } = await scene();
    const { status, stderr } = await millrace("console", torrent.file, "--script", "/nowhere/x.js");
    expect([status, stderr]).toEqual([1, "millrace: the script /nowhere/x.js cannot be read: there is no such file\n"]);
  });

  it("prints the line of a failed wait, and the messages that arrived instead", async () => {
    const { torrent, host, port } = await scene();
    const { status, stderr } = await fed(
      `const p = await contact("${host}", ${port});\np.haveNone();\n\nawait p.next("choke", { timeout: 0.3 });\n`,
      torrent.file,
      "--script",
      "-",
    );
    expect(status).toBe(1);
    expect(stderr).toMatch(/^millrace: script:4: no choke in 0\.3 s; (what came: .*|no message arrived meanwhile)\n$/);
  });

  it("ends with status 0 during a wait, and the wait can report the end", async () => {
    const { torrent, host, port } = await scene();
    const source = `const p = await contact("${host}", ${port}); p.next("cancel").catch((error) => print(error.code));`;
    expect(await fed(source, torrent.file, "--script", "-")).toEqual({
      status: 0,
      stdout: "console.closed\n",
      stderr: "",
    });
  });

  it("ends when a timer calls exit or throws", async () => {
    const { torrent } = await scene();
    expect(await fed("setTimeout(() => exit(5), 10); await sleep(60);", torrent.file, "--script", "-")).toEqual({
      status: 5,
      stdout: "",
      stderr: "",
    });
    expect(
      await fed(
        '\nsetTimeout(() => { throw new Error("late"); }, 10); await sleep(60);',
        torrent.file,
        "--script",
        "-",
      ),
    ).toEqual({ status: 1, stdout: "", stderr: "millrace: script:2: late\n" });
  });

  it("rejects next with the error of the function that was passed to it", async () => {
    const { torrent, host, port } = await scene();
    const source = `const p = await contact("${host}", ${port}); p.haveNone(); p.interested();
try { await p.next((m) => { if (m.type === "unchoke") throw new Error("mine"); }); } catch (error) { print(error.message); }
print(p.isClosed);`;
    expect(await fed(source, torrent.file, "--script", "-")).toEqual({
      status: 0,
      stdout: "mine\nfalse\n",
      stderr: "",
    });
  });

  it("keeps downloaded data in the given folder, and finds it again", async () => {
    const { folder, torrent, peer, seedDir } = await scene();
    const store = join(folder, "store");
    await mkdir(store);
    const source = `const p = await contact("${peer}"); p.haveNone(); p.interested(); await p.next("unchoke");
for (let b = 0; b < piece(1).length; b += 16384) { p.request(1, b); await p.next("piece"); }
print(await piece(1).verify(), have(0), have(1), size(), missing());`;
    expect(await fed(source, torrent.file, "--script", "-", "--store", "--path", store)).toEqual({
      status: 0,
      stdout: `true false true ${PIECE_LENGTH} ${LENGTH - PIECE_LENGTH}\n`,
      stderr: "",
    });
    const [got, data] = [await readFile(join(store, "data.bin")), await readFile(join(seedDir, "data.bin"))];
    expect(got.subarray(PIECE_LENGTH, 2 * PIECE_LENGTH).equals(data.subarray(PIECE_LENGTH, 2 * PIECE_LENGTH))).toBe(
      true,
    );
    expect(
      (await fed("print(have(0), have(1), haves)", torrent.file, "--script", "-", "--store", "--path", store)).stdout,
    ).toBe("false true 1 of 4 pieces: 1\n");
  });
});

describe("millrace console, lines from a pipe", () => {
  let result: Result;
  beforeAll(async () => {
    const { torrent, host, port } = await scene();
    const lines = [
      "size()",
      `const p = await contact(localhost, ${port})`,
      "p.have_none()",
      "p.interested()",
      'await p.next("unchoke")',
      "p.request(0, 0)",
      'const m = p.next("piece")',
      "(await m).length",
      `const p = "declared again"`,
      "p",
      "for (const n of [1, 2]) {",
      "  print(n)",
      "}",
      "peers.first.messages.where({ type: 'unchoke' }).length",
      "peers.last.interestd()",
      "tail(log, 1, false, () => print('before'))",
      `contact("${host}", "x")`,
      "piece(0).received",
      "for (const n of [1]) {",
    ];
    result = await fed(`${lines.join("\n")}\n`, torrent.file);
  });

  it("run one after the other, and print only values", () => {
    const lines = result.stdout.trimEnd().split("\n");
    expect(lines[0]).toBe("0");
    expect(lines.map((line) => line.replace(/^ *\+[\d.]+ /, ""))).toEqual([
      "0",
      expect.stringMatching(/(→|->) have-none/),
      expect.stringMatching(/(→|->) interested/),
      expect.stringMatching(/(←|<-) unchoke/),
      expect.stringMatching(/(→|->) request piece 0/),
      "16384",
      "'declared again'",
      "1",
      "2",
      "1",
      "before",
      "nothing yet",
      "16384",
    ]);
  });

  it("end with status 1 when one of them fails", () => {
    expect(result.status).toBe(1);
    expect(result.stderr.trimEnd().split("\n")).toEqual([
      "millrace: line 15: peers.last has no interestd(); did you mean interested()? help(peer) lists all that a peer has",
      'millrace: line 17: contact(host, port, options): port must be a whole number from 1 to 65535: got "x"',
      "millrace: line 19: this line is not valid JavaScript: the last statement is incomplete",
    ]);
  });

  it("are JSON with --json", async () => {
    const { torrent } = await scene();
    const { status, stdout } = await fed("missing()\nhaves\nnope\n", torrent.file, "--json");
    expect([status, events(stdout)]).toEqual([
      1,
      [
        { event: "value", value: LENGTH },
        { event: "value", value: [] },
        { event: "error", message: "there is no nope here; available() lists all names", line: 3 },
      ],
    ]);
  });
});

describe("help", () => {
  it("is printed for a function, a value, or a name", async () => {
    const { torrent, peer } = await scene();
    const { status, stdout, stderr } = await fed(
      `print(help(contact)); print(help(piece)); print(help("unchoke")); const p = await contact("${peer}"); print(help(p.request)); print(help(p)); print(help(p.timeline.last)); print(help(piece(0)));`,
      torrent.file,
      "--script",
      "-",
    );
    expect([status, stderr]).toEqual([0, ""]);
    for (const part of [
      "contact(host, port, {",
      "piece(index)",
      "peer.piece(piece, begin, block)",
      "peer.unchoke()",
      "peer.request(piece, begin, length)",
      ".keepAlive()",
      "m.block".slice(1),
      ".verify()",
    ])
      expect(stdout).toContain(part);
    expect((await fed('help("nothing like that")', torrent.file, "--script", "-")).stderr).toContain(
      "available() lists all names",
    );
  });

  it("is not needed to iterate over the results of timeline and lint: they are arrays that print as tables", async () => {
    const { torrent, peer } = await scene();
    const source = `const p = await contact("${peer}"); p.haveNone(); p.choke(); p.choke(); p.have(999);
print(lint(p).length, lint(p).map((finding) => finding.rule).join(), timeline(p, { last: 1 })[0].type, Array.isArray(timeline(p)));
console.log(lint(p)); print(String(timeline(p)).split("\\n").length > 5);`;
    const { status, stdout, stderr } = await fed(source, torrent.file, "--script", "-");
    const [first, ...rest] = stdout.trimEnd().split("\n");
    expect([status, stderr, first, rest.at(-1)]).toEqual([
      0,
      "",
      expect.stringMatching(/^[23] .*pieces\.have-range.* have true$/),
      "true",
    ]);
    expect(rest[0]).toMatch(/^seconds +/);
  });

  it("rejects at once when files cannot be kept", async () => {
    const { torrent } = await scene();
    const { status, stderr } = await fed("1", torrent.file, "--store", "--path", torrent.file);
    expect([status, stderr]).toEqual([1, expect.stringMatching(/^millrace: cannot .*\n$/)]);
  });
});

describe("millrace console, its command line", () => {
  it.each([
    [[], "a torrent file or a magnet link is missing"],
    [["x.torrent", "y.torrent"], "only one torrent can be given"],
    [["x.torrent", "--path", "d"], "--path requires --store"],
    [["x.torrent", "--port", "1"], "--port requires --accept"],
    [["--replay", "a", "--between", "1"], "cannot be used together"],
    [["--replay", "a", "--store"], "--store cannot be used with --replay"],
    [["--between", "0"], "--between: the target is missing"],
    [["--between", "0", "127.0.0.1"], "--between"],
  ])("refuses %j", async (args, message) => {
    const { status, stderr } = await millrace("console", ...args);
    expect([status, stderr.split("\n").length]).toEqual([2, 2]);
    expect(stderr).toContain(message);
  });

  it("prints the same screen from a recording as live", async () => {
    const { folder, torrent, peer } = await scene();
    const record = join(folder, "session.jsonl");
    const show = "for (const one of peers) print(timeline(one)); print(lint()); print(table(peers));\n";
    const talk = `const p = await contact("${peer}"); p.interested(); await p.next("unchoke"); p.request(0, 0); await p.next("piece");
p.unchoke(); p.unchoke(); p.have(77); p.raw("00000003 0e 00 00"); await p.next("closed");\n`;
    const live = await fed(talk + show, torrent.file, "--script", "-", "--record", record);
    expect([live.status, live.stderr]).toEqual([0, ""]);
    const told = await fed(`end();\n${show}`, "--replay", record, "--script", "-");
    expect(told).toEqual(live);
    expect((await millrace("inspect", record, "--lint", "--strict")).status).toBe(1);
    // It is not overwritten by mistake.
    const again = await fed(show, torrent.file, "--script", "-", "--record", record);
    expect([again.status, again.stderr]).toEqual([1, expect.stringContaining("exists")]);
  });

  it("steps through a recording, forward and back", async () => {
    const { folder, torrent, peer } = await scene();
    const record = join(folder, "session.jsonl");
    await fed(
      `const p = await contact("${peer}"); p.haveNone(); await sleep(0.2);`,
      torrent.file,
      "--script",
      "-",
      "--record",
      record,
    );
    const { status, stdout, stderr } = await fed(
      "peers\nstep(2)\npeers.length\nback(2)\npeers.length\nend()\npeer.isClosed\ncontact()\npeer.choke()\n",
      "--replay",
      record,
    );
    const lines = stdout.trimEnd().split("\n");
    expect(status).toBe(1);
    expect(lines[0]).toBe("the list is empty");
    expect(lines.filter((line) => line === "1" || line === "0")).toEqual(["1", "0"]);
    expect(lines.at(-1)).toBe("true");
    expect(stderr.trimEnd().split("\n")).toEqual([
      expect.stringContaining("line 8: there is no contact here"),
      expect.stringContaining("line 9: peer has no choke()"),
    ]);
  });
});
