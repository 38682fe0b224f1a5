import { once } from "node:events";
import { createServer } from "node:http";
import { afterEach } from "vitest";

/** What a tracker was told: an announce without an event has none. */
export interface Announce {
  readonly event: string | undefined;
  readonly port: number;
  readonly infoHash: string;
}

const closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** An HTTP tracker that knows no peers and keeps what it was told, in order. */
export class AnnounceLog {
  readonly url: string;
  readonly announces: Announce[] = [];

  private constructor(port: number) {
    this.url = `http://127.0.0.1:${port}/announce`;
  }

  static async listen(): Promise<AnnounceLog> {
    const server = createServer((request, response) => {
      const query = new URL(request.url ?? "", "http://localhost").searchParams;
      const [, infoHash = ""] = /[?&]info_hash=([^&]*)/.exec(request.url ?? "") ?? [];
      log.announces.push({ event: query.get("event") ?? undefined, port: Number(query.get("port")), infoHash });
      response.end("d8:intervali1800e5:peers0:e");
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    closers.push(() => {
      server.close();
      server.closeAllConnections();
    });
    const address = server.address();
    const log = new AnnounceLog(typeof address === "object" && address !== null ? address.port : 0);
    return log;
  }

  /** Ports by event. */
  ports(event: string): number[] {
    return this.announces.filter((announce) => announce.event === event).map(({ port }) => port);
  }
}
