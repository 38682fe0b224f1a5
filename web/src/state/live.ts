import type { EventData, EventName } from "../../../src/api/index.ts";
import { api, ApiError } from "../api/api.ts";
import { addLog, connection, putTask, rates, resetLog, retryAt, session, tasks } from "./session.ts";
import { record, samplesVersion, SESSION } from "./samples.ts";
import { applyDelta, applySnapshot, peekRow } from "./torrents.ts";
import { pruneSelection, signedIn } from "./ui.ts";

/**
 * The times, in milliseconds, to wait before each attempt to connect again. After the last value, that value is
 * repeated.
 */
const WAITS = [500, 1000, 2000, 4000, 8000, 15_000];
/**
 * The time, in milliseconds, after which a browser itself reconnects an event stream. The daemon sets this value in the
 * stream.
 */
const NATIVE_WAIT = 1000;
/** The maximum time, in milliseconds, for an attempt to connect. Then a new attempt is made. */
const PATIENCE = 20_000;

let source: EventSource | null = null;
let timer: ReturnType<typeof setTimeout> | undefined;
let attempts = 0;

/**
 * Parses the data of events. It is not validated here, because the daemon's tests validate each event against its
 * schema, and the page and the daemon always have the same version.
 */
const json: { readonly [Name in EventName]: { parse(text: string): EventData<Name> } } = {
  snapshot: JSON,
  delta: JSON,
  rates: JSON,
  session: JSON,
  log: JSON,
  task: JSON,
  settings: JSON,
};

/** The functions that apply the data of events to the page's state, by the name of the event. */
const handlers: Readonly<Record<EventName, (text: string) => void>> = {
  snapshot: (text) => {
    const data = json.snapshot.parse(text);
    applySnapshot(data.torrents);
    session.value = data.session;
    pruneSelection();
  },
  delta: (text) => {
    const data = json.delta.parse(text);
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
  rates: (text) => {
    const data = json.rates.parse(text);
    rates.value = data;
    record(SESSION, data);
    samplesVersion.value += 1;
  },
  session: (text) => {
    session.value = json.session.parse(text);
  },
  log: (text) => addLog([json.log.parse(text)]),
  task: (text) => putTask(json.task.parse(text)),
  // Dialogs read the settings when they open.
  settings: () => undefined,
};

const NAMES: readonly EventName[] = ["snapshot", "delta", "rates", "session", "log", "task", "settings"];

/** Opens the event stream. When it ends, it is opened again, until `disconnect` is called. */
export function connect(): void {
  clearTimeout(timer);
  source?.close();
  const events = new EventSource("/api/v1/events");
  source = events;
  retryAt.value = null;
  for (const name of NAMES) events.addEventListener(name, (event: MessageEvent<string>) => handlers[name](event.data));
  timer = setTimeout(() => lose(events), PATIENCE);
  events.addEventListener("open", () => {
    clearTimeout(timer);
    attempts = 0;
    connection.value = "live";
    void catchUp();
  });
  events.addEventListener("error", () => lose(events));
}

/** Loads the data that is not sent over the event stream. Called after each new connection. */
async function catchUp(): Promise<void> {
  try {
    const [lines, making] = await Promise.all([api.log(), api.tasks()]);
    resetLog(lines);
    tasks.value = making;
  } catch {
    // The stream matters more; when the daemon is unreachable, it fails, too.
  }
}

function lose(events: EventSource): void {
  if (events !== source) return;
  clearTimeout(timer);
  connection.value = "lost";
  attempts += 1;
  if (attempts === 1 && events.readyState === EventSource.CONNECTING) {
    // The browser reconnects once by itself with the last event id: the daemon then sends only what was missed.
    retryAt.value = Date.now() + NATIVE_WAIT;
    return;
  }
  const wait = WAITS[Math.min(attempts - 1, WAITS.length - 1)] ?? 0;
  // It would reconnect at fixed intervals for ever, and not at all after a response that is not a stream.
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

/** Connects again now, without waiting for the next attempt. */
export function retryNow(): void {
  clearTimeout(timer);
  attempts = 0;
  void retry();
}

/** Closes the event stream, and does not open it again. */
export function disconnect(): void {
  clearTimeout(timer);
  source?.close();
  source = null;
  connection.value = "connecting";
}
