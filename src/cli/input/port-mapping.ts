import { booleanVariable } from "./boolean-variable.ts";

/** The environment variable that switches port mapping off where the option `--no-port-mapping` is not given. */
const VARIABLE = "MILLRACE_PORT_MAPPING";

/** Returns whether a command maps its port at the router. `flag` is `false` with `--no-port-mapping`. */
export function mapsPort(flag: boolean): boolean {
  return flag && (booleanVariable(VARIABLE) ?? true);
}
