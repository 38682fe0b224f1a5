import dgram from "node:dgram";
import { canonicalIp, formatEndpoint, ipFamily } from "../../base/index.ts";
import type { BindOptions, Datagrams, DatagramSocket } from "../datagrams.ts";
import { networkError } from "./system-error.ts";

/**
 * The length of a socket's receive buffer in bytes. With the system's default, a busy tracker or DHT node loses
 * datagrams that arrive while the event loop is busy.
 */
const SOCKET_BUFFER_BYTES = 2 * 1024 * 1024;

function bind(options: BindOptions): Promise<DatagramSocket> {
  const what = `cannot bind UDP ${formatEndpoint(options)}`;
  const family = ipFamily(options.ip);
  return new Promise((resolve, reject) => {
    const socket = dgram.createSocket({
      type: family === 4 ? "udp4" : "udp6",
      ipv6Only: family === 6,
      recvBufferSize: SOCKET_BUFFER_BYTES,
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
      socket.on("message", (bytes, from) => {
        // The system writes IPv4 in canonical form.
        const ip = family === 4 ? from.address : (canonicalIp(from.address) ?? from.address);
        options.onDatagram(bytes, { ip, port: from.port });
      });
      const local = socket.address();
      resolve({
        local: { ip: canonicalIp(local.address) ?? options.ip, port: local.port },
        send(bytes, to): void {
          // Datagrams may have the source port 0, to which none can be sent.
          if (closed !== undefined || to.port === 0 || ipFamily(to.ip) !== family) return;
          // Without a callback errors go nowhere, and a datagram costs no turn of the queue of ticks.
          socket.send(Buffer.from(bytes), to.port, to.ip);
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

/** UDP sockets by `node:dgram`. */
export const nodeDatagrams: Datagrams = { bind };
