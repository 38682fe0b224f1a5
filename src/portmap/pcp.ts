import { AbortError, NetworkError, type Endpoint } from "../base/index.ts";
import type { DatagramSocket, Gateway, Runtime } from "../runtime/index.ts";
import { MAX_PCP_LENGTH, PCP_PORT, PCP_WAITS_MS } from "./limits.ts";
import type { Lease, MappingMethod } from "./method.ts";
import {
  decodePcp,
  encodeAddressRequest,
  encodeNatPmp,
  encodePcp,
  NONCE_LENGTH,
  type MapRequest,
  type PcpResponse,
} from "./pcp-messages.ts";

/** The runtime of a {@link MappingMethod} over UDP. */
export type PcpRuntime = Pick<Runtime, "clock" | "random" | "datagrams">;

/** The reasons of a NAT-PMP server (RFC 6886) for a refusal. */
const NATPMP_REASONS: Readonly<Record<number, string>> = {
  2: "it is switched off in the router",
  3: "the router has no Internet address",
  4: "the router has no free port",
  5: "the router does not support it",
};
/** The reasons of a PCP server (RFC 6887) for a refusal. */
const PCP_REASONS: Readonly<Record<number, string>> = {
  2: "it is switched off in the router",
  7: "the router has no Internet address",
  8: "the router has no free port",
  10: "this host has too many mappings",
  11: "the router cannot map this port",
  13: "there is another NAT between this host and the router",
};

/** Returns a gateway that speaks PCP (RFC 6887). */
export function pcp(runtime: PcpRuntime, gateway: Gateway): MappingMethod {
  // Servers recognize the owner of a mapping by it: it is the same for renewals and the removal.
  const nonce = runtime.random.bytes(NONCE_LENGTH);
  const map = async (request: MapRequest, signal: AbortSignal): Promise<Lease> => {
    const response = await ask(runtime, gateway, encodePcp(request, gateway.localIp, nonce), signal);
    return toLease(response, PCP_REASONS);
  };
  return { name: "pcp", map, unmap: async (request, signal) => void (await map({ ...request, lifetimeS: 0 }, signal)) };
}

/** Returns a gateway that speaks NAT-PMP (RFC 6886). */
export function natPmp(runtime: PcpRuntime, gateway: Gateway): MappingMethod {
  const send = (bytes: Uint8Array, signal: AbortSignal): Promise<PcpResponse> => ask(runtime, gateway, bytes, signal);
  return {
    name: "nat-pmp",
    map: async (request, signal) => {
      const lease = toLease(await send(encodeNatPmp(request), signal), NATPMP_REASONS);
      const address = await send(encodeAddressRequest(), signal);
      return { ...lease, externalIp: address.kind === "address" ? address.externalIp : undefined };
    },
    unmap: async (request, signal) => {
      // RFC 6886: the external port of a removal is 0.
      await send(encodeNatPmp({ ...request, externalPort: 0, lifetimeS: 0 }), signal);
    },
  };
}

function toLease(response: PcpResponse, reasons: Readonly<Record<number, string>>): Lease {
  if (response.kind === "mapped") return response;
  if (response.kind === "version")
    throw new NetworkError("portmap.version", "the router speaks another version of the protocol");
  const reason = response.kind === "failed" ? reasons[response.code] : undefined;
  throw new NetworkError(
    "portmap.refused",
    reason ?? `the router refuses it: ${response.kind === "failed" ? `code ${response.code}` : "another response"}`,
  );
}

/**
 * Sends a request until the gateway responds. Rejects with NetworkError `portmap.silent` when it does not, or with
 * AbortError.
 */
async function ask(
  { clock, datagrams }: PcpRuntime,
  { ip, localIp }: Gateway,
  request: Uint8Array,
  signal: AbortSignal,
): Promise<PcpResponse> {
  if (signal.aborted) throw new AbortError();
  const to: Endpoint = { ip, port: PCP_PORT };
  let take: (response: PcpResponse | Error) => void = () => undefined;
  const response = new Promise<PcpResponse | Error>((resolve) => {
    take = resolve;
  });
  const socket: DatagramSocket = await datagrams.bind({
    ip: localIp,
    port: 0,
    onDatagram: (bytes, from) => {
      if (from.ip !== ip || from.port !== PCP_PORT || bytes.length > MAX_PCP_LENGTH) return;
      const decoded = decodePcp(bytes, request);
      if (decoded !== undefined) take(decoded);
    },
  });
  const onAbort = (): void => take(new AbortError());
  signal.addEventListener("abort", onAbort, { once: true });
  let wait = 0;
  const send = (): void => {
    const ms = PCP_WAITS_MS[wait++];
    if (ms === undefined) {
      take(new NetworkError("portmap.silent", `the router ${ip} does not respond to NAT-PMP or PCP`));
      return;
    }
    socket.send(request, to);
    timer = clock.after(ms, send);
  };
  let timer = clock.after(0, send);
  try {
    const got = await response;
    if (got instanceof Error) throw got;
    return got;
  } finally {
    timer.cancel();
    signal.removeEventListener("abort", onAbort);
    await socket.close();
  }
}
