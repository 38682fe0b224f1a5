import { batch, signal } from "@preact/signals";
import type { CreateTask, EventData, LogLine, SessionInfo } from "../../../src/api/index.ts";

/** Maximum number of log lines kept. */
const MAX_LOG = 2000;

/** The state of the event stream. */
export type Connection = "connecting" | "live" | "lost";

/** The state of the event stream. */
export const connection = signal<Connection>("connecting");
/** When the next attempt to connect is made, in milliseconds since 1970; null while connected. */
export const retryAt = signal<number | null>(null);
/** The session's information; null before the first snapshot. */
export const session = signal<SessionInfo | null>(null);
/** The session's rates. */
export const rates = signal<EventData<"rates">>({ at: 0, down: 0, up: 0, connections: 0 });
/** The lines of the log, the oldest first. */
export const log = signal<readonly LogLine[]>([]);
/** The torrent files that are being made. */
export const tasks = signal<readonly CreateTask[]>([]);

/** Adds log lines by their number, because after a reconnection some lines arrive twice. */
export function addLog(lines: readonly LogLine[]): void {
  const last = log.peek().at(-1)?.id ?? -1;
  const fresh = lines.filter((line) => line.id > last);
  if (fresh.length > 0) log.value = [...log.peek(), ...fresh].slice(-MAX_LOG);
}

/** Adds or updates a task. */
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

/** Replaces all log lines. After a restart of the daemon the numbers of lines start from one again. */
export function resetLog(lines: readonly LogLine[]): void {
  batch(() => {
    log.value = [];
    addLog(lines);
  });
}
