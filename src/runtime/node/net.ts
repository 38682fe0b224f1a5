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

async function connect(options: ConnectOptions): Promise<Socket> {
  const { ip, port, localIp, timeoutMs, signal } = options;
  throwIfAborted(signal);
  const what = `cannot connect to ${formatEndpoint({ ip, port })}`;
  const target = new ReadTarget();
  const socket = new net.Socket(socketOptions(target));
  return guardSocket<Socket>(socket, { what, timeoutMs, signal }, (done) => {
    // Paused before it connects, a socket does not begin to read: nothing is lost before `start`.
    socket.pause();
    socket.connect({ host: ip, port, ...(localIp === undefined ? {} : { localAddress: localIp }) }, () =>
      done(new NodeSocket(socket, target)),
    );
  });
}

function accept(accepted: net.Socket): Socket {
  const target = new ReadTarget();
  const adopted = adopt(accepted, socketOptions(target));
  return adopted === undefined ? new NodeSocket(accepted, undefined) : new NodeSocket(adopted, target);
}

function listen(options: ListenOptions): Promise<Listener> {
  const what = `cannot listen on ${formatEndpoint(options)}`;
  return new Promise((resolve, reject) => {
    const server = net.createServer({ pauseOnConnect: true, highWaterMark: WRITE_HIGH_WATER }, (accepted) => {
      // A peer that is gone before it is looked at has no address any more.
      if (accepted.remoteAddress === undefined) accepted.destroy();
      else options.onSocket(accept(accepted));
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
export const nodeNet: Net = { connect, listen, resolve: resolveHost };
