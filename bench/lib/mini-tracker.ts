/**
 * A tracker that returns the same peers to every client: the way to name a peer to clients without an option for it.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { encode } from "../../src/bencode/index.ts";

export class MiniTracker {
  /** Ports on 127.0.0.1. A client that listens on one of them gets no peers: only the other end dials. */
  ports: readonly number[] = [];
  /** Ports of all announces. */
  readonly seen = new Set<number>();
  readonly #server = createServer((request, response) => {
    const own = Number(new URL(request.url ?? "/", "http://localhost").searchParams.get("port"));
    this.seen.add(own);
    const told = this.ports.includes(own) ? [] : this.ports;
    const peers = Buffer.concat(told.map((port) => Buffer.from([127, 0, 0, 1, port >> 8, port & 255])));
    const body = encode({ interval: 1800, complete: told.length, incomplete: 1, peers });
    response.writeHead(200, { "content-type": "text/plain", "content-length": body.length, connection: "close" });
    response.end(body);
  });

  /** Its announce URL. */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => {
      this.#server.listen(0, "127.0.0.1", resolve);
    });
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/announce`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
