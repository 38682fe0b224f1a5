import { batch, signal } from "@preact/signals";
import type { CreateTask, EventData, LogLine, SessionInfo } from "../../../src/api/index.ts";

/** Lines of the log that are kept for showing. */
const MAX_LOG = 2000;

export type Connection = "connecting" | "live" | "lost";

export const connection = signal<Connection>("connecting");
/** When the next attempt is made, while it is lost; milliseconds since 1970. */
export const retryAt = signal<number | null>(null);
export const session = signal<SessionInfo | null>(null);
export const rates = signal<EventData<"rates">>({ at: 0, down: 0, up: 0, connections: 0 });
export const log = signal<readonly LogLine[]>([]);
export const tasks = signal<readonly CreateTask[]>([]);

/** Puts lines in by their number: after a reconnection some come twice. */
export function addLog(lines: readonly LogLine[]): void {
  const last = log.peek().at(-1)?.id ?? -1;
  const fresh = lines.filter((line) => line.id > last);
  if (fresh.length > 0) log.value = [...log.peek(), ...fresh].slice(-MAX_LOG);
}

export function putTask(task: CreateTask): void {
  const rest = tasks.peek();
  // The answer to the request may come after the event that it has ended.
  if (task.state === "hashing" && rest.some((other) => other.id === task.id && other.state !== "hashing")) return;
  tasks.value = rest.some((other) => other.id === task.id)
    ? rest.map((other) => (other.id === task.id ? task : other))
    : [...rest, task];
}

export function dropTask(id: string): void {
  tasks.value = tasks.peek().filter((task) => task.id !== id);
}

/** Another daemon, or the same one started anew: its log begins at one again. */
export function resetLog(lines: readonly LogLine[]): void {
  batch(() => {
    log.value = [];
    addLog(lines);
  });
}
