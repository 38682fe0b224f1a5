/** The daemon's HTTP API as schemas of requests, responses and events; and a client of it. */
export * from "./client.ts";
export * from "./events.ts";
export * from "./problem.ts";
export * from "./requests.ts";
export * from "./responses.ts";
export * from "./session.ts";
export * from "./torrent.ts";
