import { addressKey, RecentMap, viewBytes, type PeerAddress } from "../../base/index.ts";
import { MSE_PLAINTEXT, MSE_RC4, WIRE_INFO_HASH_AT } from "../../wire/index.ts";
import type { Connector } from "../connector.ts";
import { MAX_PLAIN_PEERS } from "../limits.ts";
import type { Connection, DialOptions, TransportKind } from "../transport.ts";
import type { MseRuntime } from "./mse-session.ts";
import type { EncryptionPolicy } from "./policy.ts";
import { encryptOutgoing } from "./shake.ts";

/** Options of {@link PeerConnector.dial}. */
export interface PeerDialOptions extends DialOptions {
  /** This client's BitTorrent handshake, which is sent within the encryption handshake. */
  readonly handshake: Uint8Array;
}

/** A connection to a peer, before the BitTorrent handshake. */
export interface DialedPeer {
  readonly connection: Connection;
  /** Whether this client's BitTorrent handshake has been sent already. */
  readonly isHandshakeSent: boolean;
  /** To be called when the BitTorrent handshake is complete or has failed. */
  readonly report: (isComplete: boolean) => void;
}

/**
 * Connects to peers, encrypted or not according to the policy. When `"preferred"` encryption fails, it connects once
 * more without. The peers with which only that succeeded are remembered: the next dial begins without encryption.
 */
export class PeerConnector {
  readonly #runtime: MseRuntime;
  readonly #connector: Pick<Connector, "dial" | "prefer" | "failed">;
  readonly #policy: () => EncryptionPolicy;
  /** The addresses of peers that do not use encryption. */
  readonly #plain = new RecentMap<string, true>(MAX_PLAIN_PEERS);

  constructor(
    runtime: MseRuntime,
    connector: Pick<Connector, "dial" | "prefer" | "failed">,
    policy: () => EncryptionPolicy,
  ) {
    this.#runtime = runtime;
    this.#connector = connector;
    this.#policy = policy;
  }

  /** Notes that a peer is said to support a transport; see {@link Connector.prefer}. */
  prefer(address: PeerAddress, kind: TransportKind): void {
    this.#connector.prefer(address, kind);
  }

  /**
   * Connects to a peer and exchanges the encryption handshake. Rejects with the errors of {@link Connector.dial}, and
   * PeerError `mse.*` when encryption is required and fails.
   */
  async dial(address: PeerAddress, options: PeerDialOptions): Promise<DialedPeer> {
    const policy = this.#policy();
    const key = addressKey(address);
    if (policy === "disabled" || (policy === "preferred" && this.#plain.has(key)))
      return this.#dialPlain(address, options);
    const connection = await this.#connector.dial(address, options);
    try {
      return {
        connection: await this.#encrypt(connection, options, policy),
        isHandshakeSent: true,
        report: () => undefined,
      };
    } catch (error) {
      if (policy === "required" || options.signal.aborted) throw error;
      return this.#dialPlain(address, options);
    }
  }

  async #dialPlain(address: PeerAddress, options: PeerDialOptions): Promise<DialedPeer> {
    const key = addressKey(address);
    const connection = await this.#connector.dial(address, options);
    return {
      connection,
      isHandshakeSent: false,
      report: (isComplete) => {
        if (isComplete) {
          this.#plain.set(key, true);
          return;
        }
        // The peer may have begun to require encryption, or accept connections of the other transport only.
        this.#plain.delete(key);
        this.#connector.failed(address, connection.kind);
      },
    };
  }

  #encrypt(
    connection: Connection,
    { handshake, signal }: PeerDialOptions,
    policy: "preferred" | "required",
  ): Promise<Connection> {
    return encryptOutgoing(this.#runtime, connection, {
      infoHash: viewBytes(handshake, WIRE_INFO_HASH_AT, WIRE_INFO_HASH_AT + 20),
      provide: policy === "required" ? MSE_RC4 : MSE_RC4 | MSE_PLAINTEXT,
      initialPayload: handshake,
      signal,
    });
  }
}
