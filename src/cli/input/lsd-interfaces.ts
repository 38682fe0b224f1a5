import { missingInterfaces } from "../../lsd/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { clean } from "../../terminal/index.ts";
import type { Output } from "../output/output.ts";

/** The environment variable that lists the network interfaces of local discovery, separated by commas; empty: none. */
const VARIABLE = "MILLRACE_LSD_INTERFACES";

/**
 * Collects names or IP addresses of network interfaces. The option may be given several times, or with several of them
 * separated by commas.
 */
export function interfacesArgument(text: string, before: readonly string[] = []): string[] {
  const names = text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  return [...before, ...names];
}

/**
 * Returns the network interfaces of local discovery: those of the option, or else of MILLRACE_LSD_INTERFACES;
 * `undefined` for the default ones.
 */
export function lsdInterfaces(named: readonly string[] | undefined): readonly string[] | undefined {
  if (named !== undefined) return named;
  const text = process.env[VARIABLE];
  return text === undefined ? undefined : interfacesArgument(text);
}

/** Warns of network interfaces that the user named and that the host does not have. They may appear later. */
export async function warnOfMissingInterfaces(
  { multicast }: Pick<Runtime, "multicast">,
  output: Output,
  named: readonly string[] = [],
): Promise<void> {
  if (named.length === 0) return;
  for (const each of missingInterfaces(named, await multicast.interfaces()))
    output.note(
      `${output.noteStyle.warn("warning:")} --lsd-interface: there is no network interface ${clean(each)} now`,
    );
}
