import { concatBytes, readUint32, toError } from "../../base/index.ts";
import { HandshakeDecoder, PREFIX_LENGTH, type Handshake } from "../../wire/index.ts";
import { MAX_KEPT_GARBAGE, MAX_NOTED_FRAME } from "../limits.ts";

/** What a stream of one side is cut into. `frame` is a whole message behind its length prefix: nothing for a keep-alive. */
export type Part =
  | { readonly kind: "handshake"; readonly handshake: Handshake; readonly size: number }
  | { readonly kind: "frame"; readonly frame: Uint8Array; readonly size: number }
  | { readonly kind: "garbage"; readonly bytes: Uint8Array; readonly size: number; readonly why: string };

/**
 *     handshake ──68 bytes──> frames ──a length beyond all sense──> lost
 *         └────another protocol────────────────────────────────────^
 *
 * Unlike the engine's decoder it goes on after a message that makes no sense: only what cannot be told apart ends it.
 */
export class FrameReader {
  #state: "handshake" | "frames" | "lost" = "handshake";
  readonly #handshake = new HandshakeDecoder();
  /** Bytes of the handshake that have arrived. */
  #shaken = 0;
  #parts: Uint8Array[] = [];
  #gathered = 0;

  /** Whether part of a message has arrived and the rest has not. */
  get isMidMessage(): boolean {
    return this.#state === "handshake" ? this.#shaken > 0 : this.#gathered > 0;
  }

  /** Bytes of a message that is not whole yet. */
  get heldBytes(): number {
    return this.#state === "handshake" ? this.#shaken : this.#gathered;
  }

  /** Cuts what arrived into parts. The chunk's memory may be used again afterwards. */
  push(chunk: Uint8Array): Part[] {
    const out: Part[] = [];
    let rest = chunk;
    if (this.#state === "handshake") {
      const after = this.#shake(rest, out);
      if (after === undefined) return out;
      rest = after;
    }
    if (this.#state === "lost") {
      if (rest.length > 0) out.push(garbage(rest, "what follows cannot be told apart"));
      return out;
    }
    if (rest.length > 0) this.#gather(rest, out);
    return out;
  }

  /** What follows the handshake; `undefined` when it is not whole, or is none. */
  #shake(chunk: Uint8Array, out: Part[]): Uint8Array | undefined {
    try {
      const done = this.#handshake.push(chunk);
      if (done === undefined) {
        this.#shaken += chunk.length;
        return undefined;
      }
      this.#state = "frames";
      out.push({ kind: "handshake", handshake: done.handshake, size: this.#shaken + chunk.length - done.rest.length });
      return done.rest;
    } catch (error) {
      this.#state = "lost";
      out.push(garbage(chunk, `${toError(error).message}: another protocol, or an encrypted connection`));
      return undefined;
    }
  }

  #gather(chunk: Uint8Array, out: Part[]): void {
    this.#parts.push(chunk);
    this.#gathered += chunk.length;
    const needed = this.#needed();
    if (needed === undefined || (this.#gathered < needed && needed <= PREFIX_LENGTH + MAX_NOTED_FRAME)) {
      // The chunk's memory is the caller's, unless the prefix has just been put together, which copied it.
      if (this.#parts[this.#parts.length - 1] === chunk) this.#parts[this.#parts.length - 1] = chunk.slice();
      return;
    }
    const [only] = this.#parts;
    const bytes = this.#parts.length === 1 && only !== undefined ? only : concatBytes(this.#parts);
    this.#parts = [];
    this.#gathered = 0;
    let at = 0;
    while (bytes.length - at >= PREFIX_LENGTH) {
      const length = readUint32(bytes, at);
      if (length > MAX_NOTED_FRAME) {
        this.#state = "lost";
        out.push(garbage(bytes.subarray(at), `a message of ${length} bytes: no message is that long`));
        return;
      }
      const end = at + PREFIX_LENGTH + length;
      if (end > bytes.length) break;
      out.push({ kind: "frame", frame: bytes.slice(at + PREFIX_LENGTH, end), size: end - at });
      at = end;
    }
    if (at === bytes.length) return;
    this.#parts = [bytes.slice(at)];
    this.#gathered = bytes.length - at;
  }

  /** Bytes of the message that is being gathered, prefix included; `undefined` while its prefix is not whole. */
  #needed(): number | undefined {
    if (this.#gathered < PREFIX_LENGTH) return undefined;
    const [first] = this.#parts;
    if (first !== undefined && first.length >= PREFIX_LENGTH) return PREFIX_LENGTH + readUint32(first, 0);
    const head = concatBytes(this.#parts);
    this.#parts = [head];
    return PREFIX_LENGTH + readUint32(head, 0);
  }
}

function garbage(bytes: Uint8Array, why: string): Part {
  return { kind: "garbage", bytes: bytes.slice(0, MAX_KEPT_GARBAGE), size: bytes.length, why };
}
