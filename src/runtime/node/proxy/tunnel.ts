import http from "node:http";
import type net from "node:net";
import { errorCode, formatEndpoint, NetworkError, throwIfAborted, toError } from "../../../base/index.ts";
import { guardSocket } from "../guarded-socket.ts";
import { networkError } from "../system-error.ts";
import { GREETING_MS } from "./limits.ts";
import type { DirectNetwork } from "./direct.ts";
import type { ProxyServer } from "./settings.ts";

/** The host and port that a proxy connects to. `host` is a name or an IP address. */
export interface Destination {
  readonly host: string;
  readonly port: number;
}

/** A proxy, and the network through which it is reached. */
export interface ReachedProxy {
  readonly server: ProxyServer;
  readonly direct: Pick<DirectNetwork, "begin">;
}

/** Options of {@link openTunnel}. */
export interface TunnelOptions {
  /** The maximum time, in milliseconds, until the proxy has connected. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** What to do about a proxy that speaks another protocol. */
const WRONG_SOCKS = "if it is an HTTP proxy, write http:// in place of socks5://";
const WRONG_HTTP = "if it is a SOCKS5 proxy, write socks5:// in place of http://";

/** The reasons of a SOCKS5 proxy for a refusal, as the library names them, and the codes of their errors. */
const REFUSALS: readonly (readonly [RegExp, string, string])[] = [
  [/ConnectionRefused/, "net.refused", "connection refused"],
  [/HostUnreachable|NetworkUnreachable|TTLExpired/, "net.unreachable", "unreachable"],
  [/NotAllowed/, "net.denied", "the proxy does not allow it"],
  [/CommandNotSupported/, "net.denied", "the proxy does not support it"],
  [/Authentication/i, "net.denied", "the proxy refuses the user name or password"],
];

/**
 * Connects to a host through a proxy. The socket is paused. Rejects with NetworkError `net.refused`, `net.timeout`,
 * `net.unreachable`, `net.denied`, `net.proxy` (another protocol), `net.failed`, or AbortError.
 */
export async function openTunnel(proxy: ReachedProxy, to: Destination, options: TunnelOptions): Promise<net.Socket> {
  const what = `cannot connect to ${to.host} port ${to.port} through the proxy`;
  const { socket } = await throughProxy(proxy, options, what, (connected) =>
    proxy.server.kind === "http"
      ? httpConnect(proxy.server, connected, to)
      : socks(proxy.server, connected, "connect", to),
  );
  return socket;
}

/** A UDP association with a SOCKS5 proxy: it forwards datagrams that are sent to `relay`, while `control` is open. */
export interface Association {
  readonly relay: Destination;
  readonly control: net.Socket;
}

/** Asks a SOCKS5 proxy to forward datagrams. Rejects as {@link openTunnel} does. */
export async function associate(proxy: ReachedProxy, options: TunnelOptions): Promise<Association> {
  const { socket, bound } = await throughProxy(proxy, options, "the proxy does not forward UDP", (connected) =>
    socks(proxy.server, connected, "associate", { host: "0.0.0.0", port: 0 }),
  );
  const isUnspecified = bound === undefined || /^[0:.]*$/.test(bound.host);
  const host = isUnspecified ? (socket.remoteAddress ?? proxy.server.host) : bound.host;
  return { relay: { host, port: bound?.port ?? 0 }, control: socket };
}

interface Opened {
  readonly socket: net.Socket;
  readonly bound?: Destination | undefined;
}

/** Connects to the proxy and runs `handshake`; closes the connection when either fails, is aborted or is too slow. */
async function throughProxy(
  { server: { host, port }, direct }: ReachedProxy,
  { timeoutMs, signal }: TunnelOptions,
  what: string,
  handshake: (socket: net.Socket) => Promise<Opened>,
): Promise<Opened> {
  throwIfAborted(signal);
  const socket = await direct.begin(host, port, signal);
  const whatSocket = `cannot connect to the proxy ${formatEndpoint({ ip: host, port })}`;
  return guardSocket<Opened>(socket, { what, whatSocket, timeoutMs, signal }, (done, fail) => {
    const onFailure = (error: unknown): void => fail(tunnelError(error, what));
    const onOpened = (opened: Opened): void => done(opened);
    socket.once("connect", () => {
      handshake(socket).then(onOpened, onFailure);
    });
  });
}

function tunnelError(thrown: unknown, what: string): Error {
  if (thrown instanceof NetworkError)
    return new NetworkError(thrown.code, `${what}: ${thrown.message}`, { cause: thrown, fields: thrown.fields });
  const message = toError(thrown).message;
  const known = REFUSALS.find(([pattern]) => pattern.test(message));
  if (known !== undefined) return new NetworkError(known[1], `${what}: ${known[2]}`, { cause: thrown });
  return networkError(thrown, what);
}

/** Performs the handshake of SOCKS5. Resolves with the socket, paused, and the address that the proxy has bound. */
async function socks(
  proxy: ProxyServer,
  connected: net.Socket,
  command: "connect" | "associate",
  destination: Destination,
): Promise<Opened> {
  const { SocksClient } = await import("socks");
  const client = new SocksClient({
    proxy: {
      // The library takes this address when the proxy writes 0.0.0.0 for "the address that you connected to".
      ipaddress: connected.remoteAddress ?? proxy.host,
      port: proxy.port,
      type: 5,
      ...(proxy.login === undefined ? {} : { userId: proxy.login.user, password: proxy.login.password }),
    },
    command,
    destination: { ...destination },
  });
  return new Promise((resolve, reject) => {
    const stop = checkGreeting(connected, proxy, reject);
    client.on("error", reject);
    client.on("established", ({ socket, remoteHost }) => {
      stop();
      // In this turn of the event loop: see below.
      keepEarly(socket).then(() => resolve({ socket, bound: remoteHost }), reject);
    });
    client.connect(connected);
  });
}

/**
 * Calls `fail` when the first byte of the proxy is not that of SOCKS5, or does not arrive soon: a SOCKS5 proxy replies
 * to the greeting without any other host. Returns a function that ends the check.
 */
function checkGreeting(socket: net.Socket, { host, port }: ProxyServer, fail: (error: Error) => void): () => void {
  const at = formatEndpoint({ ip: host, port });
  const wrong = (what: string): void => fail(new NetworkError("net.proxy", `${at} ${what}: ${WRONG_SOCKS}`));
  const timer = setTimeout(() => wrong(`does not reply to SOCKS5 in ${GREETING_MS / 1_000} s`), GREETING_MS);
  const onData = (bytes: Buffer): void => {
    clearTimeout(timer);
    if (bytes[0] !== 5) wrong("does not speak SOCKS5");
  };
  const onClose = (): void => clearTimeout(timer);
  socket.prependOnceListener("data", onData);
  socket.once("close", onClose);
  return () => {
    clearTimeout(timer);
    socket.off("data", onData);
    socket.off("close", onClose);
  };
}

/**
 * The library emits what arrived behind the handshake, and resumes the socket, in the next turn of the event loop. Puts
 * these bytes back into the socket and pauses it, so that none is lost before the caller reads.
 */
function keepEarly(socket: net.Socket): Promise<void> {
  const early: Buffer[] = [];
  const collect = (bytes: Buffer): void => void early.push(bytes);
  socket.on("data", collect);
  return new Promise((resolve) => {
    setImmediate(() => {
      socket.pause();
      socket.off("data", collect);
      if (early.length > 0) socket.unshift(Buffer.concat(early));
      resolve();
    });
  });
}

/** Sends CONNECT to an HTTP proxy. Resolves with the socket, paused. */
function httpConnect(proxy: ProxyServer, connected: net.Socket, { host, port }: Destination): Promise<Opened> {
  const target = formatEndpoint({ ip: host, port });
  const { login } = proxy;
  return new Promise((resolve, reject) => {
    const request = http.request({
      method: "CONNECT",
      path: target,
      headers: {
        host: target,
        ...(login === undefined
          ? {}
          : { "proxy-authorization": `Basic ${Buffer.from(`${login.user}:${login.password}`).toString("base64")}` }),
      },
      createConnection: () => connected,
    });
    request.once("error", (error) => reject(httpFailure(error, proxy)));
    request.once("response", ({ statusCode }) => reject(refusal(statusCode)));
    request.once("connect", ({ statusCode }, socket: net.Socket, head: Buffer) => {
      if (statusCode !== 200) {
        reject(refusal(statusCode));
        return;
      }
      socket.pause();
      if (head.length > 0) socket.unshift(head);
      resolve({ socket });
    });
    request.end();
  });
}

/** Returns the error of a connection on which an HTTP proxy has not replied, or not in HTTP. */
function httpFailure(error: Error, { host, port }: ProxyServer): Error {
  const code = errorCode(error) ?? "";
  if (!code.startsWith("HPE_") && code !== "ECONNRESET") return error;
  return new NetworkError("net.proxy", `${formatEndpoint({ ip: host, port })} does not speak HTTP: ${WRONG_HTTP}`, {
    cause: error,
  });
}

function refusal(status = 0): NetworkError {
  const [code, reason] =
    status === 407 || status === 401
      ? ["net.denied", "it requires another user name or password"]
      : status === 403 || status === 405
        ? ["net.denied", "it does not allow it"]
        : status === 502 || status === 503 || status === 504
          ? ["net.unreachable", "the host cannot be reached"]
          : ["net.failed", "it refuses"];
  return new NetworkError(code ?? "net.failed", `the proxy replies with status ${status}: ${reason}`, {
    fields: { status },
  });
}
