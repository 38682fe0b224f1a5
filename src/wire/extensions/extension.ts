import { PeerError, UsageError } from "../../base/index.ts";
import { MAX_EXTENSIONS } from "../limits.ts";

/** An extension of the peer protocol (BEP 10): its name in the extended handshake, and the encoding of its messages. */
export interface Extension<M> {
  /**
   * The name of the extension in `m`, such as `"ut_metadata"`. By convention it is two letters for the client that
   * introduced it, an underscore and a word.
   */
  readonly name: string;
  /** Encodes a message: returns the payload that follows the extended message id. */
  encode(message: M): Uint8Array;
  /**
   * Decodes a payload. The caller may overwrite `payload` later, so the result must not contain views of it. Any error
   * that this throws is passed on as a `PeerError`.
   */
  decode(payload: Uint8Array): M;
}

/**
 * Defines an extension with messages of type `M`, so that the compiler checks the code that sends and handles them.
 *
 * @example
 * ```ts
 * import { utf8, utf8Decode } from "millrace/base";
 * import { defineExtension, ExtensionRegistry } from "millrace/wire";
 *
 * const hello = defineExtension({ name: "xx_hello", encode: utf8, decode: utf8Decode });
 * const registry = new ExtensionRegistry();
 * registry.add(hello, (text, peer) => console.log(peer, text));
 * registry.localIds.get("xx_hello"); // => 1
 * ```
 */
export function defineExtension<M>(extension: Extension<M>): Extension<M> {
  return extension;
}

/**
 * Handles a message of an extension. `context` is the caller's object for the connection that the message came from.
 */
export type ExtensionHandler<M, C> = (message: M, context: C) => void;

interface Entry<C> {
  readonly name: string;
  readonly handle: (payload: Uint8Array, context: C) => void;
}

/**
 * The extensions that this client supports: for each the handler, and the message id that peers use for it. One
 * registry serves all connections. The {@link ExtensionNegotiation} of a connection stores which extensions the peer
 * supports.
 */
export class ExtensionRegistry<C> {
  readonly #entries: Entry<C>[] = [];

  /**
   * Adds an extension. Throws {@link UsageError} `wire.extension-name` when the registry has an extension of that name,
   * `wire.extension-count` when all 255 ids are in use.
   */
  add<M>(extension: Extension<M>, handler: ExtensionHandler<M, C>): this {
    const { name } = extension;
    if (name === "" || this.localId(name) !== undefined) {
      throw new UsageError("wire.extension-name", `extension name ${JSON.stringify(name)} is empty or taken`);
    }
    if (this.#entries.length >= MAX_EXTENSIONS)
      throw new UsageError("wire.extension-count", `cannot add more than ${MAX_EXTENSIONS} extensions`);
    this.#entries.push({ name, handle: (payload, context) => handler(decodeExtension(extension, payload), context) });
    return this;
  }

  /** The id of each extension by name, in the order in which they were added. Ids begin at 1. */
  get localIds(): ReadonlyMap<string, number> {
    return new Map(this.#entries.map(({ name }, index) => [name, index + 1]));
  }

  /** Returns the id that peers use for an extension; `undefined` when it is not in the registry. */
  localId(name: string): number | undefined {
    const index = this.#entries.findIndex((entry) => entry.name === name);
    return index < 0 ? undefined : index + 1;
  }

  /**
   * Decodes an extended message and calls the handler of its extension. Returns `false` for an id that the registry
   * does not have. Throws {@link PeerError} `wire.extension`.
   */
  dispatch(id: number, payload: Uint8Array, context: C): boolean {
    const entry = this.#entries[id - 1];
    if (entry === undefined) return false;
    entry.handle(payload, context);
    return true;
  }
}

/**
 * Decodes a message of `extension`. Throws the {@link PeerError} that the extension throws; any other error becomes a
 * {@link PeerError} `wire.extension`.
 */
export function decodeExtension<M>(extension: Extension<M>, payload: Uint8Array): M {
  try {
    return extension.decode(payload);
  } catch (error) {
    if (error instanceof PeerError) throw error;
    throw new PeerError("wire.extension", `malformed ${extension.name} message of ${payload.length} bytes`, {
      cause: error,
      fields: { extension: extension.name, received: payload.length },
    });
  }
}
