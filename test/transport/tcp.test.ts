import { afterAll } from "vitest";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { ipPeer } from "../../src/base/index.ts";
import { nodeRuntime } from "../../src/runtime/node/index.ts";
import { nodeNet } from "../../src/runtime/node/net.ts";
import { silentLog, type Runtime, type Socket, type SocketHandlers } from "../../src/runtime/index.ts";
import { EncryptedTransport } from "../support/encrypted-transport.ts";
import { transportSuite, type TransportStage } from "../support/transport-suite.ts";
import { TcpTransport, type Transport } from "../../src/transport/index.ts";

const ANY_PORT = { first: 0, last: 0 };

/** Resolves when `isSo` returns true; it is called in each turn of the event loop. */
async function eventually(isSo: () => boolean): Promise<void> {
  for (const end = performance.now() + 5_000; !isSo() && performance.now() < end;)
    await new Promise((resolve) => setTimeout(resolve, 5));
}

async function tcpStage(wrap: (tcp: TcpTransport) => Transport): Promise<TransportStage> {
  let open = 0;
  const counted = (socket: Socket): Socket => {
    open++;
    const counting = (handlers: SocketHandlers): SocketHandlers => ({
      onData: (chunk) => handlers.onData(chunk),
      onDrain: () => handlers.onDrain(),
      onClose: (error) => {
        open--;
        handlers.onClose(error);
      },
    });
    const [start, handOver] = [socket.start.bind(socket), socket.handOver.bind(socket)];
    socket.start = (handlers) => start(counting(handlers));
    socket.handOver = (handlers) => handOver(counting(handlers));
    return socket;
  };
  const net: Runtime["net"] = {
    connect: async (options) => counted(await nodeNet.connect(options)),
    listen: (options) => nodeNet.listen({ ...options, onSocket: (socket) => options.onSocket(counted(socket)) }),
    resolve: (host, signal) => nodeNet.resolve(host, signal),
  };
  const make = (): Transport =>
    wrap(new TcpTransport({ runtime: { net, log: silentLog }, ip: "127.0.0.1", ports: ANY_PORT }));
  const free = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => free.once("listening", resolve));
  const { port } = free.address() as AddressInfo;
  await new Promise((resolve) => free.close(resolve));
  return {
    dialer: make(),
    listener: make(),
    address: (local) => ipPeer({ ip: "127.0.0.1", port: local?.port ?? 0 }),
    nowhere: ipPeer({ ip: "127.0.0.1", port }),
    settle: (promise) => promise,
    open: async () => {
      await eventually(() => open === 0);
      return open;
    },
    close: () => Promise.resolve(),
  };
}

const runtime = nodeRuntime();
afterAll(() => runtime.close());

transportSuite("TCP", () => tcpStage((tcp) => tcp));
transportSuite("RC4 over TCP", () => tcpStage((tcp) => new EncryptedTransport(runtime, tcp)));
