import { documentRoute } from "../openapi.ts";
import type { Route } from "./route.ts";
import { sessionRoutes } from "./session.ts";
import { streamRoutes } from "./streams.ts";
import { torrentRoutes } from "./torrents.ts";

const served: readonly Route[] = [...torrentRoutes, ...sessionRoutes, ...streamRoutes];

/** Everything the daemon serves, but for the page's files and Transmission's RPC. */
export const routes: readonly Route[] = [...served, documentRoute(served)];
