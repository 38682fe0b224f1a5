import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { EventName } from "../../../api/index.ts";
import type { Session } from "../../session/session.ts";
import { EventRing, type KeptEvent } from "./event-ring.ts";
import {
  HEARTBEAT_MS,
  KEEP_EVENTS_MS,
  MAX_KEPT_EVENT_BYTES,
  MAX_KEPT_EVENTS,
  MAX_LISTENER_BACKLOG,
  MAX_LISTENERS,
} from "../limits.ts";
import { HttpError } from "../problem.ts";
import { rowsJson } from "../routes/row-json.ts";

/** The methods of a response that the event stream uses. */
export type EventSink = Pick<ServerResponse, "writeHead" | "write" | "end" | "destroy" | "on" | "writableLength">;

interface Listener {
  readonly sink: EventSink;
  /**
   * The number of bytes that may be buffered for this listener in addition to the usual maximum, because its snapshot
   * is large.
   */
  allowance: number;
}

const HEADERS = {
  "content-type": "text/event-stream",
  "cache-control": "no-store",
  "x-accel-buffering": "no",
} as const;

/**
 * Sends the session's events to all listeners (event streams of browsers). An event is serialised once for all of
 * them. The hub subscribes to the session's events while it has listeners, and for one minute longer, so that a
 * listener that reconnects misses no event.
 */
export class EventHub {
  readonly #session: Session;
  readonly #listeners = new Set<Listener>();
  readonly #ring = new EventRing({ maxEvents: MAX_KEPT_EVENTS, maxBytes: MAX_KEPT_EVENT_BYTES });
  /** A random part of all event ids of this run of the daemon, by which ids of an earlier run are recognised. */
  readonly #run = randomBytes(6).toString("hex");
  #unsubscribe: (() => void) | undefined;
  #heartbeat: NodeJS.Timeout | undefined;
  #parting: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(session: Session) {
    this.#session = session;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  /**
   * Starts an event stream on `sink`. It begins with the events after the id `lastId` when they are still stored,
   * otherwise with a snapshot. Throws HttpError 503 `http.listeners`.
   */
  listen(sink: EventSink, lastId: string | undefined): void {
    if (this.#isClosed || this.#listeners.size >= MAX_LISTENERS)
      throw new HttpError(503, "http.listeners", "too many event streams are open: close one and try again", {
        headers: { "retry-after": "5" },
      });
    this.#subscribe();
    const missed = this.#missed(lastId);
    const first = missed === undefined ? this.#snapshot() : missed.map(({ text }) => text).join("");
    const listener: Listener = { sink, allowance: Buffer.byteLength(first) };
    const leave = (): void => this.#leave(listener);
    sink.on("close", leave).on("error", leave);
    sink.on("drain", () => {
      listener.allowance = 0;
    });
    this.#listeners.add(listener);
    this.#heartbeat ??= setInterval(() => this.#send(": \n\n"), HEARTBEAT_MS);
    sink.writeHead(200, HEADERS);
    sink.write(`retry: 1000\n\n${first}`);
  }

  /** Ends all streams. */
  close(): void {
    this.#isClosed = true;
    for (const { sink } of this.#listeners) {
      sink.end();
      sink.destroy();
    }
    this.#listeners.clear();
    clearInterval(this.#heartbeat);
    clearTimeout(this.#parting);
    this.#unsubscribe?.();
    this.#unsubscribe = undefined;
  }

  #subscribe(): void {
    clearTimeout(this.#parting);
    if (this.#unsubscribe !== undefined) return;
    const names = ["delta", "rates", "session", "log", "task", "settings"] as const;
    const ends = names.map((name) => this.#session.on(name, (data) => this.#publish(name, data)));
    this.#unsubscribe = () => ends.forEach((end) => end());
  }

  #publish(name: EventName, data: unknown): void {
    const { text } = this.#ring.push((number) => this.#write(number, name, JSON.stringify(data)));
    this.#send(text);
  }

  #send(text: string): void {
    const bytes = Buffer.from(text);
    for (const listener of this.#listeners) {
      if (listener.sink.writableLength > listener.allowance + MAX_LISTENER_BACKLOG) {
        this.#leave(listener);
        listener.sink.destroy();
      } else listener.sink.write(bytes);
    }
  }

  #leave(listener: Listener): void {
    if (!this.#listeners.delete(listener) || this.#listeners.size > 0) return;
    clearInterval(this.#heartbeat);
    this.#heartbeat = undefined;
    this.#parting = setTimeout(() => {
      this.#unsubscribe?.();
      this.#unsubscribe = undefined;
      this.#ring.clear();
    }, KEEP_EVENTS_MS);
    this.#parting.unref();
  }

  #missed(lastId: string | undefined): readonly KeptEvent[] | undefined {
    const match = /^([0-9a-f]{12})-(\d{1,15})$/.exec(lastId ?? "");
    return match?.[1] === this.#run ? this.#ring.after(Number(match[2])) : undefined;
  }

  #snapshot(): string {
    const data = `{"torrents":${rowsJson(this.#session.torrents.list())},"session":${JSON.stringify(this.#session.statistics.info())}}`;
    return this.#write(this.#ring.last, "snapshot", data);
  }

  /** Formats an event for an event stream. JSON contains no line breaks, so one `data` line is enough. */
  #write(number: number, name: EventName, data: string): string {
    return `id: ${this.#run}-${number}\nevent: ${name}\ndata: ${data}\n\n`;
  }
}
