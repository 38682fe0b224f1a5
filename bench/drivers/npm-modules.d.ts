// Types of the used parts of npm packages that have no types. `npm run bench -- setup` installs the packages.
declare module "webtorrent" {
  import type { EventEmitter } from "node:events";
  export interface WebTorrentTorrent extends EventEmitter {
    readonly done: boolean;
    readonly progress: number;
    addPeer(address: string): boolean;
  }
  export default class WebTorrent extends EventEmitter {
    constructor(options: object);
    readonly listening: boolean;
    add(torrent: Uint8Array, options: object, ready?: (torrent: WebTorrentTorrent) => void): WebTorrentTorrent;
  }
}

declare module "create-torrent" {
  export default function createTorrent(
    path: string,
    options: object,
    done: (error: Error | null, torrent: Uint8Array) => void,
  ): void;
}

declare module "bencode" {
  const bencode: { decode(data: Uint8Array): unknown; encode(value: unknown): Uint8Array };
  export default bencode;
}

declare module "parse-torrent" {
  export default function parseTorrent(torrent: Uint8Array): Promise<unknown>;
}

declare module "bittorrent-protocol" {
  import type { Duplex } from "node:stream";
  export default class Wire extends Duplex {
    constructor(type?: string, retries?: number);
    handshake(infoHash: string, peerId: string): void;
    request(piece: number, begin: number, length: number, done: () => void): void;
  }
}

declare module "bittorrent-tracker" {
  import type { EventEmitter } from "node:events";
  export class Server extends EventEmitter {
    constructor(options: object);
    listen(
      port: number,
      hosts: { readonly http: string; readonly udp: string; readonly udp6: string },
      ready: () => void,
    ): void;
  }
}
