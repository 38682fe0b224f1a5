import type { Settings } from "../../src/api/index.ts";

/** The default settings of a session, and a label with a folder. */
export const SETTINGS: Settings = {
  downloadDir: "/data",
  maxDownloadRate: null,
  maxUploadRate: null,
  alternativeDownloadRate: 50_000,
  alternativeUploadRate: 50_000,
  isAlternative: false,
  alternativeTimes: { isEnabled: false, days: [0, 1, 2, 3, 4, 5, 6], from: "09:00", to: "17:00" },
  schedule: [],
  maxConnections: 500,
  maxPeers: 100,
  uploadSlots: 20,
  maxActiveDownloads: null,
  maxActiveSeeds: null,
  seedRatio: null,
  seedSeconds: null,
  seedIdleSeconds: null,
  stalledSeconds: null,
  incompleteDir: "",
  labels: { tv: "/tv" },
  watchDir: "",
  startAdded: true,
  dht: false,
  pex: true,
  lsd: false,
};
