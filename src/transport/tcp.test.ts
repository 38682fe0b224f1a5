import { ipPeer } from "../base/index.ts";
import { simWorld } from "../sim/index.ts";
import { digest } from "../../test/support/stage.ts";
import { transportSuite } from "../../test/support/transport-suite.ts";
import { TcpTransport } from "./tcp.ts";

transportSuite("TCP on the simulated network", async () => {
  const world = simWorld({ digest });
  const [one, other] = [world.host("10.0.0.1"), world.host("10.0.0.2")];
  return {
    dialer: new TcpTransport({ runtime: one.runtime, ports: { first: 0, last: 0 } }),
    listener: new TcpTransport({ runtime: other.runtime, ip: other.ip, ports: { first: 6881, last: 6881 } }),
    address: (local) => ipPeer({ ip: other.ip, port: local?.port ?? 0 }),
    nowhere: ipPeer({ ip: other.ip, port: 1 }),
    settle: (promise) => world.settled(promise, 600_000),
    open: async () => {
      await world.run(10_000);
      return one.sockets + other.sockets;
    },
    close: () => Promise.resolve(),
  };
});
