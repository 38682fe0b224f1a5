/** The daemon: process, configuration, HTTP API, events, streaming and Transmission RPC. */
export { configText, loadConfig, sampleConfig, type Config, type LoadedConfig } from "./config/index.ts";
export { Daemon, type DaemonOptions } from "./daemon.ts";
export { importTorrents, type ImportOptions, type ImportOutcome } from "./importing/index.ts";
