import type { IpFamily } from "../../base/index.ts";
import type { Random } from "../../runtime/index.ts";
import type { AnnounceEvent, ScrapeEntry } from "../codec/index.ts";
import { PeerTable } from "./peer-table.ts";

const NO_PEERS = new Uint8Array(0);

/**
 * The peers of a torrent, in tables by IP family and kind. A table is created when it is needed: most torrents have one
 * or two.
 */
interface Swarm {
  readonly seeders: [PeerTable | undefined, PeerTable | undefined];
  readonly leechers: [PeerTable | undefined, PeerTable | undefined];
  completed: number;
}

/** The maximum numbers of torrents and peers in {@link Swarms}. */
export interface SwarmLimits {
  readonly maxTorrents: number;
  readonly maxPeersPerTorrent: number;
  readonly maxPeers: number;
}

/** The fields of an announce, already checked. */
export interface SwarmAnnounce {
  /** The info-hash as 20 characters, one for each byte. */
  readonly infoHash: string;
  readonly family: IpFamily;
  /**
   * The IP address and port in compact form, 6 or 18 bytes. A client with port 0 does not listen: it gets peers, but is
   * not listed.
   */
  readonly compact: Uint8Array;
  readonly peerId: Uint8Array;
  readonly isSeeder: boolean;
  readonly event: AnnounceEvent | undefined;
  /** The maximum number of peers in the reply. */
  readonly numWant: number;
  /** Whether to fill the reply with peers of the other IP family (HTTP has a key for them, UDP has none). */
  readonly bothFamilies: boolean;
  readonly withPeerIds: boolean;
}

/** The reply to an announce. Byte fields are views of buffers that the next announce overwrites. */
export interface SwarmReply {
  seeders: number;
  leechers: number;
  completed: number;
  peers4: Uint8Array;
  peers6: Uint8Array;
  /** The peer ids of `peers4`, 20 bytes each; empty unless requested. */
  peerIds4: Uint8Array;
  /** The peer ids of `peers6`, 20 bytes each; empty unless requested. */
  peerIds6: Uint8Array;
}

/** The numbers of torrents, peers and completed downloads in all swarms. */
export interface SwarmTotals {
  readonly torrents: number;
  readonly seeders: number;
  readonly leechers: number;
  /** The number of downloads completed since the server started. */
  readonly completed: number;
}

