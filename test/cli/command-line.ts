import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { eventually, Program } from "../support/process.ts";
import { tempFolder } from "../support/temp-folder.ts";

/** The built program. */
export const bin = fileURLToPath(new URL("../../bin/millrace.js", import.meta.url));

export interface Result {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command to its end. */
export function millrace(...args: string[]): Promise<Result> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [bin, ...args], { timeout: 60_000 }, (_error, stdout, stderr) =>
      resolve({ status: child.exitCode, stdout, stderr }),
    );
  });
}

/** A line of `--json`. */
export type Event = Record<string, unknown> & { event?: string };

/** The events of a finished command. */
export function events(text: string): Event[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Event);
}

/** Runs a command that keeps running: its events as they arrive. */
export function start(...args: string[]): { program: Program; until: (name: string) => Promise<Event>; seen: Event[] } {
  const program = new Program(process.execPath, [bin, ...args]);
  const seen: Event[] = [];
  program.lines((line) => seen.push(JSON.parse(line) as Event));
  const until = (name: string): Promise<Event> =>
    eventually(`${args[0]} says ${name}`, () => {
      const found = seen.find(({ event }) => event === name);
      if (found === undefined && program.hasExited) throw program.failure("ended");
      return found;
    });
  return { program, until, seen };
}

/** A folder with data and a torrent of it. */
export async function material(size = 3_000_000): Promise<{ folder: string; data: string; torrent: string }> {
  const folder = await tempFolder();
  const data = join(folder, "seed", "data.bin");
  await mkdir(join(folder, "seed"));
  await writeFile(data, randomBytes(size));
  const torrent = join(folder, "data.torrent");
  expect((await millrace("create", data, "--out", torrent, "--piece-length", "64KiB", "--json")).status).toBe(0);
  return { folder, data, torrent };
}
