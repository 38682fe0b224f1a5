import { ipPeer } from "../../base/index.ts";
import { simWorld } from "../../sim/index.ts";
import { EncryptedTransport } from "../../../test/support/encrypted-transport.ts";
import { digest } from "../../../test/support/stage.ts";
import { transportSuite } from "../../../test/support/transport-suite.ts";
import { TcpTransport } from "../tcp.ts";

transportSuite("RC4 over TCP on the simulated network", async () => {
  const world = simWorld({ digest });
  const [one, other] = [world.host("10.0.0.1"), world.host("10.0.0.2")];
  const dialer = new TcpTransport({ runtime: one.runtime, ports: { first: 0, last: 0 } });
  const listener = new TcpTransport({ runtime: other.runtime, ip: other.ip, ports: { first: 6881, last: 6881 } });
  return {
    dialer: new EncryptedTransport(one.runtime, dialer),
    listener: new EncryptedTransport(other.runtime, listener),
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
