/** Filters of IP addresses: reads lists in the formats of PeerGuardian, eMule and CIDR. */
export * from "./limits.ts";
export { IpFilterFiles, type IpFilterFilesOptions, type IpFilterFilesStatus } from "./filter-files.ts";
export { IpFilter, IpFilterParser } from "./ip-filter.ts";
