import { describe, expect, it } from "vitest";
import { defaultRoutes } from "./gateways.ts";

describe("defaultRoutes", () => {
  it("returns the default routes of /proc/net/route, the one with the lowest metric first", () => {
    const text = [
      "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT",
      "wlan0\t00000000\t0101A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0",
      "eth0\t00000000\t0100000A\t0003\t0\t0\t100\t00000000\t0\t0\t0",
      "eth0\t0000000A\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0",
      "tun0\t00000000\t00000000\t0001\t0\t0\t50\t00000000\t0\t0\t0",
      "",
    ].join("\n");
    expect(defaultRoutes(text)).toEqual([
      { name: "eth0", ip: "10.0.0.1" },
      { name: "wlan0", ip: "192.168.1.1" },
    ]);
    expect(defaultRoutes("")).toEqual([]);
  });
});
