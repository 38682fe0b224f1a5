import { InfoHash, UsageError, unreachable } from "../../base/index.ts";
import type { Metainfo } from "../../metainfo/index.ts";
import { Conversation } from "../conversation/conversation.ts";
import type { Entry } from "../conversation/entry.ts";
import { PayloadLimiter } from "../conversation/payload-limiter.ts";
import type { Linter } from "../conversation/lint.ts";
import { MAX_ENTRIES } from "../limits.ts";
import { List } from "../list.ts";
import { PeerView } from "../session/peer/peer-view.ts";
import { describeEvent, type Replayed } from "./describe-event.ts";
import type { RecordedEvent } from "./event.ts";
import type { Recording } from "./read-recording.ts";

/** Options of {@link Replay}. */
export interface ReplayOptions {
  /** Makes the linter of each conversation. A linter with the options of the live session finds the same violations. */
  readonly linter?: (() => Linter) | undefined;
}

/**
 * Replays a recording step by step into new conversations. After the last step they are equal to the conversations of
 * the original session. A step is one event: bytes that arrived together, with all messages that they completed.
 */
export class Replay {
  readonly recording: Recording;
  /**
   * The peers that have appeared up to the current position. Stepping back creates them again: the list then contains
   * new objects.
   */
  readonly peers = new List<PeerView>();
  readonly #options: ReplayOptions;
  readonly #infoHash: Uint8Array | undefined;
  readonly #views = new Map<number, PeerView>();
  #payloads = new PayloadLimiter();
  #metainfo: Metainfo | undefined;
  #position = 0;
  /** The messages that the last replayed event produced. */
  #brought: readonly Replayed[] = [];

  constructor(recording: Recording, options: ReplayOptions = {}) {
    this.recording = recording;
    this.#options = options;
    this.#infoHash = recording.infoHash === undefined ? undefined : InfoHash.parse(recording.infoHash).wire;
  }

  /** The number of events of the recording. */
  get length(): number {
    return this.recording.events.length;
  }

  /** The number of events replayed so far. */
  get position(): number {
    return this.#position;
  }

  /** The time of the last replayed event, in milliseconds since the session began. */
  get at(): number {
    return this.recording.events[this.#position - 1]?.at ?? 0;
  }

  /** A description of the last replayed event, with one line for each message that it produced. */
  get current(): string {
    const event = this.recording.events[this.#position - 1];
    return event === undefined
      ? "the beginning: no message was sent yet"
      : describeEvent(event, this.#brought, this.recording.kind);
  }

  /** The torrent's metadata; `undefined` while it is unknown at the current position. */
  get metainfo(): Metainfo | undefined {
    return this.#metainfo;
  }

  /**
   * Replays the next `count` events. Returns the messages that they produced; when there are very many, only the latest
   * ones. Throws UsageError `console.argument`, like the other methods that change the position.
   */
  step(count = 1): Replayed[] {
    return this.#goOn(this.#position + whole("step(count)", count));
  }

  /** Steps back by `count` events. */
  back(count = 1): void {
    const target = Math.max(0, this.#position - whole("back(count)", count));
    if (target === this.#position) return;
    this.#rewind();
    this.#goOn(target);
  }

  /**
   * Moves to a time, in seconds since the session began. Returns the messages that were replayed on the way. To a time
   * before the current position, the recording is replayed from its beginning.
   */
  goto(seconds: number): Replayed[] {
    if (typeof seconds !== "number" || !(seconds >= 0))
      throw new UsageError(
        "console.argument",
        `goto(seconds): seconds must be a number from 0: got ${String(seconds)}`,
      );
    const later = this.recording.events.findIndex(({ at }) => at > seconds * 1000);
    const target = later < 0 ? this.length : later;
    if (target < this.#position) this.#rewind();
    return this.#goOn(target);
  }

  /** Replays all remaining events. */
  end(): Replayed[] {
    return this.#goOn(this.length);
  }

  #goOn(target: number): Replayed[] {
    const all: Replayed[] = [];
    while (this.#position < Math.min(target, this.length)) {
      const event = this.recording.events[this.#position++];
      if (event === undefined) break;
      this.#brought = this.#replay(event);
      for (const replayed of this.#brought) all.push(replayed);
      // As many as are kept of a peer: a recording may have millions.
      if (all.length > 2 * MAX_ENTRIES) all.splice(0, all.length - MAX_ENTRIES);
    }
    return all;
  }

  #rewind(): void {
    this.peers.length = 0;
    this.#views.clear();
    this.#payloads = new PayloadLimiter();
    this.#metainfo = undefined;
    this.#position = 0;
    this.#brought = [];
  }

  #replay(event: RecordedEvent): Replayed[] {
    switch (event.event) {
      case "torrent":
        this.#metainfo = event.metainfo;
        for (const { conversation } of this.peers) conversation.learn(event.metainfo);
        return [];
      case "peer": {
        const conversation = new Conversation({
          infoHash: this.#infoHash,
          metainfo: this.#metainfo,
          linter: this.#options.linter?.(),
          payloads: this.#payloads,
        });
        const view = new PeerView({
          number: event.peer,
          address: event.address,
          direction: event.direction,
          conversation,
        });
        this.#views.set(event.peer, view);
        this.peers.add(view);
        return [];
      }
      case "bytes":
        return this.#watched(event.peer, ({ conversation }) => conversation.receive(event.way, event.bytes, event.at));
      case "closed":
        return this.#watched(event.peer, ({ conversation, timeline }) => {
          conversation.close(event.way, event.why, event.at);
          return timeline.last === undefined ? [] : [timeline.last];
        });
      case "left-out":
        return [];
      default:
        return unreachable(event);
    }
  }

  #watched(number: number, tell: (view: PeerView) => Entry[]): Replayed[] {
    const peer = this.#views.get(number);
    return peer === undefined ? [] : tell(peer).map((entry) => ({ peer, entry }));
  }
}

function whole(call: string, value: number): number {
  if (!Number.isInteger(value) || value < 0)
    throw new UsageError(
      "console.argument",
      `${call}: the argument must be a whole number from 0: got ${String(value)}`,
    );
  return value;
}
