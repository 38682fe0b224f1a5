import type { InterfaceAddress } from "../runtime/index.ts";

/** Returns the names and IP addresses that belong to none of the host's network interfaces; `"*"` is never missing. */
export function missingInterfaces(named: readonly string[], all: readonly InterfaceAddress[]): string[] {
  return named.filter((each) => each !== "*" && !all.some(({ name, ip }) => each === name || each === ip));
}
