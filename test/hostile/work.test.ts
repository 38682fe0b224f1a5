import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { scriptOf } from "../../bench/lib/flood-scripts.ts";
import type { FloodName } from "../../bench/lib/floods.ts";
import { encodeInterested, encodeRequest } from "../../src/wire/index.ts";
import { addressOf, FloodPeer } from "../support/flood-peer.ts";
import { LARGE_PIECE, AttackedClient } from "../support/attacked-client.ts";
import { TurnMeter, unitOfWork } from "../support/turn-meter.ts";

/**
 * CPU for the longest turn, in units of work of this machine: some 240 ms on one of 2024. Turns take up to half of that
 * on a quiet machine; a busy second thread on the same core can double the CPU time of the same work. Unbounded work
 * takes seconds.
 */
const MAX_TURN_UNITS = 40;
const UNIT_MS = unitOfWork();
const PIECES = 1_000_000;
const FLOOD_MS = 1_200;
const MIB = 1024 * 1024;

interface Case {
  readonly flood: FloodName;
  readonly peers: number;
  /** Bytes that each peer sends, at most: this ends the test if the work is unbounded. */
  readonly most: number;
}

/** Connects the peers, sends their opening, then the flood. Returns the longest turn in milliseconds. */
async function runFlood(attacked: AttackedClient, { flood, peers, most }: Case): Promise<number> {
  const { opening, ring, isFast, isDeaf } = scriptOf(flood, {
    pieces: attacked.victim.pieceCount,
    pieceLength: attacked.victim.pieceLength,
  });
  const attackers = await Promise.all(
    Array.from({ length: peers }, (_, index) =>
      FloodPeer.meet(attacked.port, attacked.infoHash, { from: addressOf(index), fast: isFast, isDeaf }),
    ),
  );
  expect(attackers.every(({ isIn }) => isIn)).toBe(true);
  for (const { socket } of attackers) if (opening.length > 0) socket.write(opening);
  // The work for the opening, such as a bitfield of a million pieces, does not count.
  await sleep(200);
  const meter = new TurnMeter();
  const end = performance.now() + FLOOD_MS;
  await Promise.all(attackers.map((attacker) => attacker.pour(ring, most, () => performance.now() > end)));
  await sleep(100);
  meter.stop();
  return meter.longest;
}

describe("a turn of the event loop stays short under a flood, and a download completes beside it:", () => {
  it.each<Case>([
    { flood: "have-all", peers: 2, most: 16 * 1024 },
    { flood: "have", peers: 4, most: 16 * MIB },
    { flood: "bitfield", peers: 4, most: 32 * MIB },
    { flood: "choke", peers: 4, most: MIB },
    { flood: "extended", peers: 4, most: 128 * 1024 },
    { flood: "fast", peers: 4, most: 4 * MIB },
    { flood: "reject", peers: 4, most: 8 * MIB },
    { flood: "metadata", peers: 8, most: MIB },
  ])("$flood, a torrent of a million pieces", async (scene) => {
    const attacked = await AttackedClient.large(PIECES);
    expect(attacked.victim.pieceLength).toBe(LARGE_PIECE);
    expect(await runFlood(attacked, scene)).toBeLessThan(MAX_TURN_UNITS * UNIT_MS);
    expect(await attacked.completes()).toBe(true);
  });

  it.each<Case>([
    { flood: "interest", peers: 8, most: 4 * MIB },
    { flood: "unknown", peers: 8, most: 16 * MIB },
    { flood: "requests", peers: 8, most: 4 * MIB },
    { flood: "unread", peers: 16, most: 4 * MIB },
  ])("$flood, a torrent that is seeded", async (scene) => {
    const attacked = await AttackedClient.same({ seeding: true });
    expect(await runFlood(attacked, scene)).toBeLessThan(MAX_TURN_UNITS * UNIT_MS);
    // Beside a seed, the honest peer downloads from it.
    const honest = await attacked.tested.dial();
    honest.send(encodeInterested());
    await honest.until(() => honest.heardOf("unchoke").length === 1);
    honest.send(encodeRequest(1, 0, LARGE_PIECE));
    await honest.until(() => honest.heardOf("piece").length === 1);
  });
});
