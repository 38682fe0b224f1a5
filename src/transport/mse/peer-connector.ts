import { addressKey, errorCode, RecentMap, viewBytes, type PeerAddress } from "../../base/index.ts";
import { MSE_PLAINTEXT, MSE_RC4, WIRE_INFO_HASH_AT } from "../../wire/index.ts";
import type { Connector } from "../connector.ts";
import { DIAL_AFTER_REFUSAL_MS, MAX_KNOWN_WAYS } from "../limits.ts";
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
   * To be called when the BitTorrent handshake has failed and the peer may have refused a connection that begins like
   * this one. Returns a function that dials the peer once more in another way: with encryption, or by the other
   * transport. `undefined` when there is no other way after this failure.
   */
  readonly otherwise: (failure: Error) => Redial | undefined;
}

/** Dials a peer once more; rejects as {@link PeerConnector.dial}. */
export type Redial = () => Promise<DialedPeer>;

/** How to begin a connection. */
type Way = "plain" | "encrypted";

/** A peer dialed in one of the ways, by one of the transports. */
type Dialed = Omit<DialedPeer, "otherwise"> & { readonly encrypted?: () => Promise<Dialed> };

/** The dialing of a peer until it succeeds or there is no other way. */
interface Trial extends PeerDialOptions {
  /** The transport of the last connection. */
  kind?: TransportKind;
}

/** The codes of connections that the peer has ended before its handshake. */
const ENDS: ReadonlySet<string | undefined> = new Set(["peer.closed", "mse.closed", "net.reset"]);

/**
 * Connects to peers, encrypted or not according to the policy. `"preferred"` begins with encryption and connects once
 * more without when that fails; `"allowed"` the other way round. The peers with which only the second way succeeded are
 * remembered: the next dial begins with it. When the peer ends the connections of one transport before its handshake,
 * it is dialed by the other one at once: libtorrent accepts TCP connections, and closes them, where it allows uTP only.
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

  /** How connections are encrypted now. */
  get policy(): EncryptionPolicy {
    return this.#policy();
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
    const trial: Trial = { ...options };
    return this.#attempt(address, trial, () => this.#dial(address, trial));
  }

  /** Dials in one way, and by the other transport when the peer ends the connection. */
  async #attempt(address: PeerAddress, trial: Trial, dial: () => Promise<Dialed>): Promise<DialedPeer> {
    try {
      const { encrypted, ...dialed } = await dial();
      return {
        ...dialed,
        otherwise: (failure) => {
          if (encrypted !== undefined) return () => this.#attempt(address, trial, encrypted);
          // After the encryption handshake the peer closes connections for other reasons.
          return dialed.isHandshakeSent ? undefined : this.#byOther(address, trial, failure);
        },
      };
    } catch (error) {
      const redial = this.#byOther(address, trial, error);
      if (redial === undefined) throw error;
      return redial().catch(() => {
        throw error;
      });
    }
  }

  /** Returns how to dial by the other transport, when the peer has ended a connection before its handshake. */
  #byOther(address: PeerAddress, { kind, ...options }: Trial, failure: unknown): Redial | undefined {
    if (kind === undefined || options.only !== undefined || options.signal.aborted) return undefined;
    if (!ENDS.has(errorCode(failure))) return undefined;
    const only = this.#connector.failed(address, kind);
    if (only === undefined) return undefined;
    // The host is there: it replies at once, or not at all.
    const timeoutMs = Math.min(options.timeoutMs, DIAL_AFTER_REFUSAL_MS);
    return () =>
      this.dial(address, { ...options, only, timeoutMs }).catch((error: unknown) => {
        this.#connector.failed(address, only);
        throw error;
      });
  }

  async #connect(address: PeerAddress, trial: Trial): Promise<Connection> {
    const connection = await this.#connector.dial(address, trial);
    trial.kind = connection.kind;
    return connection;
  }

  async #dial(address: PeerAddress, options: Trial): Promise<Dialed> {
    const policy = this.#policy();
    const key = addressKey(address);
    if (policy === "disabled") return this.#dialPlain(address, options);
    const known = this.#ways.get(key);
    if (policy === "preferred" && known === "plain")
      return this.#dialPlain(address, options, (isComplete) => this.#note(key, "plain", isComplete));
    if (policy === "allowed" && known !== "encrypted") {
      const connection = await this.#connect(address, options);
      return {
        connection,
        isHandshakeSent: false,
        report: () => undefined,
        encrypted: async () => ({
          ...(await this.#dialEncrypted(address, options, policy)),
          report: (isComplete) => this.#note(key, "encrypted", isComplete),
        }),
      };
    }
    if (policy === "required") return this.#dialEncrypted(address, options, policy);
    const connection = await this.#connect(address, options);
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
    options: Trial,
    report: (isComplete: boolean) => void = () => undefined,
  ): Promise<Dialed> {
    const connection = await this.#connect(address, options);
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

  async #dialEncrypted(address: PeerAddress, options: Trial, policy: "allowed" | "required"): Promise<Dialed> {
    const connection = await this.#connect(address, options);
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
  ): Promise<Dialed> {
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
