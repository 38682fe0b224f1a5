import { readUint32, toError } from "../../base/index.ts";
import { HandshakeDecoder, PREFIX_LENGTH, type Handshake } from "../../wire/index.ts";
import { MAX_KEPT_GARBAGE, MAX_NOTED_FRAME } from "../limits.ts";

/**
 * A part of the byte stream of one side: a handshake, a message or other data. `frame` is a message without its length
 * prefix, empty for a keep-alive. `size` is the number of bytes of the part on the wire.
 */
export type Part =
  | { readonly kind: "handshake"; readonly handshake: Handshake; readonly size: number }
  | { readonly kind: "frame"; readonly frame: Uint8Array; readonly size: number }
  | { readonly kind: "garbage"; readonly bytes: Uint8Array; readonly size: number; readonly why: string };

/**
 * Splits the byte stream of one side into a handshake and messages. Unlike the engine's decoder it continues after an
 * invalid message. It stops only when the stream cannot be split into messages; the rest is then ignored.
 *
 *     handshake ──68 bytes──> frames ──an impossible length──> lost
 *         └────another protocol───────────────────────────────^
 */
export class FrameReader {
  #state: "handshake" | "frames" | "lost" = "handshake";
  readonly #handshake = new HandshakeDecoder();
  /** The number of bytes of the handshake that have arrived. */
  #shaken = 0;
  /**
   * The beginning of an incomplete message: its bytes are the first {@link FrameReader.#gathered} bytes of this
   * buffer.
   */
  #held: Uint8Array = new Uint8Array(0);
  #gathered = 0;

  /** Whether the stream has stopped in the middle of a message or handshake. */
  get isMidMessage(): boolean {
    return this.#state === "handshake" ? this.#shaken > 0 : this.#gathered > 0;
  }

  /** The number of bytes of the incomplete message that are kept in memory. */
  get heldBytes(): number {
    return this.#state === "handshake" ? this.#shaken : this.#gathered;
  }

  /** Splits received bytes into parts. The caller may reuse the memory of `chunk` afterwards. */
  push(chunk: Uint8Array): Part[] {
    const out: Part[] = [];
    let rest = chunk;
    if (this.#state === "handshake") {
      const after = this.#shake(rest, out);
      if (after === undefined) return out;
      rest = after;
    }
    if (this.#state === "lost") {
      if (rest.length > 0) out.push(garbage(rest, "the messages that follow cannot be separated"));
      return out;
    }
    if (rest.length > 0) this.#gather(rest, out);
    return out;
  }

  /**
   * Collects the bytes of the handshake. Returns the bytes of `chunk` after the handshake; `undefined` when the
   * handshake is incomplete or invalid.
   */
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
    const bytes = this.#gathered === 0 ? chunk : this.#append(chunk);
    if (bytes === undefined) return;
    let at = 0;
    while (bytes.length - at >= PREFIX_LENGTH) {
      const length = readUint32(bytes, at);
      if (length > MAX_NOTED_FRAME) {
        this.#state = "lost";
        this.#hold(new Uint8Array(0));
        out.push(garbage(bytes.subarray(at), `a length prefix of ${length} bytes: no message is so long`));
        return;
      }
      const end = at + PREFIX_LENGTH + length;
      if (end > bytes.length) break;
      out.push({ kind: "frame", frame: bytes.slice(at + PREFIX_LENGTH, end), size: end - at });
      at = end;
    }
    this.#hold(bytes.slice(at));
  }

  #hold(rest: Uint8Array): void {
    this.#held = rest;
    this.#gathered = rest.length;
  }

  /**
   * Adds a chunk to the held bytes. Returns all held bytes when they contain a complete message or an invalid length,
   * otherwise `undefined`.
   */
  #append(chunk: Uint8Array): Uint8Array | undefined {
    const total = this.#gathered + chunk.length;
    if (total > this.#held.length) {
      // Twice as much each time: of tiny chunks each would be copied with all before it.
      const larger = new Uint8Array(Math.max(total, this.#gathered * 2));
      larger.set(this.#held.subarray(0, this.#gathered));
      this.#held = larger;
    }
    this.#held.set(chunk, this.#gathered);
    this.#gathered = total;
    const needed = total < PREFIX_LENGTH ? PREFIX_LENGTH : PREFIX_LENGTH + readUint32(this.#held, 0);
    return total < needed && needed <= PREFIX_LENGTH + MAX_NOTED_FRAME ? undefined : this.#held.subarray(0, total);
  }
}

function garbage(bytes: Uint8Array, why: string): Part {
  return { kind: "garbage", bytes: bytes.slice(0, MAX_KEPT_GARBAGE), size: bytes.length, why };
}
