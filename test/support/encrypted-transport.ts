import type { Endpoint, PeerAddress } from "../../src/base/index.ts";
import {
  Connector,
  AcceptingSide,
  MseSession,
  PeerConnector,
  type Connection,
  type DialOptions,
  type MseRuntime,
  type Transport,
  type TransportKind,
} from "../../src/transport/index.ts";
import { encodeHandshake } from "../../src/wire/index.ts";

const infoHash = new Uint8Array(20).fill(1);
const handshake = encodeHandshake({ infoHash, peerId: new Uint8Array(20).fill(2) });

/** Another transport whose connections are encrypted with RC4. The dialer's BitTorrent handshake is left out. */
export class EncryptedTransport implements Transport {
  readonly #runtime: MseRuntime;
  readonly #inner: Transport;
  readonly #sessions = new Set<MseSession>();

  constructor(runtime: MseRuntime, inner: Transport) {
    this.#runtime = runtime;
    this.#inner = inner;
  }

  get kind(): TransportKind {
    return this.#inner.kind;
  }

  canDial(address: PeerAddress): boolean {
    return this.#inner.canDial(address);
  }

  async dial(address: PeerAddress, options: DialOptions): Promise<Connection> {
    const connector = new PeerConnector(
      this.#runtime,
      new Connector(this.#runtime.clock, [this.#inner]),
      () => "required",
    );
    return (await connector.dial(address, { ...options, handshake })).connection;
  }

  listen(onConnection: (connection: Connection) => void): Promise<Endpoint | undefined> {
    return this.#inner.listen((connection) => {
      const side = new AcceptingSide(this.#runtime, { policy: "required", findTorrent: () => infoHash });
      const bare = {
        push: (chunk: Uint8Array) => {
          const { send, result } = side.push(chunk);
          return { send, result: result && { ...result, initialPayload: new Uint8Array(0) } };
        },
      };
      const session = new MseSession(this.#runtime.clock, connection, bare, undefined, {
        done: (stream) => {
          this.#sessions.delete(session);
          onConnection(stream);
        },
        failed: () => void this.#sessions.delete(session),
      });
      this.#sessions.add(session);
    });
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}
