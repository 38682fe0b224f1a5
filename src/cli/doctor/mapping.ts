import { Deferred, whenAborted } from "../../base/index.ts";
import type { Runtime } from "../../runtime/index.ts";
import { PortMapper, type PortMappingState } from "../../portmap/index.ts";
import { clean } from "../../terminal/index.ts";
import { ok, unknown, warning, type Finding } from "./finding.ts";

/** The maximum time, in milliseconds, for a router to map the port. */
const MAPPING_MS = 20_000;

/** Checks whether a router maps the port to this machine. The mapping is removed afterwards. */
export async function checkMapping(runtime: Runtime, port: number, signal: AbortSignal): Promise<Finding[]> {
  if (port === 0) return [unknown("there is no port to map")];
  const isDone = new Deferred();
  const mapper = new PortMapper({ runtime, port, onChange: () => isDone.resolve() });
  const timer = runtime.clock.after(MAPPING_MS, () => isDone.resolve());
  try {
    await Promise.race([isDone.promise, whenAborted(signal)]);
    signal.throwIfAborted();
    return [found(mapper.state, port)];
  } finally {
    timer.cancel();
    await mapper.close();
  }
}

function found(state: PortMappingState, port: number): Finding {
  if (state.kind === "mapped") {
    const address = state.externalIp === undefined ? "" : ` of ${state.externalIp}`;
    return ok(`the router ${state.gateway} maps port ${state.tcp}${address} to this machine (${state.method})`);
  }
  if (state.kind === "failed" && state.code === "portmap.no-gateway")
    return unknown("no router found: nothing to map if this machine has a public address");
  const reason = state.kind === "failed" ? clean(state.reason) : "no router has replied";
  return warning(
    `the router does not map the port: ${reason}`,
    `switch on UPnP or NAT-PMP in the router, or forward TCP and UDP port ${port} to this machine there; behind a second NAT of the provider neither helps`,
  );
}
