import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { bin } from "../cli/command-line.ts";
import { torrentOf, writeRandom } from "../support/clients.ts";
import { Lan, lackingLan, type LanHost } from "../support/lan.ts";
import { startOnLan, type LanTask } from "../support/lan-clients.ts";
import { PacketCapture, type Packet } from "../support/packet-capture.ts";
import { eventually } from "../support/process.ts";
import { because, missing } from "../support/programs.ts";
import { sha256 } from "../support/real-clients.ts";
import { tempFolder } from "../support/temp-folder.ts";

const lacking = [...lackingLan, ...missing("transmission-daemon")];

type Theirs = NonNullable<LanTask["encryption"]>;
type Ours = "disabled" | "allowed" | "preferred" | "required";

/** How the connection begins on the wire, plain or encrypted, and whether Millrace closes it without any reply. */
type Outcome = "plain" | "encrypted" | "plain, refused" | "encrypted, refused";

const CASES: readonly (readonly [Theirs, Ours, Outcome])[] = [
  ["required", "required", "encrypted"],
  ["required", "preferred", "encrypted"],
  ["required", "allowed", "encrypted"],
  ["required", "disabled", "encrypted, refused"],
  ["preferred", "required", "encrypted"],
  ["preferred", "preferred", "encrypted"],
  ["preferred", "allowed", "encrypted"],
  ["preferred", "disabled", "plain"],
  // As it tolerates encryption only, it does not dial once more with it.
  ["tolerated", "required", "plain, refused"],
  ["tolerated", "preferred", "plain"],
  ["tolerated", "allowed", "plain"],
  ["tolerated", "disabled", "plain"],
];
const THEIRS = ["required", "preferred", "tolerated"] as const;
const OURS = ["disabled", "allowed", "preferred", "required"] as const;

const isRefused = (theirs: Theirs, ours: Ours): boolean =>
  CASES.some((each) => each[0] === theirs && each[1] === ours && each[2].endsWith("refused"));

/** A torrent for one combination, which only its seed has. */
interface Content {
  readonly file: string;
  readonly hash: string;
  readonly name: string;
}

/** The outcome of each combination, by `THEIRS OURS`. */
const outcomes = new Map<string, PromiseSettledResult<Outcome>>();

// Transmission does not dial loopback addresses.
describe.skipIf(lacking.length > 0)(`Transmission dials${because(lacking)}`, () => {
  // All combinations at the same time, before the tests: the clients wait for their timers most of the time.
  beforeAll(async () => {
    const lan = new Lan();
    const home = await tempFolder();
    const tracker = lan.host();
    const url = `http://${tracker.ip}:6969/announce`;
    const contents = new Map<string, Content>();
    for (const [theirs, ours] of CASES)
      contents.set(`${theirs} ${ours}`, await content(join(home, `seed-${ours}`), `${theirs}-${ours}.bin`, url));
    const server = tracker.run(process.execPath, [bin, "tracker", "--http", "0.0.0.0:6969"]);
    await eventually("the tracker runs", () => server.output.includes("6969"));

    const seeds = await Promise.all(
      OURS.map(async (ours) => {
        const torrents = THEIRS.map((theirs) => contents.get(`${theirs} ${ours}`)).filter((each) => each !== undefined);
        const host = lan.host();
        await startSeed(host, ours, join(home, `seed-${ours}`), torrents, url);
        return { ours, host, capture: await PacketCapture.start(host) };
      }),
    );
    await Promise.all(
      THEIRS.map(async (theirs) => {
        const host = lan.host();
        const dir = join(home, `leech-${theirs}`);
        await mkdir(dir);
        const capture = await PacketCapture.start(host);
        const torrents = OURS.map((ours) => contents.get(`${theirs} ${ours}`)).filter((each) => each !== undefined);
        const [source = "", ...more] = torrents.map(({ file }) => file);
        const task = { source, more, dir, home: join(home, `transmission-${theirs}`), encryption: theirs };
        await startOnLan("Transmission", host, task);
        const meetings = seeds.map((seed) => {
          const name = `${theirs}-${seed.ours}.bin`;
          const ours = { ...seed, file: join(home, `seed-${seed.ours}`, name) };
          return outcome({ host, capture, file: join(dir, name) }, ours, isRefused(theirs, seed.ours));
        });
        for (const [index, result] of (await Promise.allSettled(meetings)).entries())
          outcomes.set(`${theirs} ${OURS[index]}`, result);
      }),
    );
  });

  it.each(CASES)("with encryption %s a client with %s: %s", (theirs, ours, expected) => {
    expect(outcomes.get(`${theirs} ${ours}`)).toEqual({ status: "fulfilled", value: expected });
  });
});

