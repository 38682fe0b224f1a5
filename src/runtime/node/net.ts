import net from "node:net";
import { canonicalIp, formatEndpoint, NetworkError, throwIfAborted } from "../../base/index.ts";
import type { ConnectOptions, Listener, ListenOptions, Net, Socket } from "../net.ts";
import { adopt } from "./adopt.ts";
import { guardSocket } from "./guarded-socket.ts";
import { resolveHost } from "./resolve.ts";
import { NodeSocket, ReadTarget, WRITE_HIGH_WATER } from "./socket.ts";
import { networkError } from "./system-error.ts";

type SocketOptions = net.SocketConstructorOpts & {
  readonly onread: net.OnReadOpts;
  readonly writableHighWaterMark: number;
};

function socketOptions(target: ReadTarget): SocketOptions {
  return { onread: target.onread, writableHighWaterMark: WRITE_HIGH_WATER };
}

/** Called with each socket that is opened, before it is connected. */
export type OnOpened = (socket: net.Socket) => void;

/** Connects by TCP: the implementation of {@link Net.connect}. */
export async function connectTcp(options: ConnectOptions, onOpened?: OnOpened): Promise<Socket> {
  const { ip, port, localIp, timeoutMs, signal } = options;
  throwIfAborted(signal);
  const what = `cannot connect to ${formatEndpoint({ ip, port })}`;
  const target = new ReadTarget();
  const socket = new net.Socket(socketOptions(target));
  onOpened?.(socket);
  return guardSocket<Socket>(socket, { what, timeoutMs, signal }, (done) => {
    // Paused before it connects, a socket does not begin to read: nothing is lost before `start`.
    socket.pause();
    socket.connect({ host: ip, port, ...(localIp === undefined ? {} : { localAddress: localIp }) }, () =>
      done(new NodeSocket(socket, target)),
    );
  });
}

function accept(accepted: net.Socket, onOpened: OnOpened | undefined): Socket {
  const target = new ReadTarget();
  const adopted = adopt(accepted, socketOptions(target));
  onOpened?.(adopted ?? accepted);
  return adopted === undefined ? new NodeSocket(accepted, undefined) : new NodeSocket(adopted, target);
}

/** Listens for TCP connections: the implementation of {@link Net.listen}. */
export function listenTcp(options: ListenOptions, onOpened?: OnOpened): Promise<Listener> {
  const what = `cannot listen on ${formatEndpoint(options)}`;
  return new Promise((resolve, reject) => {
    const server = net.createServer({ pauseOnConnect: true, highWaterMark: WRITE_HIGH_WATER }, (accepted) => {
      // A peer that is gone before it is looked at has no address any more.
      if (accepted.remoteAddress === undefined) accepted.destroy();
      else options.onSocket(accept(accepted, onOpened));
    });
    const onError = (error: Error): void => reject(networkError(error, what));
    server.once("error", onError);
    server.listen({ host: options.ip, port: options.port, backlog: 1024 }, () => {
      server.off("error", onError);
      server.on("error", (error) => options.onError?.(networkError(error, what)));
      const address = server.address();
      if (address === null || typeof address === "string") {
        reject(new NetworkError("net.failed", `${what}: no address`));
        return;
      }
      resolve({
        local: { ip: canonicalIp(address.address) ?? options.ip, port: address.port },
        // `server.close` waits for accepted connections, which have owners of their own: only the listening ends here.
        close: () => {
          server.close();
          return Promise.resolve();
        },
      });
    });
  });
}

/** TCP connections by `node:net`, and name resolution by the system. */
export const nodeNet: Net = {
  connect: (options) => connectTcp(options),
  listen: (options) => listenTcp(options),
  resolve: resolveHost,
};
