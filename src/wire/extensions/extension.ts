import { PeerError, UsageError } from "../../base/index.ts";
import { MAX_EXTENSIONS } from "../limits.ts";

/** An extension of the peer protocol (BEP 10): its name in the extended handshake, and the encoding of its messages. */
export interface Extension<M> {
  /** The name in `m`: `"ut_metadata"`. Two letters of the client that introduced it, an underscore, a name. */
  readonly name: string;
  /** Returns the payload behind the extended id. */
  encode(message: M): Uint8Array;
  /**
   * Decodes a payload. The caller of `decode` owns the payload. Errors that this function throws reach the caller as
   * `PeerError`.
   */
  decode(payload: Uint8Array): M;
}

/**
 * Declares an extension. The compiler checks the senders and handlers of its messages against `M`.
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

/** Handles the messages of an extension. `C` is the program's type for a connection. */
export type ExtensionHandler<M, C> = (message: M, context: C) => void;

interface Entry<C> {
  readonly name: string;
  readonly handle: (payload: Uint8Array, context: C) => void;
}

/**
 * The extensions that a program supports, each with its handler and the id by which peers address it. One serves all
 * connections; {@link ExtensionNegotiation} keeps which peer supports which.
 */
export class ExtensionRegistry<C> {
  readonly #entries: Entry<C>[] = [];

  /**
   * Adds an extension. Throws {@link UsageError} `wire.extension-name` when its name is taken, `wire.extension-count`
   * when all 255 ids are.
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

  /** The name and id of each extension, in the order they were added; ids begin at 1. */
  get localIds(): ReadonlyMap<string, number> {
    return new Map(this.#entries.map(({ name }, index) => [name, index + 1]));
  }

  /** Returns the id by which peers address an extension. */
  localId(name: string): number | undefined {
    const index = this.#entries.findIndex((entry) => entry.name === name);
    return index < 0 ? undefined : index + 1;
  }

  /**
   * Decodes a message that the peer sent with one of our ids and passes it to its handler. Returns `false` for an id
   * that is not ours. Throws {@link PeerError} `wire.extension`.
   */
  dispatch(id: number, payload: Uint8Array, context: C): boolean {
    const entry = this.#entries[id - 1];
    if (entry === undefined) return false;
    entry.handle(payload, context);
    return true;
  }
}

/**
 * Decodes a message of `extension`. Throws {@link PeerError}: `wire.extension`, or the error of the extension itself.
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
