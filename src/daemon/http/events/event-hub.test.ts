import { EventEmitter } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeSession, ID } from "../../../../test/support/fake-session.ts";
import { ask, start } from "../../../../test/support/http-server.ts";
import { EventHub, type EventSink } from "./event-hub.ts";
import { EventRing } from "./event-ring.ts";
import { HEARTBEAT_MS, KEEP_EVENTS_MS, MAX_LISTENER_BACKLOG, MAX_LISTENERS } from "../limits.ts";

/** A response whose reader may be slow. */
class Sink extends EventEmitter {
  text = "";
  writableLength = 0;
  isSlow = false;
  isDestroyed = false;
  readonly chunks: unknown[] = [];
  writeHead(): this {
    return this;
  }
  write(chunk: string | Buffer): boolean {
    this.chunks.push(chunk);
    this.text += chunk.toString();
    if (this.isSlow) this.writableLength += chunk.length;
    return !this.isSlow;
  }
  end(): this {
    return this;
  }
  destroy(): this {
    this.isDestroyed = true;
    this.emit("close");
    return this;
  }
  get ids(): string[] {
    return [...this.text.matchAll(/^id: (.*)$/gm)].map(([, id]) => id ?? "");
  }
  get names(): string[] {
    return [...this.text.matchAll(/^event: (.*)$/gm)].map(([, name]) => name ?? "");
  }
}

const asSink = (sink: Sink): EventSink => sink as unknown as EventSink;
const delta = (progress: number) => ({ changed: [{ id: ID, progress }], removed: [] });

let session: FakeSession;
let hub: EventHub;
beforeEach(() => {
  vi.useFakeTimers();
  session = new FakeSession();
  hub = new EventHub(session);
});
afterEach(() => {
  hub.close();
  vi.useRealTimers();
});

function listen(lastId?: string): Sink {
  const sink = new Sink();
  hub.listen(asSink(sink), lastId);
  return sink;
}

describe("EventRing", () => {
  it("keeps the last events, by number and by bytes, and reports when earlier ones are lost", () => {
    const ring = new EventRing({ maxEvents: 3, maxBytes: 10 });
    expect(ring.after(0)).toEqual([]);
    for (const text of ["a", "b", "c", "d"]) ring.push(() => text);
    expect(ring.after(4)).toEqual([]);
    expect(ring.after(2)?.map(({ text }) => text)).toEqual(["c", "d"]);
    expect(ring.after(1)?.map(({ text }) => text)).toEqual(["b", "c", "d"]);
    expect(ring.after(0)).toBeUndefined();
    expect(ring.after(5)).toBeUndefined();
    ring.push(() => "x".repeat(9));
    expect(ring.after(3)?.map(({ text }) => text.length)).toEqual([1, 9]);
    expect(ring.after(2)).toBeUndefined();
    ring.push(() => "x".repeat(11));
    expect(ring.after(5)).toBeUndefined();
    expect(ring.after(6)).toEqual([]);
  });
});

describe("EventHub", () => {
  it("begins with a snapshot and goes on with what changes, written once for all", () => {
    const sinks = [listen(), listen(), listen()];
    session.emit("delta", delta(0.6));
    session.emit("rates", { at: 1, down: 2, up: 3, connections: 4 });
    for (const sink of sinks) expect(sink.names).toEqual(["snapshot", "delta", "rates"]);
    expect(sinks[0]?.chunks[1]).toBe(sinks[2]?.chunks[1]);
    expect(sinks[0]?.text).toContain(
      'event: delta\ndata: {"changed":[{"id":"' + ID + '","progress":0.6}],"removed":[]}\n\n',
    );
  });

  it("sends missed events to listeners that reconnect", () => {
    const first = listen();
    session.emit("delta", delta(0.6));
    const last = first.ids.at(-1);
    first.destroy();
    session.emit("delta", delta(0.7));
    session.emit("delta", delta(0.8));
    const again = listen(last);
    expect(again.names).toEqual(["delta", "delta"]);
    expect(again.text).toContain('"progress":0.7');
    expect(listen(again.ids.at(-1)).names).toEqual([]);
  });

  it.each(["", "x", "000000000000-1", "-1"])("sends a snapshot to a listener with the id %j", (last) => {
    listen();
    session.emit("delta", delta(0.6));
    expect(listen(last).names).toEqual(["snapshot"]);
  });

  it("gives a snapshot after a gap that is too long", () => {
    const first = listen();
    const [last] = first.ids;
    for (let i = 0; i < 1_001; i += 1) session.emit("delta", delta(i / 2_000));
    expect(listen(last).names).toEqual(["snapshot"]);
  });

  it("sends nothing while nothing happens but a comment now and then", () => {
    const sink = listen();
    const { length } = sink.chunks;
    vi.advanceTimersByTime(HEARTBEAT_MS - 1);
    expect(sink.chunks).toHaveLength(length);
    vi.advanceTimersByTime(1);
    expect(sink.chunks).toHaveLength(length + 1);
    expect(sink.text.endsWith("\n\n: \n\n")).toBe(true);
  });

  it("does not follow the session without listeners, and drops its events after a while", () => {
    expect(session.listenerCount).toBe(0);
    const sink = listen();
    expect(session.listenerCount).toBe(6);
    const last = sink.ids.at(-1);
    sink.destroy();
    vi.advanceTimersByTime(KEEP_EVENTS_MS - 1);
    expect(session.listenerCount).toBe(6);
    vi.advanceTimersByTime(1);
    expect(session.listenerCount).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
    // What happened meanwhile is not known: only a snapshot is right.
    expect(listen(last).names).toEqual(["snapshot"]);
  });

  it("drops a listener that does not read, but not one that still reads its snapshot", () => {
    session.rows = session.rows.map((row) => ({ ...row, name: "x".repeat(MAX_LISTENER_BACKLOG) }));
    const slow = new Sink();
    slow.isSlow = true;
    hub.listen(asSink(slow), undefined);
    const quick = listen();
    session.emit("delta", delta(0.1));
    expect(slow.isDestroyed).toBe(false);
    const big = { changed: [{ id: ID, name: "y".repeat(MAX_LISTENER_BACKLOG) }], removed: [] };
    session.emit("delta", big);
    session.emit("delta", delta(0.2));
    expect(slow.isDestroyed).toBe(true);
    expect(hub.listeners).toBe(1);
    expect(quick.names).toEqual(["snapshot", "delta", "delta", "delta"]);
  });

  it("lets only so many listen", () => {
    for (let i = 0; i < MAX_LISTENERS; i += 1) listen();
    expect(() => listen()).toThrow(expect.objectContaining({ status: 503, code: "http.listeners" }));
  });

  it("ends all streams at once when it closes", () => {
    const sink = listen();
    hub.close();
    expect(sink.isDestroyed).toBe(true);
    expect(session.listenerCount).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
    expect(() => listen()).toThrow(expect.objectContaining({ status: 503 }));
  });
});

describe("GET /api/v1/events", () => {
  it("is a stream of events that ends with the server", async () => {
    vi.useRealTimers();
    const { http, session: live } = await start();
    const answered = ask(http.port, { path: "/api/v1/events" });
    await vi.waitFor(() => expect(live.listenerCount).toBe(6));
    live.emit("delta", delta(0.9));
    await http.close();
    const answer = await answered;
    expect([answer.status, answer.headers["content-type"], answer.headers["cache-control"]]).toEqual([
      200,
      "text/event-stream",
      "no-store",
    ]);
    expect(answer.text).toContain("event: snapshot\n");
    expect(answer.text).toContain('"progress":0.9');
    expect(live.listenerCount).toBe(0);
  });
});
