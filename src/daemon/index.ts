/** Millrace as a service: process, configuration, HTTP API, live events, streaming, Transmission's RPC. */
export { configText, loadConfig, sampleConfig, type Config, type LoadedConfig } from "./config/index.ts";
export { Daemon, type DaemonOptions } from "./daemon.ts";
