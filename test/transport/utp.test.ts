import { ipPeer } from "../../src/base/index.ts";
import { nodeRuntime } from "../../src/runtime/node/index.ts";
import { UdpPort } from "../../src/transport/index.ts";
import { UtpTransport } from "../../src/utp/index.ts";
import { transportSuite } from "../support/transport-suite.ts";

/** Resolves when `isSo` returns true; it is called every 20 ms, for 20 s at the most. */
async function eventually(isSo: () => boolean): Promise<void> {
  for (const end = performance.now() + 20_000; !isSo() && performance.now() < end;)
    await new Promise((resolve) => setTimeout(resolve, 20));
}

for (const ip of ["127.0.0.1", "::1"]) {
  transportSuite(`uTP at ${ip}`, async () => {
    const runtime = nodeRuntime();
    const family = ip === "::1" ? 6 : 4;
    const ports = [0, 1, 2].map(() => new UdpPort({ runtime, ip, port: () => 0 }));
    const [near, far, free] = ports;
    if (near === undefined || far === undefined || free === undefined) throw new RangeError("three ports");
    const [dialer, listener] = [near, far].map((port) => new UtpTransport({ runtime, port, families: [family] }));
    if (dialer === undefined || listener === undefined) throw new RangeError("two transports");
    // Bound, and no protocol receives its datagrams.
    await free.open(family);
    return {
      dialer,
      listener,
      address: (local) => ipPeer({ ip, port: local?.port ?? 0 }),
      nowhere: ipPeer({ ip, port: free.local(family)?.port ?? 0 }),
      settle: (promise) => promise,
      open: async () => {
        await eventually(() => dialer.size + listener.size === 0);
        return dialer.size + listener.size;
      },
      close: async () => {
        await Promise.all(ports.map((port) => port.close()));
        await runtime.close();
      },
    };
  });
}
