import { latin1, latin1Decode, readUint16, readUint32, writeUint16, writeUint32 } from "../../src/base/index.ts";
import type { Datagrams, HttpServers } from "../../src/runtime/index.ts";

/** What a {@link ScriptedGateway} speaks and how it behaves. It may be changed at any time. */
export interface GatewayScript {
  pcp: boolean;
  natPmp: boolean;
  upnp: boolean;
  externalIp: string;
  /** The maximum lease in seconds. */
  maxLeaseS: number;
  /** The external ports that are taken, which it does not map. */
  taken: Set<number>;
  /** The result code with which PCP and NAT-PMP refuse every mapping; 0: none. */
  refuses: number;
  /** Whether UPnP maps without an end only (error 725). */
  permanentOnly: boolean;
}

/** The state of a mapping: the internal port and the lease in seconds. */
export interface GatewayMapping {
  readonly internalPort: number;
  readonly leaseS: number;
}

/** A gateway that speaks PCP, NAT-PMP and UPnP, as a script says. */
export class ScriptedGateway {
  readonly script: GatewayScript;
  /** The mappings by protocol and external port, such as `tcp 6881`. */
  readonly mappings = new Map<string, GatewayMapping>();
  /** The number of requests of each kind. */
  readonly heard = { pcp: 0, natPmp: 0, search: 0, upnp: 0 };
  readonly #ip: string;

  private constructor(ip: string, script: Partial<GatewayScript>) {
    this.#ip = ip;
    this.script = {
      pcp: false,
      natPmp: false,
      upnp: false,
      externalIp: "9.8.7.6",
      maxLeaseS: 7_200,
      taken: new Set(),
      refuses: 0,
      permanentOnly: false,
      ...script,
    };
  }

  static async start(
    runtime: { readonly datagrams: Datagrams; readonly httpServers: HttpServers },
    ip: string,
    script: Partial<GatewayScript>,
  ): Promise<ScriptedGateway> {
    const gateway = new ScriptedGateway(ip, script);
    const pcp = await runtime.datagrams.bind({
      ip,
      port: 5_351,
      onDatagram: (bytes, from) => {
        const reply = gateway.#onPcp(bytes);
        if (reply !== undefined) pcp.send(reply, from);
      },
    });
    const ssdp = await runtime.datagrams.bind({
      ip,
      port: 1_900,
      onDatagram: (bytes, from) => {
        gateway.heard.search++;
        const st = /^ST: (.*)$/m.exec(latin1Decode(bytes))?.[1]?.trim() ?? "";
        if (!gateway.script.upnp || !st.endsWith(":1")) return;
        ssdp.send(latin1(`HTTP/1.1 200 OK\r\nST: ${st}\r\nLOCATION: http://${ip}:5000/rootDesc.xml\r\n\r\n`), from);
      },
    });
    await runtime.httpServers.serve({
      ip,
      port: 5_000,
      onRequest: ({ target, headers, body = "" }) => {
        if (target === "/rootDesc.xml") return { status: 200, body: DESCRIPTION };
        gateway.heard.upnp++;
        const action = /#(\w+)"?$/.exec(String(headers["soapaction"]))?.[1] ?? "";
        return gateway.#onCommand(action, (name) => new RegExp(`<${name}>(.*?)</${name}>`).exec(body)?.[1] ?? "");
      },
    });
    return gateway;
  }

  /** Maps a port. Returns the external port. */
  #add(protocol: string, internalPort: number, wanted: number, leaseS: number): number {
    for (const [key, mapping] of this.mappings)
      if (key.startsWith(protocol) && mapping.internalPort === internalPort) this.mappings.delete(key);
    let port = wanted === 0 ? internalPort : wanted;
    while (this.script.taken.has(port)) port++;
    if (leaseS > 0) this.mappings.set(`${protocol} ${port}`, { internalPort, leaseS });
    return port;
  }

  #onPcp(bytes: Uint8Array): Uint8Array | undefined {
    const { script } = this;
    const version = bytes[0];
    if (version === 2) {
      if (script.pcp) return this.#onPcpMap(bytes);
      return script.natPmp ? Uint8Array.of(0, 0x80 | (bytes[1] ?? 0), 0, 1, 0, 0, 0, 0) : undefined;
    }
    if (!script.natPmp) return undefined;
    this.heard.natPmp++;
    const opcode = bytes[1] ?? 0;
    const reply = new Uint8Array(opcode === 0 ? 12 : 16);
    reply[1] = 0x80 | opcode;
    writeUint16(reply, 2, script.refuses);
    if (opcode === 0) reply.set(script.externalIp.split(".").map(Number), 8);
    else {
      const internalPort = readUint16(bytes, 4);
      const lease = Math.min(script.maxLeaseS, readUint32(bytes, 8));
      writeUint16(reply, 8, internalPort);
      if (script.refuses === 0)
        writeUint16(reply, 10, this.#add(opcode === 2 ? "tcp" : "udp", internalPort, readUint16(bytes, 6), lease));
      writeUint32(reply, 12, lease);
    }
    return reply;
  }

  #onPcpMap(bytes: Uint8Array): Uint8Array {
    const { script } = this;
    this.heard.pcp++;
    const reply = bytes.slice();
    reply[1] = 0x81;
    reply[3] = script.refuses;
    const lease = Math.min(script.maxLeaseS, readUint32(bytes, 4));
    writeUint32(reply, 4, lease);
    if (script.refuses === 0)
      writeUint16(
        reply,
        42,
        this.#add(bytes[36] === 6 ? "tcp" : "udp", readUint16(bytes, 40), readUint16(bytes, 42), lease),
      );
    reply.set(script.externalIp.split(".").map(Number), 56);
    return reply;
  }

  #onCommand(action: string, field: (name: string) => string): { readonly status: number; readonly body: string } {
    const { script } = this;
    const key = `${field("NewProtocol").toLowerCase()} ${field("NewExternalPort")}`;
    switch (action) {
      case "GetExternalIPAddress":
        return { status: 200, body: `<NewExternalIPAddress>${script.externalIp}</NewExternalIPAddress>` };
      case "AddPortMapping": {
        const lease = Number(field("NewLeaseDuration"));
        if (script.taken.has(Number(field("NewExternalPort")))) return failure(718);
        if (script.permanentOnly && lease !== 0) return failure(725);
        this.mappings.set(key, { internalPort: Number(field("NewInternalPort")), leaseS: lease });
        return { status: 200, body: "<ok/>" };
      }
      case "DeletePortMapping":
        return this.mappings.delete(key) ? { status: 200, body: "<ok/>" } : failure(714);
      default:
        return failure(401);
    }
  }

  /** Forgets all mappings, as a router does that restarts. */
  restart(): void {
    this.mappings.clear();
  }

  get ip(): string {
    return this.#ip;
  }
}

function failure(code: number): { readonly status: number; readonly body: string } {
  return { status: 500, body: `<UPnPError><errorCode>${code}</errorCode></UPnPError>` };
}

const DESCRIPTION = `<?xml version="1.0"?><root><device><serviceList>
<service><serviceType>urn:schemas-upnp-org:service:Layer3Forwarding:1</serviceType><controlURL>/other</controlURL></service>
<service><serviceType>urn:schemas-upnp-org:service:WANIPConnection:1</serviceType><controlURL>/control</controlURL></service>
</serviceList></device></root>`;
