import { createHash } from "node:crypto";
import { realpath, unlink } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { toError, UsageError } from "../base/index.ts";
import { makeFolder } from "../runtime/node/index.ts";

/** The maximum time, in milliseconds, for the daemon that holds the lock to send its process id. */
const ANSWER_MS = 5_000;

/**
 * Locks a state folder, so that only one process uses it. It listens on a local socket whose name is derived from the
 * folder's path: the system allows one listener for a name, and releases the name when the process ends. Resolves to
 * a function that unlocks the folder. Rejects with UsageError `daemon.running`, or `daemon.state` for a folder that
 * cannot be used.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  let real: string;
  try {
    await makeFolder(folder, 0o700);
    real = await realpath(folder);
  } catch (error) {
    throw new UsageError("daemon.state", `the state folder cannot be used: ${toError(error).message}`, {
      cause: error,
      fields: { folder },
    });
  }
  const name = socketName(real);
  const server = (await listen(name)) ?? (await listenAgain(name, real)) ?? undefined;
  if (server === undefined) {
    const pid = await askHolder(name);
    throw new UsageError(
      "daemon.running",
      `another daemon is running with the state folder ${folder}${pid === undefined ? "" : ` (process ${pid})`}; stop it, or use another folder with --state`,
      { fields: { folder } },
    );
  }
  server.unref();
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve());
    });
}

/**
 * Returns the name of the local socket for a folder. On Linux and Windows the name disappears with the process; on
 * other systems it is a file.
 */
function socketName(folder: string): string {
  const name = `millrace-${createHash("sha256").update(folder).digest("hex").slice(0, 32)}`;
  if (process.platform === "linux") return `\0${name}`;
  return process.platform === "win32" ? `\\\\.\\pipe\\${name}` : join(folder, "lock");
}

/**
 * On a system where the name is a socket file (neither Linux nor Windows), a killed daemon may have left the file.
 * Deletes such a file and listens again. Resolves to `undefined` when another process listens on the name.
 */
async function listenAgain(name: string, folder: string): Promise<Server | undefined> {
  if (name !== join(folder, "lock") || (await askHolder(name)) !== undefined) return undefined;
  await unlink(name).catch(() => undefined);
  return listen(name);
}

/** Listens on a local socket. Resolves to `undefined` when another process listens on it. */
function listen(name: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.end(String(process.pid));
    });
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(undefined);
      else reject(new UsageError("daemon.state", `cannot lock the state folder: ${error.message}`, { cause: error }));
    });
    server.listen(name, () => resolve(server));
  });
}

function askHolder(name: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    let text = "";
    const socket = connect(name);
    socket.setTimeout(ANSWER_MS, () => socket.destroy());
    socket.setEncoding("latin1").on("data", (part: string) => {
      text = (text + part).slice(0, 20);
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve(/^\d+$/.test(text) ? text : undefined));
  });
}
