/** The shared parts of `verify` and `create`: a whole program, and the highest hash rate of this machine. */
import { createHash } from "node:crypto";
import { availableParallelism } from "node:os";
import { Child } from "../lib/child.ts";
import type { ChildOptions } from "../lib/child.ts";
import type { Bench } from "../lib/bench.ts";
import { randomBytes } from "../lib/data.ts";
import { MemoryWatch } from "../lib/meter.ts";
import { endedChildrenCpu, now } from "../lib/proc.ts";
import type { Figures, Metric } from "../lib/record.ts";
import { MIB } from "../lib/units.ts";

export const HASHING_METRICS: readonly Metric[] = [
  { key: "rate", title: "MB/s", better: "more" },
  { key: "wall", title: "wall s" },
  { key: "cpu", title: "CPU s", better: "less" },
  { key: "anonymous", title: "anonymous MB", better: "less" },
  { key: "share", title: "of cores × SHA-1" },
];

const SHA1_SECONDS = 0.5;

/** Bytes a second that one core hashes on an idle machine. */
export function sha1Rate(): number {
  const piece = randomBytes(2)(MIB);
  const start = now();
  let bytes = 0;
  while (now() - start < SHA1_SECONDS) {
    createHash("sha1").update(piece).digest();
    bytes += piece.length;
  }
  return bytes / (now() - start);
}

/** All cores at that rate: the base of the shares. */
export function machineSha1Rate(bench: Bench): number {
  sha1Rate();
  const one = Math.max(sha1Rate(), sha1Rate());
  const cores = availableParallelism();
  bench.say(`SHA-1: ${(one / 1e6).toFixed(0)} MB/s on one core, ${cores} cores`);
  return one * cores;
}

/** A program from its start to its end. Rejects when its exit status is not 0. */
export async function measureProgram(
  bench: Bench,
  name: string,
  argv: readonly string[],
  options: ChildOptions = {},
): Promise<{ readonly wall: number; readonly cpu: number; readonly anonymous: number }> {
  const before = endedChildrenCpu();
  const child = new Child(name, argv, options);
  const memory = new MemoryWatch(child.pid);
  const timer = setTimeout(() => child.kill(), bench.options.timeout * 1000);
  const status = await child.ended;
  clearTimeout(timer);
  memory.stop();
  if (status !== 0) throw new Error(`${name} ended with status ${status}: ${child.stderr}`);
  return {
    wall: (child.endedAt ?? now()) - child.startedAt,
    cpu: endedChildrenCpu() - before,
    anonymous: memory.peak / 1e6,
  };
}

export function hashingFigures(
  size: number,
  best: number,
  { wall, cpu, anonymous }: { readonly wall: number; readonly cpu: number; readonly anonymous: number },
): Figures {
  return { rate: size / wall / 1e6, wall, cpu, anonymous, share: size / wall / best };
}
