import dgram from "node:dgram";
import { canonicalIp, formatEndpoint, ipFamily } from "../../base/index.ts";
import type { BindOptions, Datagrams, DatagramSocket } from "../datagrams.ts";
import { networkError } from "./system-error.ts";

/**
 * The length of a socket's buffers in bytes, when none is asked for. With the system's default, a busy tracker or DHT
 * node loses datagrams that arrive while the event loop is busy.
 */
const DEFAULT_BUFFER_BYTES = 2 * 1024 * 1024;
/** The length in bytes of the buffer for datagrams that are being sent: no datagram is longer. */
const SENDING_BYTES = 65_536;

function bind(options: BindOptions): Promise<DatagramSocket> {
  const what = `cannot bind UDP ${formatEndpoint(options)}`;
  const family = ipFamily(options.ip);
  return new Promise((resolve, reject) => {
    const socket = dgram.createSocket({
      type: family === 4 ? "udp4" : "udp6",
      ipv6Only: family === 6,
      // Only addresses are sent to, never names: returning at once saves a turn through the resolver for each datagram.
      lookup: (host, _options, callback) => callback(null, host, family),
    });
    let closed: Promise<void> | undefined;
    const onError = (error: Error): void => {
      socket.close();
      reject(networkError(error, what));
    };
    socket.once("error", onError);
    socket.bind({ address: options.ip, port: options.port, exclusive: true }, () => {
      socket.off("error", onError);
      socket.on("error", (error) => options.onError?.(networkError(error, what)));
      const canonical = canonicalAddresses();
      socket.on("message", (bytes, from) => {
        // The system writes IPv4 in canonical form.
        const ip = family === 4 ? from.address : canonical(from.address);
        options.onDatagram(bytes, { ip, port: from.port });
      });
      const outbox = new Outbox(socket);
      const local = socket.address();
      resolve({
        local: { ip: canonicalIp(local.address) ?? options.ip, port: local.port },
        receiveBufferBytes: enlarge(socket, options.bufferBytes ?? DEFAULT_BUFFER_BYTES),
        send(bytes, to): void {
          // Datagrams may have the source port 0, to which none can be sent.
          if (closed !== undefined || to.port === 0 || ipFamily(to.ip) !== family) return;
          outbox.send(bytes, to.port, to.ip);
        },
        close(): Promise<void> {
          closed ??= new Promise((done) => {
            socket.close(done);
          });
          return closed;
        },
      });
    });
  });
}

/**
 * Asks for buffers of a length; returns that of the receive buffer. Some systems give less, others refuse: then the
 * default stays.
 */
function enlarge(socket: dgram.Socket, bytes: number): number {
  try {
    socket.setRecvBufferSize(bytes);
    socket.setSendBufferSize(bytes);
  } catch {
    // The buffers work as they are.
  }
  return socket.getRecvBufferSize();
}

/** Returns a function that makes addresses canonical. Most datagrams come from the same address as the one before. */
function canonicalAddresses(): (address: string) => string {
  let [last, canonical] = ["", ""];
  return (address) => {
    if (address !== last) [last, canonical] = [address, canonicalIp(address) ?? address];
    return canonical;
  };
}

/** Sends datagrams from one buffer, so that a datagram costs no allocation of its bytes. */
class Outbox {
  readonly #socket: dgram.Socket;
  #buffer = new Uint8Array(SENDING_BYTES);
  #view = this.#buffer;

  constructor(socket: dgram.Socket) {
    this.#socket = socket;
  }

  send(bytes: Uint8Array, port: number, ip: string): void {
    const { length } = bytes;
    if (length > SENDING_BYTES) return;
    this.#buffer.set(bytes);
    // Most datagrams have the length of the one before.
    if (this.#view.length !== length) this.#view = this.#buffer.subarray(0, length);
    // Without a callback errors go nowhere, and a datagram costs no turn of the queue of ticks.
    this.#socket.send(this.#view, port, ip);
    if (this.#socket.getSendQueueCount() === 0) return;
    // The system did not take it at once, and so the buffer is still in use.
    this.#buffer = new Uint8Array(SENDING_BYTES);
    this.#view = this.#buffer;
  }
}

/** UDP sockets by `node:dgram`. */
export const nodeDatagrams: Datagrams = { bind };
