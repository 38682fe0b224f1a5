import type { Message } from "../message.ts";
import type { Extension, ExtensionRegistry } from "./extension.ts";

/**
 * The extensions that a connection supports, and their ids in each direction (BEP 10). Each side chooses the ids of the
 * messages that it receives, so an extension usually has two different ids.
 */
export class ExtensionNegotiation<C> {
  readonly #registry: ExtensionRegistry<C>;
  readonly #offered = new Map<string, number>();
  readonly #remote = new Map<string, number>();

  /**
   * `offers` decides which of the registry's extensions this connection may use: a private torrent has no peer
   * exchange.
   */
  constructor(registry: ExtensionRegistry<C>, offers: (name: string) => boolean = () => true) {
    this.#registry = registry;
    for (const [name, id] of registry.localIds) if (offers(name)) this.#offered.set(name, id);
  }

  /** The names and ids that we offer, 0 for withdrawn ones: the `m` of our extended handshake. */
  get offered(): ReadonlyMap<string, number> {
    return this.#offered;
  }

  /**
   * Stops offering an extension: from now on {@link ExtensionNegotiation.offered} has it with id 0, for a further
   * handshake, and its messages are ignored. Returns whether it was offered.
   */
  withdraw<M>({ name }: Extension<M>): boolean {
    if ((this.#offered.get(name) ?? 0) === 0) return false;
    this.#offered.set(name, 0);
    return true;
  }

  /**
   * Takes the `m` of the peer's handshake. A further handshake adds to the first; id 0 turns an extension off. Names
   * that we do not know are not kept.
   */
  update(extensions: ReadonlyMap<string, number>): void {
    for (const [name, id] of extensions) {
      if (id === 0) this.#remote.delete(name);
      else if (this.#registry.localId(name) !== undefined) this.#remote.set(name, id);
    }
  }

  /** Returns the id by which the peer wants this extension's messages; `undefined` when it does not support it. */
  remoteId<M>(extension: Extension<M>): number | undefined {
    return this.#remote.get(extension.name);
  }

  /** Whether a message of this extension may be sent now. */
  supports<M>(extension: Extension<M>): boolean {
    return this.#remote.has(extension.name);
  }

  /** Returns `message`, ready to be sent to this peer; `undefined` when the peer does not support the extension. */
  message<M>(extension: Extension<M>, message: M): Message | undefined {
    const id = this.remoteId(extension);
    return id === undefined ? undefined : { type: "extended", id, payload: extension.encode(message) };
  }

  /**
   * Passes a message that the peer sent with one of our ids to its handler. Returns `false` without calling a handler
   * for id 0 (the caller handles the handshake) and for ids that we did not offer: peers may use an old list. Throws
   * `PeerError` `wire.extension`.
   */
  dispatch(id: number, payload: Uint8Array, context: C): boolean {
    for (const offered of this.#offered.values()) {
      if (offered === id) return this.#registry.dispatch(id, payload, context);
    }
    return false;
  }
}
