import type { Entry, Way } from "../conversation/entry.ts";
import type { BytesEvent, ClosedEvent, TapedEvent } from "./event.ts";

type Call = BytesEvent | ClosedEvent;

interface Held {
  readonly call: Call;
  readonly entries: readonly Entry[];
  /** The {@link Entry.number} of the message before which the call is inserted. */
  readonly place: number;
}

/**
 * Sorts the calls to a conversation in the order of their messages. Calls can be nested: a listener may reply to a
 * message during the call that delivered it. The inner call then returns before the outer one. This class splits the
 * outer call and inserts the inner call at that position, so that a replay of the calls gives the same messages in the
 * same order.
 */
export class CallOrder {
  /** The number of messages whose calls were already returned as events. */
  #given: number;
  /** The number of bytes of each side that belong to a message that is still incomplete. */
  readonly #partial: Record<Way, number> = { out: 0, in: 0 };
  #held: Held[] = [];

  /** `count` is the number of messages that the conversation already has. */
  constructor(count: number) {
    this.#given = count;
  }

  /** Adds a call that has returned, with its messages. Returns the events whose position can no longer change. */
  returned(call: Call, entries: readonly Entry[]): TapedEvent[] {
    const first = entries[0]?.number;
    const isInner = first === undefined ? this.#held.length > 0 : first > this.#given;
    if (isInner) {
      this.#held.push({ call, entries, place: first ?? this.#held.at(-1)?.place ?? 0 });
      return [];
    }
    const held = this.#held.toSorted((a, b) => a.place - b.place);
    this.#held = [];
    const ordered = call.event === "bytes" ? this.#interleave(call, entries, held) : [call, ...held.map(whole)];
    for (const inner of held) this.#count(inner.call, inner.entries);
    this.#count(call, entries);
    return ordered;
  }

  #interleave(outer: BytesEvent, entries: readonly Entry[], held: readonly Held[]): TapedEvent[] {
    const { bytes, way } = outer;
    const ordered: TapedEvent[] = [];
    let from = 0;
    let done = 0;
    let position = -this.#partial[way];
    for (const inner of held) {
      const before: Entry[] = [];
      for (let entry = entries[done]; entry !== undefined && entry.number < inner.place; entry = entries[++done]) {
        before.push(entry);
        position += entry.size;
      }
      const end = done === entries.length ? bytes.length : Math.min(bytes.length, position);
      if (end > from) {
        ordered.push({ ...outer, bytes: bytes.subarray(from, end), entries: before });
        from = end;
      }
      ordered.push(whole(inner));
    }
    if (from < bytes.length) ordered.push({ ...outer, bytes: bytes.subarray(from), entries: entries.slice(done) });
    return ordered;
  }

  #count(call: Call, entries: readonly Entry[]): void {
    this.#given += entries.length;
    if (call.event === "bytes")
      this.#partial[call.way] += call.bytes.length - entries.reduce((sum, { size }) => sum + size, 0);
  }
}

function whole({ call, entries }: Held): TapedEvent {
  return { ...call, entries };
}
