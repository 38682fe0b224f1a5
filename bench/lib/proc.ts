/** Figures of Linux about processes: CPU seconds, memory, and the load of the whole machine. */
import { readFileSync, readdirSync } from "node:fs";

/** USER_HZ, the unit in which the kernel reports times; 100 on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;

/** CLOCK_MONOTONIC in seconds, the same clock as Python's `time.monotonic()`. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e9;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // The process has ended.
    return undefined;
  }
}

/** The fields of /proc/PID/stat from the third on: the second may contain spaces and parentheses. */
function statFields(path: string): string[] | undefined {
  const text = read(path);
  return text?.slice(text.lastIndexOf(")") + 2).split(" ");
}

function descendants(pid: number): number[] {
  let threads: string[];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
  const children = threads.flatMap((thread) =>
    (read(`/proc/${pid}/task/${thread}/children`) ?? "").split(" ").filter(Boolean).map(Number),
  );
  return children.flatMap((child) => [child, ...descendants(child)]);
}

/** User and system seconds of a process, its ended children and its living descendants; 0 when it has ended. */
export function cpuSeconds(pid: number): number {
  let ticks = 0;
  for (const each of [pid, ...descendants(pid)]) {
    const fields = statFields(`/proc/${each}/stat`);
    if (fields !== undefined) for (const at of [11, 12, 13, 14]) ticks += Number(fields[at]);
  }
  return ticks / TICKS_PER_SECOND;
}

/** User and system seconds of this process's children that have ended. */
export function endedChildrenCpu(): number {
  const fields = statFields("/proc/self/stat") ?? [];
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
}

export interface Memory {
  /** Bytes of memory not backed by a file: the cost of a client, independent of how it maps files. */
  readonly anonymous: number;
  /** Resident bytes, mapped files included. */
  readonly resident: number;
}

export function memoryOf(pid: number): Memory | undefined {
  const status = read(`/proc/${pid}/status`);
  if (status === undefined) return undefined;
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(status)?.[1] ?? 0) * 1024;
  return { anonymous: field("RssAnon"), resident: field("VmRSS") };
}

/** Busy CPU seconds of the machine since it started, without stolen time. */
export function machineCpu(): number {
  const fields = (read("/proc/stat") ?? "").split("\n", 1)[0]?.split(/\s+/).map(Number) ?? [];
  const [, user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = fields;
  return (user + nice + system + irq + softirq) / TICKS_PER_SECOND;
}
