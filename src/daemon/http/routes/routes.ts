import { documentRoute } from "../openapi.ts";
import type { Route } from "./route.ts";
import { sessionRoutes } from "./session.ts";
import { streamRoutes } from "./streams.ts";
import { torrentRoutes } from "./torrents.ts";

const served: readonly Route[] = [...torrentRoutes, ...sessionRoutes, ...streamRoutes];

/** All routes of the daemon, except the files of the web page and the Transmission RPC. */
export const routes: readonly Route[] = [...served, documentRoute(served)];
