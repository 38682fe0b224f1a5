import { readFile } from "node:fs/promises";
import { ipScope } from "../../base/index.ts";
import type { Gateway, Gateways } from "../gateways.ts";
import type { InterfaceAddress } from "../multicast.ts";
import { nodeMulticast } from "./multicast.ts";

/** The flag of a route that leads to a router (RTF_GATEWAY), in `/proc/net/route`. */
const LEADS_TO_ROUTER = 2;

/** Returns the default routes in the text of Linux' `/proc/net/route`, the one with the lowest metric first. */
export function defaultRoutes(text: string): { readonly name: string; readonly ip: string }[] {
  return text
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, to, , flags, , , , mask]) => {
      return to === "00000000" && mask === "00000000" && (Number.parseInt(flags ?? "", 16) & LEADS_TO_ROUTER) !== 0;
    })
    .sort((a, b) => Number(a[6]) - Number(b[6]))
    .flatMap(([name = "", , gateway = ""]) => {
      // The four bytes as a number of a little-endian machine.
      const bytes = gateway.match(/../g)?.map((byte) => Number.parseInt(byte, 16));
      return bytes?.length === 4 ? [{ name, ip: bytes.reverse().join(".") }] : [];
    });
}

/** Returns the first address of the network of a local IPv4 address: routers most often have it. */
function firstAddress({ ip, prefixLength }: InterfaceAddress): string {
  const bits = ip.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0);
  const first = Math.floor(bits / 2 ** (32 - prefixLength)) * 2 ** (32 - prefixLength) + 1;
  return [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join(".");
}

async function find(): Promise<readonly Gateway[]> {
  const locals = (await nodeMulticast.interfaces()).filter(({ ip, isLoopback }) => !isLoopback && !ip.includes(":"));
  const text = await readFile("/proc/net/route", "latin1").catch(() => undefined);
  if (text === undefined)
    return locals
      .filter(({ ip, prefixLength }) => ipScope(ip) !== "public" && prefixLength < 31)
      .map((local) => ({ ip: firstAddress(local), localIp: local.ip }));
  return defaultRoutes(text).flatMap(({ name, ip }) => {
    const local = locals.find((each) => each.name === name);
    return local === undefined ? [] : [{ ip, localIp: local.ip }];
  });
}

/** The routers by `/proc/net/route`; on systems without it, the first address of each local network. */
export const nodeGateways: Gateways = { find };
