/** Local service discovery (BEP 14): finds peers in the local network by multicast. */
export * from "./limits.ts";
export { missingInterfaces } from "./interfaces.ts";
export { decodeSearch, encodeSearch, type Search } from "./search.ts";
export { LocalDiscovery, LSD_GROUPS, type LocalDiscoveryOptions, type LsdStats } from "./service.ts";
