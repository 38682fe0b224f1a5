import { parseHostPort, UsageError } from "../../base/index.ts";
import { knownFields, plainObject, shown, wholeBetween, wrong } from "./arguments.ts";
import type { HandshakeFields } from "./peer/peer.ts";

/** Options of `contact`. */
export interface ContactOptions extends HandshakeFields {
  /** Whether the console sends a handshake and waits for that of the peer. Default: true. */
  readonly handshake?: boolean;
  /** Whether the connection is encrypted (Message Stream Encryption, RC4). Default: false. */
  readonly encrypt?: boolean;
  /** The maximum number of seconds for the connection, and the same number again for the handshake. */
  readonly timeout?: number;
}

const CONTACT = "contact(host, port, options)";

/**
 * Parses the arguments that name the peer in `contact("127.0.0.1", 6881)`, `contact("127.0.0.1:6881")`, or
 * `contact(endpoint)` with an endpoint that a tracker returned.
 */
export function readTarget(
  host: unknown,
  port: unknown,
  options: unknown,
): { readonly host: string; readonly port: number; readonly options: ContactOptions } {
  if (typeof host === "object" && host !== null && "ip" in host && "port" in host)
    return readTarget(host.ip, host.port, options ?? port);
  if (typeof host !== "string" || host === "") throw wrong(CONTACT, "host", 'an address such as "127.0.0.1"', host);
  if (typeof port === "number" || typeof port === "string") {
    const number = typeof port === "string" && /^\d+$/.test(port) ? Number(port) : port;
    return { host, port: wholeBetween(CONTACT, "port", number, 1, 65_535), options: readContactOptions(options) };
  }
  if (!host.includes(":"))
    throw new UsageError("console.argument", `${CONTACT}: the port is missing: contact(${shown(host)}, 6881)`);
  const both = parseHostPort(host);
  return {
    ...both,
    port: wholeBetween(CONTACT, "port", both.port, 1, 65_535),
    options: readContactOptions(options ?? port),
  };
}

function readContactOptions(options: unknown): ContactOptions {
  const given = plainObject(CONTACT, "options", options);
  knownFields(CONTACT, given, ["handshake", "encrypt", "timeout", "infoHash", "peerId", "reserved"]);
  const { handshake, encrypt, timeout, infoHash, peerId, reserved } = given;
  if (timeout !== undefined && !(typeof timeout === "number" && timeout > 0))
    throw wrong(CONTACT, "timeout", "a number of seconds above 0", timeout);
  const bytes = (name: string, value: unknown, length: number): Uint8Array => {
    if (value instanceof Uint8Array && value.length === length) return value;
    throw wrong(CONTACT, name, `${length} bytes`, value);
  };
  return {
    ...(handshake === false ? { handshake } : {}),
    ...(encrypt === true ? { encrypt } : {}),
    ...(typeof timeout === "number" ? { timeout } : {}),
    ...(infoHash === undefined ? {} : { infoHash: bytes("infoHash", infoHash, 20) }),
    ...(peerId === undefined ? {} : { peerId: bytes("peerId", peerId, 20) }),
    ...(reserved === undefined
      ? {}
      : {
          reserved:
            reserved instanceof Uint8Array
              ? bytes("reserved", reserved, 8)
              : plainObject(CONTACT, "reserved", reserved),
        }),
  };
}