async function content(dir: string, name: string, tracker: string): Promise<Content> {
  await writeRandom(dir, { [name]: 200_000 });
  const { file, metainfo } = await torrentOf(join(dir, name), { pieceLength: 16_384, trackers: [[tracker]] });
  return { file, name, hash: metainfo.id.hex };
}

/** Starts Millrace as a seed. Without a tracker of its own it knows no address to dial; it is announced for it. */
async function startSeed(
  host: LanHost,
  ours: Ours,
  dir: string,
  torrents: readonly Content[],
  url: string,
): Promise<void> {
  const flags = ["--dir", dir, "--port", "6881", "--no-trackers", "--no-dht", "--no-lsd", "--no-utp"];
  const files = torrents.map(({ file }) => file);
  const seed = host.run(process.execPath, [bin, "seed", ...files, ...flags, "--encryption", ours, "--json"]);
  const names = new Set<string>();
  seed.lines((line) => {
    const { event, name } = JSON.parse(line) as { event: string; name?: string };
    if (event === "complete" && name !== undefined) names.add(name);
  });
  await eventually("Millrace seeds", () => torrents.every(({ name }) => names.has(name)));
  const queries = torrents.map(
    ({ hash }) =>
      `info_hash=${hash.replaceAll(/../g, "%$&")}&peer_id=-XX0000-000000000000&port=6881&uploaded=0&downloaded=0&left=0&compact=1`,
  );
  const script = `for (const query of ${JSON.stringify(queries)}) await (await fetch("${url}?" + query)).text();`;
  const announce = host.run(process.execPath, ["--input-type=module", "-e", script]);
  if ((await announce.exit()) !== 0) throw announce.failure("did not announce");
}

/** A client of one combination. */
interface Side {
  readonly host: LanHost;
  readonly capture: PacketCapture;
  /** The file of the combination: that which Millrace has, or which Transmission downloads. */
  readonly file: string;
}

/**
 * How the connections of Transmission to Millrace began and ended, by the packets that each host has sent. It ends when
 * the file is there, or (`untilClosed`) when Millrace has closed a connection on which Transmission has sent something.
 */
async function outcome(theirs: Side, ours: Side, untilClosed: boolean): Promise<Outcome> {
  const sent = (from: Side, to: Side): readonly Packet[] =>
    from.capture.packets.filter((each) => each.to === to.host.ip);
  const said = (from: Side, to: Side): readonly Packet[] => sent(from, to).filter(({ payload }) => payload.length > 0);
  const isClosed = (): boolean => said(theirs, ours).length > 0 && sent(ours, theirs).some(({ closes }) => closes);
  const isDone = async (): Promise<boolean> =>
    existsSync(theirs.file) && (await sha256(theirs.file)) === (await sha256(ours.file));
  await eventually(`${theirs.file} is complete or refused`, async () => (untilClosed ? isClosed() : isDone()));
  expect(sent(theirs, ours).some(({ opens }) => opens)).toBe(true);
  const isPlain = said(theirs, ours).some(({ payload }) => payload.includes("BitTorrent protocol"));
  const kind = isPlain ? "plain" : "encrypted";
  // A connection that is refused gets no reply at all.
  return said(ours, theirs).length === 0 && !(await isDone()) ? `${kind}, refused` : kind;
}
