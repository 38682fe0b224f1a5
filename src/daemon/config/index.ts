/** The configuration: one schema for the configuration file, environment variables and command-line flags. */
export { loadConfig, settingsOf, type ConfigSources, type LoadedConfig, type Origin } from "./load.ts";
export { configText, sampleConfig } from "./sample.ts";
export { CONFIG_KEYS, kebab, variable, type Config, type ConfigKey } from "./schema.ts";
