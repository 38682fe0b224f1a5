import type { Mode } from "../args.ts";
import { codec } from "./codec.ts";
import { create } from "./create.ts";
import { encrypted } from "./encrypted.ts";
import { dht } from "./dht.ts";
import { dhtFlood } from "./dht-flood.ts";
import { dhtLoad } from "./dht-load.ts";
import { download, swarmDown } from "./download.ts";
import { handshake } from "./handshake.ts";
import { hostile } from "./hostile.ts";
import { idle } from "./idle.ts";
import { loop } from "./loop.ts";
import type { BenchMode } from "./mode.ts";
import { page } from "./page.ts";
import { peers } from "./peers.ts";
import { start } from "./start.ts";
import { tracker } from "./tracker.ts";
import { swarmUp, upload } from "./upload.ts";
import { utpLan } from "./utp-lan.ts";
import { utpSoak } from "./utp-soak.ts";
import { utp } from "./utp.ts";
import { v2 } from "./v2.ts";
import { verify } from "./verify.ts";
import { webseed } from "./webseed.ts";

export const modes: Readonly<Record<Mode, BenchMode>> = {
  download,
  upload,
  encrypted,
  v2,
  webseed,
  handshake,
  utp,
  "utp-soak": utpSoak,
  "utp-lan": utpLan,
  "swarm-down": swarmDown,
  "swarm-up": swarmUp,
  verify,
  create,
  idle,
  codec,
  tracker,
  peers,
  start,
  loop,
  page,
  hostile,
  dht,
  "dht-load": dhtLoad,
  "dht-flood": dhtFlood,
};
