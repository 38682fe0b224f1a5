import { readFileSync } from "node:fs";
import { now } from "./proc.ts";
import { sleep } from "./wait.ts";

/** How often the table of connections is read. */
const POLL_SECONDS = 0.002;

/** Resolves with the time of the first established connection to a local port, for clients that do not tell it. */
export async function connectedTo(port: number, seconds: number): Promise<number> {
  const local = new RegExp(
    `^ *\\d+: [0-9A-F]+:${port.toString(16).toUpperCase().padStart(4, "0")} [0-9A-F]+:[0-9A-F]{4} 01 `,
    "m",
  );
  for (const end = now() + seconds; now() < end;) {
    for (const table of ["/proc/net/tcp", "/proc/net/tcp6"]) if (local.test(readFileSync(table, "utf8"))) return now();
    await sleep(POLL_SECONDS);
  }
  throw new Error(`no connection to port ${port} in ${seconds} s`);
}
