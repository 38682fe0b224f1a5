import { readFile } from "node:fs/promises";
import { performance } from "node:perf_hooks";
import { errorCode, toError } from "../../base/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { formatRate, formatSize, groupDigits } from "../../terminal/index.ts";
import { ok, problem, unknown, warning, type Finding } from "./finding.ts";

/** The number of open files below which downloads of many files or peers fail, and below which they may. */
const FEW_FILES = 256;
const SOME_FILES = 1_024;
/** The number of bytes that are written to measure the disk, and the maximum time for it in milliseconds. */
const WRITE_LENGTH = 64 * 1024 * 1024;
const WRITE_MS = 3_000;
const CHUNK_LENGTH = 4 * 1024 * 1024;
/** Rates, in bytes a second, and free space in bytes, below which there is a warning. */
const SLOW_DISK = 10_000_000;
const SLOW_HASH = 100_000_000;
const LITTLE_SPACE = 1_000_000_000;
/** The number of bytes that are hashed to measure the processor. */
const HASH_LENGTH = 32 * 1024 * 1024;

/** Checks how many files and connections this process may have open at the same time. */
export async function checkOpenFiles(): Promise<Finding[]> {
  const limits = await readFile("/proc/self/limits", "utf8").catch(() => undefined);
  const soft = /^Max open files\s+(\S+)/m.exec(limits ?? "")?.[1];
  if (soft === undefined) return [unknown("this system does not say how many files may be open")];
  if (soft === "unlimited") return [ok("any number of files and connections may be open")];
  const number = Number(soft);
  const text = `${groupDigits(number)} files and connections may be open at the same time`;
  const advice =
    "raise the limit: `ulimit -n 65536` in the shell, LimitNOFILE=65536 in a systemd unit, or --ulimit nofile=65536 of a container";
  if (number < FEW_FILES) return [problem(`only ${text}`, advice)];
  return [number < SOME_FILES ? warning(`only ${text}`, advice) : ok(text)];
}

/** Checks that the download folder can be written to, has space, and is fast enough. */
export async function checkDisk({ files, random }: Pick<Runtime, "files" | "random">, dir: string): Promise<Finding[]> {
  const stat = await files.stat(dir);
  if (stat?.kind !== "folder")
    return [problem(`${dir} is not a folder`, "create it, or name another one with --dir FOLDER")];
  const free = await files.freeSpace(dir);
  const path = `${dir}/.millrace-doctor-${Buffer.from(random.bytes(6)).toString("hex")}`;
  try {
    const written = await measureWriting(files, path);
    const rate = `${formatRate(written)} to ${dir}`;
    const findings = [
      written < SLOW_DISK
        ? warning(`the disk is slow: ${rate}`, "use another disk, or find out which program keeps it busy")
        : ok(`writes ${rate}`),
    ];
    const space = `${formatSize(free)} free`;
    findings.push(free < LITTLE_SPACE ? warning(`only ${space}`, "free space, or use another disk") : ok(space));
    return findings;
  } catch (error) {
    if (errorCode(error) === "storage.full")
      return [
        problem(
          `the disk of ${dir} is full: ${formatSize(free)} free`,
          "free space, or name a folder on another disk with --dir FOLDER",
        ),
      ];
    return [
      problem(
        `cannot write to ${dir}: ${toError(error).message}`,
        "change the folder's owner or mode, or name another one with --dir FOLDER",
      ),
    ];
  } finally {
    await files.removeFile(path).catch(() => undefined);
  }
}

/** Returns the rate, in bytes a second, at which data reaches the disk. */
async function measureWriting(files: Runtime["files"], path: string): Promise<number> {
  const chunk = new Uint8Array(CHUNK_LENGTH).fill(0x5a);
  const file = await files.open(path, "exclusive");
  try {
    const begun = performance.now();
    let length = 0;
    while (length < WRITE_LENGTH && performance.now() - begun < WRITE_MS) {
      await file.write(chunk, length);
      length += chunk.length;
    }
    await file.sync();
    return (length * 1_000) / Math.max(1, performance.now() - begun);
  } finally {
    await file.close();
  }
}

/** Measures how fast the processor checks downloaded data. */
export function checkProcessor({ hasher }: Pick<Runtime, "hasher">): Finding[] {
  const bytes = new Uint8Array(HASH_LENGTH);
  const begun = performance.now();
  hasher.digestSync("sha1", bytes);
  const rate = (HASH_LENGTH * 1_000) / Math.max(1, performance.now() - begun);
  const text = `checks data at ${formatRate(rate)}`;
  return [
    rate < SLOW_HASH
      ? warning(`the processor is slow or busy: it ${text}`, "stop other programs that use the processor")
      : ok(text),
  ];
}
