import { networkInterfaces } from "node:os";
import { canonicalIp } from "../../base/index.ts";
import type { InterfaceAddress } from "../multicast.ts";

/** Returns the addresses that this host's network interfaces have now; an interface that is down has none. */
export function systemAddresses(): InterfaceAddress[] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses.flatMap(({ address, cidr, internal }) => {
      const prefixLength = Number(cidr?.split("/")[1]);
      const ip = canonicalIp(address);
      return ip === undefined || !(prefixLength >= 0) ? [] : [{ name, ip, prefixLength, isLoopback: internal }];
    }),
  );
}
