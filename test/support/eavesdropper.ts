import { createHash } from "node:crypto";
import { once } from "node:events";
import net from "node:net";
import { afterEach } from "vitest";
import { Conversation } from "../../src/console/conversation/conversation.ts";
import type { Finding, Way } from "../../src/console/conversation/entry.ts";
import { createLinter } from "../../src/console/lint/index.ts";
import type { Metainfo } from "../../src/metainfo/index.ts";

/** The byte that a handshake begins with (BEP 3). */
const PROTOCOL_LENGTH = 19;

const open = new Set<Eavesdropper>();

afterEach(async () => {
  await Promise.all([...open].map((pipe) => pipe.close()));
});

export const sha1 = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash("sha1").update(bytes).digest());

/** A proxy between two clients: forwards their bytes, and checks them with the linter. */
export class Eavesdropper {
  readonly port: number;
  /** One for each connection. */
  readonly conversations: Conversation[] = [];
  readonly #server: net.Server;
  readonly #sockets = new Set<net.Socket>();

  private constructor(server: net.Server, port: number) {
    this.#server = server;
    this.port = port;
    open.add(this);
  }

  /**
   * Listens on a free port and joins each connection with one to `target`. Without `metainfo` the linter does not know
   * the torrent.
   */
  static async listen(target: () => number, metainfo: Metainfo | undefined): Promise<Eavesdropper> {
    const server = net.createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const pipe = new Eavesdropper(server, (server.address() as net.AddressInfo).port);
    server.on("connection", (near) => pipe.#join(near, net.connect(target(), "127.0.0.1"), metainfo));
    return pipe;
  }

  get findings(): Finding[] {
    return this.conversations.flatMap(({ findings }) => [...findings]);
  }

  /** Bytes of blocks that have passed. */
  get blockBytes(): number {
    return this.conversations.reduce((sum, { sides }) => sum + sides.out.blockBytes + sides.in.blockBytes, 0);
  }

  /** Closes every connection, and waits until the ends are recorded. */
  async close(): Promise<void> {
    open.delete(this);
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(near: net.Socket, far: net.Socket, metainfo: Metainfo | undefined): void {
    const conversation = new Conversation({ metainfo, linter: createLinter({ sha1 }) });
    this.conversations.push(conversation);
    const pass = (from: net.Socket, to: net.Socket, way: Way): void => {
      this.#sockets.add(from);
      from.on("data", (chunk) => {
        // An encrypted handshake cannot be read: a client that gets no reply to one connects again in plain text.
        if (conversation.entries.length === 0 && chunk[0] !== PROTOCOL_LENGTH) {
          near.destroy();
          return;
        }
        conversation.receive(way, chunk, performance.now());
        if (to.writable && !to.write(chunk)) from.pause();
      });
      to.on("drain", () => from.resume());
      from.on("end", () => to.end());
      from.on("error", () => undefined);
      from.on("close", () => {
        conversation.close(way, "closed", performance.now());
        to.destroy();
        this.#sockets.delete(from);
      });
    };
    pass(near, far, "out");
    pass(far, near, "in");
  }
}
