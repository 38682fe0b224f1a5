import { LocalDiscovery } from "../../lsd/index.ts";
import type { Runtime } from "../../runtime/index.ts";

/** Settings of local service discovery. */
export interface LsdSettings {
  /**
   * Names (`eth0`) or IP addresses of the network interfaces to use; `"*"` is all but the loopback interface. Empty:
   * none. Default: `["*"]`.
   */
  readonly interfaces?: readonly string[] | undefined;
}

/** Creates a client's local service discovery; `lsd: true` stands for the default settings. */
export function makeLsd(runtime: Runtime, lsd: LsdSettings | true): LocalDiscovery {
  return new LocalDiscovery({ runtime, interfaces: lsd === true ? undefined : lsd.interfaces });
}
