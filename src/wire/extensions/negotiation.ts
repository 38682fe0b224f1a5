import type { Message } from "../message.ts";
import type { Extension, ExtensionRegistry } from "./extension.ts";

/**
 * The extensions that both sides of a connection support, and their ids (BEP 10). Each side chooses the ids of the
 * messages that it receives, so an extension usually has two different ids.
 */
export class ExtensionNegotiation<C> {
  readonly #registry: ExtensionRegistry<C>;
  readonly #offered = new Map<string, number>();
  readonly #remote = new Map<string, number>();

  /**
   * `offers` returns whether to offer an extension on this connection: a private torrent, for example, has no peer
   * exchange.
   */
  constructor(registry: ExtensionRegistry<C>, offers: (name: string) => boolean = () => true) {
    this.#registry = registry;
    for (const [name, id] of registry.localIds) if (offers(name)) this.#offered.set(name, id);
  }

  /**
   * The ids of the offered extensions by name, 0 for withdrawn ones: the value of `m` in this side's extended
   * handshake.
   */
  get offered(): ReadonlyMap<string, number> {
    return this.#offered;
  }

  /**
   * Withdraws an extension. {@link ExtensionNegotiation.offered} then has it with id 0, to be sent in a further
   * extended handshake, and messages of the extension are ignored. Returns whether it was offered.
   */
  withdraw<M>({ name }: Extension<M>): boolean {
    if ((this.#offered.get(name) ?? 0) === 0) return false;
    this.#offered.set(name, 0);
    return true;
  }

  /**
   * Offers an extension that was not offered, or was withdrawn, to be sent in a further extended handshake. Returns
   * whether that changed anything: `false` also for an extension without a handler.
   */
  offer<M>({ name }: Extension<M>): boolean {
    const id = this.#registry.localId(name);
    if (id === undefined || this.#offered.get(name) === id) return false;
    this.#offered.set(name, id);
    return true;
  }

  /**
   * Applies the `m` of the peer's extended handshake. A further handshake adds to earlier ones; id 0 withdraws an
   * extension. Unknown names are ignored.
   */
  update(extensions: ReadonlyMap<string, number>): void {
    for (const [name, id] of extensions) {
      if (id === 0) this.#remote.delete(name);
      else if (this.#registry.localId(name) !== undefined) this.#remote.set(name, id);
    }
  }

  /** Returns the id that the peer has chosen for an extension; `undefined` when the peer does not support it. */
  remoteId<M>(extension: Extension<M>): number | undefined {
    return this.#remote.get(extension.name);
  }

  /** Whether both sides support an extension, so that its messages may be sent now. */
  supports<M>(extension: Extension<M>): boolean {
    return this.#remote.has(extension.name);
  }

  /**
   * Returns `message` as an `extended` message for this peer; `undefined` when the peer does not support the extension.
   */
  message<M>(extension: Extension<M>, message: M): Message | undefined {
    const id = this.remoteId(extension);
    return id === undefined ? undefined : { type: "extended", id, payload: extension.encode(message) };
  }

  /**
   * Decodes an extended message and calls its handler. Returns `false` and calls no handler for id 0 (the caller
   * handles extended handshakes) and for ids that are not offered, which a peer may send before it learns of a
   * withdrawal. Throws `PeerError` `wire.extension`.
   */
  dispatch(id: number, payload: Uint8Array, context: C): boolean {
    for (const offered of this.#offered.values()) {
      if (offered === id) return this.#registry.dispatch(id, payload, context);
    }
    return false;
  }
}
