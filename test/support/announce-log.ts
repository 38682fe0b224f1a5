import { once } from "node:events";
import { createServer } from "node:http";
import net from "node:net";
import { afterEach } from "vitest";
import { packEndpoint } from "../../src/base/index.ts";
import { eventually } from "./process.ts";

/** An announce that a tracker received: `event` is absent in a regular one. */
export interface Announce {
  readonly event: string | undefined;
  readonly port: number;
  readonly infoHash: string;
}

const closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** An HTTP tracker that records its announces, in order, and returns one peer, which closes every connection. */
export class AnnounceLog {
  readonly url: string;
  readonly announces: Announce[] = [];
  #visits = 0;

  private constructor(port: number) {
    this.url = `http://127.0.0.1:${port}/announce`;
  }

  static async listen(): Promise<AnnounceLog> {
    const peer = net.createServer((socket) => {
      log.#visits++;
      socket.on("error", () => undefined).destroy();
    });
    const server = createServer((request, response) => {
      const query = new URL(request.url ?? "", "http://localhost").searchParams;
      const [, infoHash = ""] = /[?&]info_hash=([^&]*)/.exec(request.url ?? "") ?? [];
      log.announces.push({ event: query.get("event") ?? undefined, port: Number(query.get("port")), infoHash });
      response.end(
        Buffer.concat([
          Buffer.from("d8:intervali1800e5:peers6:"),
          packEndpoint({ ip: "127.0.0.1", port: portOf(peer) }),
          Buffer.from("e"),
        ]),
      );
    });
    for (const each of [peer, server]) {
      each.listen(0, "127.0.0.1");
      await once(each, "listening");
    }
    closers.push(() => {
      peer.close();
      server.close();
      server.closeAllConnections();
    });
    const log = new AnnounceLog(portOf(server));
    return log;
  }

  /** Resolves when `torrents` torrents have read the reply to `started`: they have dialed the peer in it. */
  async isKnown(torrents = 1): Promise<void> {
    await eventually("the tracker's peer is dialed", () => this.#visits >= torrents);
  }

  /** Ports by event. */
  ports(event: string): number[] {
    return this.announces.filter((announce) => announce.event === event).map(({ port }) => port);
  }
}

function portOf(server: net.Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}