/** All torrents of a tracker with their peers, in memory. Times are in whole seconds. */
export class Swarms {
  readonly #limits: SwarmLimits;
  readonly #swarms = new Map<string, Swarm>();
  readonly #seed: number;
  readonly #out: readonly [Uint8Array, Uint8Array];
  readonly #ids: readonly [Uint8Array, Uint8Array];
  readonly #reply: SwarmReply = {
    seeders: 0,
    leechers: 0,
    completed: 0,
    peers4: NO_PEERS,
    peers6: NO_PEERS,
    peerIds4: NO_PEERS,
    peerIds6: NO_PEERS,
  };
  #state: number;
  #seeders = 0;
  #leechers = 0;
  #completed = 0;

  constructor(limits: SwarmLimits, maxNumWant: number, random: Random) {
    this.#limits = limits;
    this.#seed = random.below(2 ** 32);
    this.#state = 1 + random.below(2 ** 32 - 1);
    this.#out = [new Uint8Array(6 * maxNumWant), new Uint8Array(18 * maxNumWant)];
    this.#ids = [new Uint8Array(20 * maxNumWant), new Uint8Array(20 * maxNumWant)];
  }

  get totals(): SwarmTotals {
    return {
      torrents: this.#swarms.size,
      seeders: this.#seeders,
      leechers: this.#leechers,
      completed: this.#completed,
    };
  }

  /**
   * Stores the peer and returns other peers. A client with `left=0` gets leechers first, then seeders up to the maximum
   * number. It also gets seeders because some clients with a magnet link, such as aria2, send `left=0` before they have
   * the metadata. Returns `undefined` when the maximum number of torrents is reached.
   */
  announce(request: SwarmAnnounce, seconds: number): SwarmReply | undefined {
    let swarm = this.#swarms.get(request.infoHash);
    if (swarm === undefined) {
      if (this.#swarms.size >= this.#limits.maxTorrents) return undefined;
      swarm = { seeders: [undefined, undefined], leechers: [undefined, undefined], completed: 0 };
      if (request.event !== "stopped") this.#swarms.set(request.infoHash, swarm);
    }
    const own = this.#note(swarm, request, seconds);
    const reply = this.#reply;
    reply.seeders = count(swarm.seeders);
    reply.leechers = count(swarm.leechers);
    reply.completed = swarm.completed;
    reply.peers4 = NO_PEERS;
    reply.peers6 = NO_PEERS;
    reply.peerIds4 = NO_PEERS;
    reply.peerIds6 = NO_PEERS;
    if (request.event !== "stopped") this.#choose(swarm, request, own, reply);
    return reply;
  }

  scrape(infoHash: string): ScrapeEntry | undefined {
    const swarm = this.#swarms.get(infoHash);
    return swarm === undefined
      ? undefined
      : { seeders: count(swarm.seeders), leechers: count(swarm.leechers), completed: swarm.completed };
  }

  /** Yields the counts of all torrents, for a full scrape. */
  *all(): Generator<[string, ScrapeEntry], void, undefined> {
    for (const [infoHash, swarm] of this.#swarms)
      yield [infoHash, { seeders: count(swarm.seeders), leechers: count(swarm.leechers), completed: swarm.completed }];
  }

  /**
   * Removes peers whose last announce was before `seconds`, and torrents without peers unless they have completed
   * downloads.
   */
  expire(seconds: number): void {
    for (const [infoHash, swarm] of this.#swarms) {
      for (const table of swarm.seeders) this.#seeders -= table?.expire(seconds) ?? 0;
      for (const table of swarm.leechers) this.#leechers -= table?.expire(seconds) ?? 0;
      const empty = count(swarm.seeders) + count(swarm.leechers) === 0;
      if (empty && (swarm.completed === 0 || this.#swarms.size > this.#limits.maxTorrents / 2))
        this.#swarms.delete(infoHash);
    }
  }

  /**
   * Adds the peer, moves it between seeders and leechers, or removes it. Returns its record number in the table that
   * has it now, or -1.
   */
  #note(swarm: Swarm, request: SwarmAnnounce, seconds: number): number {
    const side = request.family === 4 ? 0 : 1;
    const seeders = swarm.seeders[side];
    const leechers = swarm.leechers[side];
    const asSeeder = seeders?.find(request.compact) ?? -1;
    const asLeecher = leechers?.find(request.compact) ?? -1;
    const gone = request.event === "stopped";
    if (asSeeder >= 0 && (gone || !request.isSeeder)) {
      seeders?.removeAt(asSeeder);
      this.#seeders--;
    }
    if (asLeecher >= 0 && (gone || request.isSeeder)) {
      leechers?.removeAt(asLeecher);
      this.#leechers--;
      // Only a known leecher can complete, and only once: repeating the event does not increase the count.
      if (request.event === "completed") {
        swarm.completed++;
        this.#completed++;
      }
    }
    if (gone || portOf(request.compact) === 0) return -1;
    const record = request.isSeeder ? asSeeder : asLeecher;
    if (record >= 0) {
      (request.isSeeder ? seeders : leechers)?.touch(record, request.peerId, seconds);
      return record;
    }
    return this.#enter(swarm, side, request, seconds);
  }

  #enter(swarm: Swarm, side: 0 | 1, request: SwarmAnnounce, seconds: number): number {
    const known = (swarm.seeders[side]?.count ?? 0) + (swarm.leechers[side]?.count ?? 0);
    if (known >= this.#limits.maxPeersPerTorrent || this.#seeders + this.#leechers >= this.#limits.maxPeers) return -1;
    const tables = request.isSeeder ? swarm.seeders : swarm.leechers;
    const table = (tables[side] ??= new PeerTable(side === 0 ? 6 : 18, this.#seed));
    const record = table.add(request.compact, request.peerId, seconds);
    if (request.isSeeder) this.#seeders++;
    else this.#leechers++;
    return record;
  }

  #choose(swarm: Swarm, request: SwarmAnnounce, own: number, reply: SwarmReply): void {
    const side = request.family === 4 ? 0 : 1;
    const counts: [number, number] = [0, 0];
    if (request.isSeeder) {
      this.#take(swarm.leechers, side, request, request.numWant, -1, counts);
      this.#take(swarm.seeders, side, request, request.numWant - counts[0] - counts[1], own, counts);
    } else this.#mix(swarm, side, request, own, counts);
    if (counts[0] > 0) reply.peers4 = this.#out[0].subarray(0, counts[0] * 6);
    if (counts[1] > 0) reply.peers6 = this.#out[1].subarray(0, counts[1] * 18);
    if (!request.withPeerIds) return;
    reply.peerIds4 = this.#ids[0].subarray(0, counts[0] * 20);
    reply.peerIds6 = this.#ids[1].subarray(0, counts[1] * 20);
  }

  /**
   * Adds up to `want` seeders or leechers to the reply, those of the client's IP family first. `own` is the client's
   * record number in that table, or -1.
   */
  #take(
    tables: Swarm["seeders"],
    side: 0 | 1,
    request: SwarmAnnounce,
    want: number,
    own: number,
    counts: [number, number],
  ): void {
    const taken = this.#sample(tables[side], side, request, want, own, counts);
    const other = side === 0 ? 1 : 0;
    if (request.bothFamilies) this.#sample(tables[other], other, request, want - taken, -1, counts);
  }

  /**
   * Adds seeders and leechers to the reply in proportion to their numbers, then peers of the other IP family up to the
   * maximum number.
   */
  #mix(swarm: Swarm, side: 0 | 1, request: SwarmAnnounce, own: number, counts: [number, number]): void {
    this.#mixOf(swarm, side, request, request.numWant, own, counts);
    if (request.bothFamilies)
      this.#mixOf(swarm, side === 0 ? 1 : 0, request, request.numWant - counts[side], -1, counts);
  }

  #mixOf(swarm: Swarm, side: 0 | 1, request: SwarmAnnounce, want: number, own: number, counts: [number, number]): void {
    const seeders = swarm.seeders[side];
    const leechers = swarm.leechers[side];
    const seederCount = seeders?.count ?? 0;
    const all = seederCount + (leechers?.count ?? 0) - (own >= 0 ? 1 : 0);
    const fromSeeders = this.#sample(
      seeders,
      side,
      request,
      all <= want ? seederCount : Math.round((want * seederCount) / all),
      -1,
      counts,
    );
    this.#sample(leechers, side, request, want - fromSeeders, own, counts);
  }

  /** Adds up to `want` peers of one table to the reply; returns the number added. */
  #sample(
    table: PeerTable | undefined,
    side: 0 | 1,
    request: SwarmAnnounce,
    want: number,
    except: number,
    counts: [number, number],
  ): number {
    if (table === undefined || want <= 0) return 0;
    const taken = table.sample(
      this.#out[side],
      counts[side],
      want,
      except,
      this.#random,
      request.withPeerIds ? this.#ids[side] : undefined,
    );
    counts[side] += taken;
    return taken;
  }

  /**
   * Returns a random number from 0 up to, but not including, 1. It uses a fast generator (xorshift, seeded by the
   * runtime), because an attacker gains nothing by predicting which peers a reply contains.
   */
  readonly #random = (): number => {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state;
    return (state >>> 0) / 2 ** 32;
  };
}

function count(tables: readonly [PeerTable | undefined, PeerTable | undefined]): number {
  return (tables[0]?.count ?? 0) + (tables[1]?.count ?? 0);
}

function portOf(compact: Uint8Array): number {
  return ((compact[compact.length - 2] ?? 0) << 8) | (compact[compact.length - 1] ?? 0);
}
