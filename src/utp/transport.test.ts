import { ipPeer } from "../base/index.ts";
import { simWorld } from "../sim/index.ts";
import { UdpPort } from "../transport/index.ts";
import { digest } from "../../test/support/stage.ts";
import { transportSuite } from "../../test/support/transport-suite.ts";
import { UtpTransport } from "./transport.ts";

transportSuite("uTP on the simulated network", async () => {
  const world = simWorld({ digest });
  const [one, other] = [world.host("10.0.0.1"), world.host("10.0.0.2")];
  const ports = [one, other].map(({ runtime }) => new UdpPort({ runtime, port: () => 6881 }));
  const [dialer, listener] = [one, other].map(
    ({ runtime }, index) =>
      new UtpTransport({ runtime, port: ports[index] ?? new UdpPort({ runtime, port: () => 0 }) }),
  );
  if (dialer === undefined || listener === undefined) throw new RangeError("two transports");
  return {
    dialer,
    listener,
    address: (local) => ipPeer({ ip: other.ip, port: local?.port ?? 0 }),
    nowhere: ipPeer({ ip: other.ip, port: 1 }),
    settle: (promise) => world.settled(promise, 600_000),
    open: async () => {
      await world.run(10_000);
      return dialer.size + listener.size;
    },
    close: async () => {
      await Promise.all(ports.map((port) => port.close()));
    },
  };
});
