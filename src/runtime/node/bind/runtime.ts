import { ipFamily } from "../../../base/index.ts";
import type { Log } from "../../log.ts";
import { makeHttpClient } from "../http/client.ts";
import type { DirectNetwork } from "../proxy/direct.ts";
import type { Binding } from "./binding.ts";
import { BoundDatagrams } from "./datagrams.ts";
import { MAX_TRIED } from "./limits.ts";
import { BoundMulticast } from "./multicast.ts";
import { BoundNet, firstWay } from "./net.ts";

/** Makes the parts of a runtime that reach other hosts, so that they use the addresses of one interface only. */
export function boundParts(binding: Binding, log: Log): DirectNetwork {
  const net = new BoundNet(binding, log);
  return {
    net,
    datagrams: new BoundDatagrams(binding, log),
    multicast: new BoundMulticast(binding),
    http: makeHttpClient({
      resolve: (host, signal) => net.resolve(host, signal),
      from: (ips, host) => {
        const { ip, localIp } = firstWay(binding, ips, host);
        const family = ipFamily(ip);
        return { localIp, ips: ips.filter((each) => ipFamily(each) === family).slice(0, MAX_TRIED) };
      },
      onLost: (listener) => {
        const { ips } = binding.state;
        return binding.onSockets(() => {
          if (!ips.every((ip) => binding.owns(ip))) listener(binding.downError());
        });
      },
    }),
    begin: (host, port, signal) => net.begin(host, port, signal),
  };
}
