/** The floods of `hostile`: the facts that the mode and the driver share. */
import { MIB } from "./units.ts";

/**
 * The attacked torrent: one of a million pieces of which the client has nothing, one that it seeds, or the one that it
 * downloads.
 */
export type Victim = "large" | "seeded" | "honest";

export interface Flood {
  readonly about: string;
  readonly victim: Victim;
  /** Hostile connections at once. */
  readonly peers: number;
  /** All have one address; otherwise each has its own. */
  readonly isShared?: boolean;
  /** The honest seeder dials the client during the flood; otherwise the client dials it. */
  readonly isNewcomer?: boolean;
  /**
   * Bytes a second that all peers together offer; connections a second for `reconnect`. 0: nothing after the opening.
   */
  readonly rate: number;
  /** Bytes after which the flood ends. */
  readonly total?: number;
}

export const FLOODS = {
  "have-all": { about: "have-all, again and again", victim: "large", peers: 4, rate: 20 * MIB },
  have: { about: "have of all pieces in random order, again and again", victim: "large", peers: 8, rate: 20 * MIB },
  bitfield: { about: "bitfields that grow, again and again", victim: "large", peers: 4, rate: 100 * MIB },
  interest: { about: "interested, not interested", victim: "seeded", peers: 8, rate: 10 * MIB },
  choke: { about: "unchoke, choke, after have-all", victim: "large", peers: 8, rate: 10 * MIB },
  extended: {
    about: "extended handshakes with another port each (5,000 are 194 KB)",
    victim: "large",
    peers: 4,
    rate: 10 * MIB,
  },
  unknown: { about: "messages of unknown ids", victim: "seeded", peers: 8, rate: 20 * MIB },
  "silent-one": {
    about: "sockets of one address without a handshake",
    victim: "seeded",
    peers: 400,
    isShared: true,
    isNewcomer: true,
    rate: 0,
  },
  "silent-many": {
    about: "the same, each of its own address",
    victim: "seeded",
    peers: 400,
    isNewcomer: true,
    rate: 0,
  },
  unfinished: { about: "a message of 1 MiB that lacks its last byte", victim: "large", peers: 95, rate: 0 },
  metadata: { about: "requests for metadata of 20 MB", victim: "large", peers: 24, rate: 2 * MIB },
  blocks: {
    about: "600 MB of blocks that were not requested",
    victim: "large",
    peers: 4,
    rate: 200 * MIB,
    total: 600e6,
  },
  requests: { about: "requests and cancels", victim: "seeded", peers: 8, rate: 10 * MIB },
  reconnect: {
    about: "connect, handshake, close",
    victim: "seeded",
    peers: 8,
    isShared: true,
    isNewcomer: true,
    rate: 1000,
  },
  idle: {
    about: "idle peers in all slots of the torrent; a new peer must be accepted",
    victim: "honest",
    peers: 110,
    isNewcomer: true,
    rate: 0,
  },
  fast: { about: "allowed-fast and suggest", victim: "large", peers: 8, rate: 20 * MIB },
  reject: { about: "rejects without a request", victim: "large", peers: 8, rate: 20 * MIB },
  unread: { about: "requests whose replies are not read", victim: "seeded", peers: 20, rate: 20 * MIB },
} as const satisfies Readonly<Record<string, Flood>>;

export type FloodName = keyof typeof FLOODS;
export const FLOOD_NAMES = Object.keys(FLOODS) as FloodName[];

export function isFlood(word: string): word is FloodName {
  return Object.hasOwn(FLOODS, word);
}

/** The job of the driver of the hostile peers. */
export interface FloodJob {
  readonly name: FloodName;
  readonly infoHash: string;
  readonly port: number;
  readonly pieces: number;
  readonly pieceLength: number;
  /** Instead of the rate of the flood. */
  readonly rate: number;
}
