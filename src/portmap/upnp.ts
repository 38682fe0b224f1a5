import { canonicalIp, latin1, latin1Decode, NetworkError, utf8Decode } from "../base/index.ts";
import type { Gateway, HttpReply, Runtime } from "../runtime/index.ts";
import { MAX_DEVICES, MAX_PORTS_TRIED, MAX_SSDP_LENGTH, MAX_XML_LENGTH, SEARCH_MS, UPNP_TIMEOUT_MS } from "./limits.ts";
import type { Lease, MappingMethod } from "./method.ts";
import type { MapRequest } from "./pcp-messages.ts";
import {
  elementOf,
  encodeCommand,
  parseDescription,
  parseSearchResponse,
  searchMessages,
  SSDP_GROUP,
  type ControlPoint,
} from "./upnp-messages.ts";

/** The runtime of UPnP. */
export type UpnpRuntime = Pick<Runtime, "clock" | "random" | "datagrams" | "http">;

/** Error codes of AddPortMapping. */
const CONFLICT = "718";
const SAME_PORTS_ONLY = "724";
const PERMANENT_ONLY = "725";

/** Finds the UPnP device that is the gateway. Returns no method when it does not respond. */
export async function findUpnp(runtime: UpnpRuntime, gateway: Gateway, signal: AbortSignal): Promise<MappingMethod[]> {
  const out: MappingMethod[] = [];
  for (const location of await search(runtime, gateway, signal)) {
    const reply = await request(runtime, gateway, location, signal).catch(() => undefined);
    const control = reply === undefined ? undefined : parseDescription(utf8Decode(reply.body), location);
    if (control !== undefined) out.push(new UpnpGateway(runtime, gateway, control));
  }
  return out;
}

/** Searches for descriptions of devices at the gateway's address, until one has responded or the time is over. */
async function search(runtime: UpnpRuntime, gateway: Gateway, signal: AbortSignal): Promise<readonly string[]> {
  const { clock, datagrams } = runtime;
  const found = new Set<string>();
  let done: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    done = resolve;
  });
  const socket = await datagrams.bind({
    ip: gateway.localIp,
    port: 0,
    onDatagram: (bytes, from) => {
      if (from.ip !== gateway.ip || bytes.length > MAX_SSDP_LENGTH || found.size >= MAX_DEVICES) return;
      const location = parseSearchResponse(latin1Decode(bytes));
      if (location === undefined || !isAt(location, gateway.ip)) return;
      found.add(location);
      done();
    },
  });
  const timer = clock.after(SEARCH_MS, done);
  signal.addEventListener("abort", done, { once: true });
  for (const message of searchMessages()) {
    socket.send(latin1(message), SSDP_GROUP);
    // Devices respond to searches that are sent to them alone, too (UPnP 1.1).
    socket.send(latin1(message), { ip: gateway.ip, port: SSDP_GROUP.port });
  }
  if (!signal.aborted) await ended;
  timer.cancel();
  signal.removeEventListener("abort", done);
  await socket.close();
  return [...found];
}

function isAt(url: string, ip: string): boolean {
  return URL.canParse(url) && new URL(url).protocol === "http:" && new URL(url).hostname === ip;
}

function request(
  { http }: UpnpRuntime,
  { localIp }: Gateway,
  url: string,
  signal: AbortSignal,
  command?: { readonly body: string; readonly headers: Readonly<Record<string, string>> },
): Promise<HttpReply> {
  return http.get({
    url,
    ...command,
    maxBytes: MAX_XML_LENGTH,
    firstByteTimeoutMs: UPNP_TIMEOUT_MS,
    totalTimeoutMs: UPNP_TIMEOUT_MS,
    maxRedirects: 0,
    localIp,
    signal,
  });
}

/** A gateway with a service of UPnP that maps ports. */
class UpnpGateway implements MappingMethod {
  readonly name = "upnp";
  readonly #runtime: UpnpRuntime;
  readonly #gateway: Gateway;
  readonly #control: ControlPoint;

  constructor(runtime: UpnpRuntime, gateway: Gateway, control: ControlPoint) {
    this.#runtime = runtime;
    this.#gateway = gateway;
    this.#control = control;
  }

  async map(wanted: MapRequest, signal: AbortSignal): Promise<Lease> {
    const { externalPort, lifetimeS } = await this.#add(wanted, signal);
    const reply = await this.#command("GetExternalIPAddress", {}, signal).catch(() => undefined);
    const externalIp = canonicalIp(elementOf(reply ?? "", "NewExternalIPAddress") ?? "");
    return { externalPort, externalIp, lifetimeS };
  }

  async unmap({ protocol, externalPort }: MapRequest, signal: AbortSignal): Promise<void> {
    const fields = { NewRemoteHost: "", NewExternalPort: externalPort, NewProtocol: protocol.toUpperCase() };
    await this.#command("DeletePortMapping", fields, signal);
  }

  async #add(
    { protocol, internalPort, externalPort, lifetimeS }: MapRequest,
    signal: AbortSignal,
  ): Promise<{ readonly externalPort: number; readonly lifetimeS: number }> {
    let port = externalPort === 0 ? internalPort : externalPort;
    let lease = lifetimeS;
    for (let attempts = 1; ; attempts++) {
      try {
        await this.#command(
          "AddPortMapping",
          {
            NewRemoteHost: "",
            NewExternalPort: port,
            NewProtocol: protocol.toUpperCase(),
            NewInternalPort: internalPort,
            NewInternalClient: this.#gateway.localIp,
            NewEnabled: 1,
            NewPortMappingDescription: "Millrace",
            NewLeaseDuration: lease,
          },
          signal,
        );
        return { externalPort: port, lifetimeS: lease === 0 ? Infinity : lease };
      } catch (error) {
        const code = error instanceof NetworkError ? error.fields["upnp"] : undefined;
        if (attempts >= MAX_PORTS_TRIED) throw error;
        if (code === PERMANENT_ONLY && lease !== 0) lease = 0;
        else if (code === CONFLICT) port = 1_024 + this.#runtime.random.below(64_512);
        else if (code === SAME_PORTS_ONLY && port !== internalPort) port = internalPort;
        else throw error;
      }
    }
  }

  /** Sends a command. Returns the response. Rejects with NetworkError `portmap.refused`, `http.*`, or AbortError. */
  async #command(
    action: string,
    fields: Readonly<Record<string, string | number>>,
    signal: AbortSignal,
  ): Promise<string> {
    const { service, url } = this.#control;
    const { status, body } = await request(this.#runtime, this.#gateway, url, signal, {
      body: encodeCommand(service, action, fields),
      headers: { "content-type": 'text/xml; charset="utf-8"', soapaction: `"${service}#${action}"` },
    });
    const xml = utf8Decode(body);
    if (status === 200) return xml;
    const code = elementOf(xml, "errorCode") ?? String(status);
    throw new NetworkError("portmap.refused", `the router refuses ${action}: UPnP error ${code.slice(0, 10)}`, {
      fields: { upnp: code.slice(0, 10) },
    });
  }
}
