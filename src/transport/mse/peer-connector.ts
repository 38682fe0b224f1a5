import { addressKey, RecentMap, viewBytes, type PeerAddress } from "../../base/index.ts";
import { MSE_PLAINTEXT, MSE_RC4, WIRE_INFO_HASH_AT } from "../../wire/index.ts";
import type { Connector } from "../connector.ts";
import { MAX_KNOWN_WAYS } from "../limits.ts";
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
  /**
   * Dials the peer once more in another way: with encryption. To be called when the BitTorrent handshake has failed and
   * the peer may have closed the connection because it was not encrypted. `undefined` when there is no other way.
   */
  readonly otherwise?: (() => Promise<DialedPeer>) | undefined;
}

/** How to begin a connection. */
type Way = "plain" | "encrypted";

/**
 * Connects to peers, encrypted or not according to the policy. `"preferred"` begins with encryption and connects once
 * more without when that fails; `"allowed"` the other way round. The peers with which only the second way succeeded are
 * remembered: the next dial begins with it.
 */
export class PeerConnector {
  readonly #runtime: MseRuntime;
  readonly #connector: Pick<Connector, "dial" | "prefer" | "failed">;
  readonly #policy: () => EncryptionPolicy;
  /** The way to begin with, for peers where it is not that of the policy. */
  readonly #ways = new RecentMap<string, Way>(MAX_KNOWN_WAYS);

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

  /** Notes that a peer is said to prefer encryption: with the policy `"allowed"`, the next dial begins with it. */
  preferEncryption(address: PeerAddress): void {
    if (this.#policy() === "allowed") this.#ways.set(addressKey(address), "encrypted");
  }

  /**
   * Connects to a peer and exchanges the encryption handshake, or leaves it out. Rejects with the errors of
   * {@link Connector.dial}, and PeerError `mse.*` when encryption is required and fails.
   */
  async dial(address: PeerAddress, options: PeerDialOptions): Promise<DialedPeer> {
    const policy = this.#policy();
    const key = addressKey(address);
    if (policy === "disabled") return this.#dialPlain(address, options);
    const known = this.#ways.get(key);
    if (policy === "preferred" && known === "plain")
      return this.#dialPlain(address, options, (isComplete) => this.#note(key, "plain", isComplete));
    if (policy === "allowed" && known !== "encrypted") {
      const connection = await this.#connector.dial(address, options);
      return {
        connection,
        isHandshakeSent: false,
        report: () => undefined,
        otherwise: async () => ({
          ...(await this.#dialEncrypted(address, options, policy)),
          report: (isComplete) => this.#note(key, "encrypted", isComplete),
        }),
      };
    }
    if (policy === "required") return this.#dialEncrypted(address, options, policy);
    const connection = await this.#connector.dial(address, options);
    try {
      const dialed = await this.#encrypted(connection, options, policy);
      return policy === "preferred"
        ? dialed
        : { ...dialed, report: (isComplete) => this.#note(key, "encrypted", isComplete) };
    } catch (error) {
      if (options.signal.aborted) throw error;
      this.#ways.delete(key);
      return this.#dialPlain(address, options, (isComplete) => {
        if (policy === "preferred") this.#note(key, "plain", isComplete);
      });
    }
  }

  async #dialPlain(
    address: PeerAddress,
    options: PeerDialOptions,
    report: (isComplete: boolean) => void = () => undefined,
  ): Promise<DialedPeer> {
    const connection = await this.#connector.dial(address, options);
    return {
      connection,
      isHandshakeSent: false,
      report: (isComplete) => {
        // The peer may accept connections of the other transport only.
        if (!isComplete) this.#connector.failed(address, connection.kind);
        report(isComplete);
      },
    };
  }

  async #dialEncrypted(
    address: PeerAddress,
    options: PeerDialOptions,
    policy: "allowed" | "required",
  ): Promise<DialedPeer> {
    const connection = await this.#connector.dial(address, options);
    try {
      return await this.#encrypted(connection, options, policy);
    } catch (error) {
      if (!options.signal.aborted) this.#connector.failed(address, connection.kind);
      throw error;
    }
  }

  async #encrypted(
    connection: Connection,
    { handshake, signal }: PeerDialOptions,
    policy: Exclude<EncryptionPolicy, "disabled">,
  ): Promise<DialedPeer> {
    return {
      connection: await encryptOutgoing(this.#runtime, connection, {
        infoHash: viewBytes(handshake, WIRE_INFO_HASH_AT, WIRE_INFO_HASH_AT + 20),
        provide: policy === "required" ? MSE_RC4 : MSE_RC4 | MSE_PLAINTEXT,
        initialPayload: handshake,
        signal,
      }),
      isHandshakeSent: true,
      report: () => undefined,
    };
  }

  /** Remembers the way that succeeded; after a failure the peer may want the other one now. */
  #note(key: string, way: Way, isComplete: boolean): void {
    if (isComplete) this.#ways.set(key, way);
    else this.#ways.delete(key);
  }
}
