import type { EventData, EventName } from "../../../src/api/index.ts";
import { api, ApiError, parse } from "../api.ts";
import { addLog, connection, putTask, rates, resetLog, retryAt, session, settingsVersion, tasks } from "./session.ts";
import { record, samplesVersion, SESSION } from "./samples.ts";
import { applyDelta, applySnapshot, peekRow } from "./torrents.ts";
import { pruneSelection, signedIn } from "./ui.ts";

/** Waits between attempts, milliseconds; the last one again and again. */
const WAITS = [500, 1000, 2000, 4000, 8000, 15_000];
/** A connection that has not opened after this long is given up, milliseconds. */
const PATIENCE = 20_000;

let source: EventSource | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;
let attempts = 0;

/** What to do with each event. */
const handlers: { readonly [Name in EventName]: (data: EventData<Name>) => void } = {
  snapshot: (data) => {
    applySnapshot(data.torrents);
    session.value = data.session;
    pruneSelection();
  },
  delta: (data) => {
    applyDelta(data);
    const at = Date.now();
    for (const change of data.changed) {
      if (change.downRate === undefined && change.upRate === undefined) continue;
      const row = peekRow(change.id);
      if (row !== undefined) record(row.id, { at, down: row.downRate, up: row.upRate });
    }
    if (data.removed.length > 0) pruneSelection();
    samplesVersion.value += 1;
  },
  rates: (data) => {
    rates.value = data;
    record(SESSION, data);
    samplesVersion.value += 1;
  },
  session: (data) => {
    session.value = data;
  },
  log: (line) => addLog([line]),
  task: putTask,
  settings: () => {
    settingsVersion.value += 1;
  },
};

function listen<Name extends EventName>(events: EventSource, name: Name): void {
  events.addEventListener(name, (event: MessageEvent<string>) => handlers[name](parse<EventData<Name>>(event.data)));
}

/** Opens the stream of events, and again whenever it ends, until `disconnect`. */
export function connect(): void {
  clearTimeout(timer);
  source?.close();
  const events = new EventSource("/api/v1/events");
  source = events;
  retryAt.value = null;
  listen(events, "snapshot");
  listen(events, "delta");
  listen(events, "rates");
  listen(events, "session");
  listen(events, "log");
  listen(events, "task");
  listen(events, "settings");
  timer = setTimeout(() => lose(events), PATIENCE);
  events.addEventListener("open", () => {
    clearTimeout(timer);
    attempts = 0;
    connection.value = "live";
    void catchUp();
  });
  events.addEventListener("error", () => lose(events));
}

/** What the stream does not repeat. */
async function catchUp(): Promise<void> {
  try {
    const [lines, making] = await Promise.all([api.log(), api.tasks()]);
    resetLog(lines);
    tasks.value = making;
  } catch {
    // The stream is what counts; if the daemon is gone, it will tell.
  }
}

function lose(events: EventSource): void {
  if (events !== source) return;
  clearTimeout(timer);
  connection.value = "lost";
  const wait = WAITS[Math.min(attempts, WAITS.length - 1)] ?? 0;
  attempts += 1;
  // The browser would try at fixed intervals, and not at all after an answer that is no stream.
  events.close();
  retryAt.value = Date.now() + wait;
  timer = setTimeout(() => void retry(), wait);
}

async function retry(): Promise<void> {
  try {
    await api.me();
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) {
      disconnect();
      signedIn.value = false;
      return;
    }
  }
  connect();
}

/** Now, not when the wait is over. */
export function retryNow(): void {
  clearTimeout(timer);
  attempts = 0;
  void retry();
}

export function disconnect(): void {
  clearTimeout(timer);
  source?.close();
  source = null;
  connection.value = "connecting";
}
