/** Adding of torrents from the profiles of other clients to the state of a daemon that does not run. */
export { importTorrents, type ImportOptions, type ImportOutcome } from "./import-torrents.ts";
