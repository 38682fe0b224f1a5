import { lookup, Resolver } from "node:dns/promises";
import { AbortError, canonicalIp, throwIfAborted } from "../../base/index.ts";
import type { ResolveOptions } from "../net.ts";
import { networkError } from "./system-error.ts";

/**
 * Error codes for a DNS server that did not reply. The system's resolver is then not tried, because it asks the same
 * servers.
 */
const SILENT = new Set(["ETIMEOUT", "ECANCELLED"]);

/** Resolves a host name to its addresses: the implementation of {@link Net.resolve}. */
export async function resolveHost(
  host: string,
  signal?: AbortSignal,
  { isStoppable = false }: ResolveOptions = {},
): Promise<string[]> {
  throwIfAborted(signal);
  const literal = canonicalIp(host);
  if (literal !== undefined) return [literal];
  try {
    const servers = isStoppable && host.includes(".") ? await askServers(host, signal) : [];
    const found = servers.length > 0 ? servers : await unlessAborted(askSystem(host), signal);
    return [...new Set(found.flatMap((ip) => canonicalIp(ip) ?? []))];
  } catch (error) {
    throwIfAborted(signal);
    throw networkError(error, `cannot find ${host}`);
  }
}

async function askSystem(host: string): Promise<string[]> {
  const found = await lookup(host, { all: true, order: "verbatim" });
  return found.map(({ address }) => address);
}

/**
 * Queries the DNS servers directly. The system's resolver would occupy a thread that delays the end of the process.
 * Resolves to an empty list when the servers know no address.
 */
async function askServers(host: string, signal: AbortSignal | undefined): Promise<string[]> {
  const resolver = new Resolver();
  const stop = (): void => resolver.cancel();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    const results = await Promise.allSettled([resolver.resolve6(host), resolver.resolve4(host)]);
    throwIfAborted(signal);
    const found = results.flatMap((result) => (result.status === "fulfilled" ? result.value : []));
    const silent = results.find((result) => result.status === "rejected" && SILENT.has(codeOf(result.reason)));
    if (found.length === 0 && silent?.status === "rejected") throw silent.reason;
    return found;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}

function codeOf(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
}

/**
 * Returns the result of `promise`, or rejects with its error. Rejects at once when `signal` aborts, because the
 * system's resolver cannot be stopped.
 */
async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  let stop: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = (): void => reject(new AbortError("the name resolution was aborted", { cause: signal.reason }));
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (stop !== undefined) signal.removeEventListener("abort", stop);
  }
}
