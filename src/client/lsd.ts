import { LocalDiscovery } from "../lsd/index.ts";
import type { Runtime } from "../runtime/index.ts";

/** Settings of local service discovery. */
export interface LsdSettings {
  /**
   * Names (`eth0`) or IP addresses of the network interfaces to use; `"*"` is all but the loopback interface. Empty:
   * none. Default: `["*"]`.
   */
  readonly interfaces?: readonly string[] | undefined;
}

/** Returns a client's local service discovery; `undefined` when it is off. */
export function makeLsd(runtime: Runtime, lsd: boolean | LsdSettings | undefined): LocalDiscovery | undefined {
  if (lsd === undefined || lsd === false) return undefined;
  return new LocalDiscovery({ runtime, interfaces: lsd === true ? undefined : lsd.interfaces });
}
