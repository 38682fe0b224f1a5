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
