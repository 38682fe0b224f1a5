import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { Bench } from "./bench.ts";
import { Child } from "./child.ts";

/** Compiles the generator of DHT queries. Returns its path. Throws without a compiler. */
export async function compileDhtLoad(bench: Bench): Promise<string> {
  if (!bench.tools.has("cc"))
    throw new Error("the load generator is C, and there is no compiler: npm run bench -- setup");
  const program = join(await bench.workspace.folder("load"), "dht_load");
  const { status, stderr } = spawnSync("cc", ["-O2", "-o", program, bench.driver("dht_load.c")], { encoding: "utf8" });
  if (status !== 0) throw new Error(`cc: ${stderr}`);
  return program;
}

/** What the generator counted. */
export interface DhtLoad {
  readonly replies: number;
  readonly errors: number;
  readonly lost: number;
  readonly seconds: number;
}

/** The kinds of queries of the generator. */
export type DhtLoadKind = "ping" | "find_node" | "get_peers" | "mix" | "announce";

/** Sends queries to a node for some seconds, `inFlight` at a time, from `addresses` addresses. */
export async function loadDht(
  program: string,
  job: {
    readonly port: number;
    readonly kind: DhtLoadKind;
    readonly seconds: number;
    readonly addresses: number;
    readonly inFlight: number;
  },
): Promise<DhtLoad> {
  const { port, kind, seconds, addresses, inFlight } = job;
  const run = new Child("dht_load", [program, "load", ...[port, kind, seconds, addresses, inFlight, 0].map(String)]);
  try {
    const { fields } = await run.waitFor("complete", seconds + 10);
    const count = (key: string): number => Number(fields[key]);
    return { replies: count("replies"), errors: count("errors"), lost: count("lost"), seconds: count("seconds") };
  } finally {
    await run.stop();
  }
}
