import { batch, signal } from "@preact/signals";
import type { CreateTask, EventData, LogLine, SessionInfo } from "../../../src/api/index.ts";

/** The maximum number of log lines kept in the page. */
const MAX_LOG = 2000;

/** A state of the event stream: `connecting` for the first time, `live`, or `lost` until it is connected again. */
export type Connection = "connecting" | "live" | "lost";

/** The current state of the event stream. */
export const connection = signal<Connection>("connecting");
/** The time of the next attempt to connect, in milliseconds since 1970; null when none is planned. */
export const retryAt = signal<number | null>(null);
/** The information about the session that the daemon sends; null before the first snapshot. */
export const session = signal<SessionInfo | null>(null);
/** The rates of the whole session. */
export const rates = signal<EventData<"rates">>({ at: 0, down: 0, up: 0, connections: 0 });
/** The lines of the daemon's log, the oldest first. */
export const log = signal<readonly LogLine[]>([]);
/** The tasks in which the daemon makes torrent files. */
export const tasks = signal<readonly CreateTask[]>([]);

/**
 * Adds log lines. Lines that are already present are recognised by their number and left out, because after a
 * reconnection some arrive twice.
 */
export function addLog(lines: readonly LogLine[]): void {
  const last = log.peek().at(-1)?.id ?? -1;
  const fresh = lines.filter((line) => line.id > last);
  if (fresh.length > 0) log.value = [...log.peek(), ...fresh].slice(-MAX_LOG);
}

/** Adds a task, or replaces the task with the same id. */
export function putTask(task: CreateTask): void {
  const rest = tasks.peek();
  // The response to the request may come after the event of its end.
  if (task.state === "hashing" && rest.some((other) => other.id === task.id && other.state !== "hashing")) return;
  tasks.value = rest.some((other) => other.id === task.id)
    ? rest.map((other) => (other.id === task.id ? task : other))
    : [...rest, task];
}

/** Removes a task. */
export function dropTask(id: string): void {
  tasks.value = tasks.peek().filter((task) => task.id !== id);
}

/**
 * Replaces all log lines. This is needed after a restart of the daemon, because the numbers of lines then start from
 * one again.
 */
export function resetLog(lines: readonly LogLine[]): void {
  batch(() => {
    log.value = [];
    addLog(lines);
  });
}
