import type { Settings } from "../../src/api/index.ts";

/** What a session has when nothing is said otherwise, and a label with a folder. */
export const SETTINGS: Settings = {
  downloadDir: "/data",
  maxDownloadRate: null,
  maxUploadRate: null,
  schedule: [],
  maxConnections: 500,
  maxPeers: 100,
  uploadSlots: 20,
  maxActiveDownloads: null,
  maxActiveSeeds: null,
  seedRatio: null,
  seedSeconds: null,
  labels: { tv: "/tv" },
  watchDir: "",
  startAdded: true,
};
