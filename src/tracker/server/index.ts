/** A tracker over HTTP and UDP that keeps its swarms in memory. */
export type { ProtocolCounts, ServerAddress, ServerHost, TrackerServerOptions, TrackerStats } from "./options.ts";
export { TrackerServer } from "./server.ts";
export type { TrackerAddresses } from "./server.ts";
