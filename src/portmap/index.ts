/** Maps the listening port at the gateway of this host, by PCP, NAT-PMP or UPnP. */
export * from "./limits.ts";
export type { MappingMethodName } from "./method.ts";
export { PortMapper, type PortMapperOptions, type PortMappingState } from "./port-mapper.ts";
