import { z } from "zod";
import {
  createRequest,
  createTask,
  dhtInfo,
  lsdInfo,
  health,
  history,
  identity,
  loginRequest,
  logLine,
  sessionInfo,
  settings,
  statistics,
} from "../../../api/index.ts";
import { json, noContent } from "../responses.ts";
import { HttpError } from "../problem.ts";
import { jsonBody } from "./read-request.ts";
import { plain, route, type Route } from "./route.ts";

const tag = "session";
const logQuery = z.strictObject({ after: z.coerce.number().int().nonnegative().optional() });

/** Routes for the settings, statistics, tasks and log of the session. */
const session: readonly Route[] = [
  route({
    ...plain,
    tag,
    method: "GET",
    path: "/api/v1/session",
    summary: "The session: version, ports, free space, rate limits",
    response: sessionInfo,
    handle: ({ services }) => json(services.session.statistics.info()),
  }),
  route({
    ...plain,
    tag,
    method: "GET",
    path: "/api/v1/settings",
    summary: "Settings",
    response: settings,
    handle: ({ services }) => json(services.session.settings.get()),
  }),
  route({
    ...plain,
    tag,
    method: "PATCH",
    path: "/api/v1/settings",
    summary: "Change settings",
    body: jsonBody(settings.partial().strict()),
    response: settings,
    handle: async ({ services, body }) => json(await services.session.settings.change(defined(body))),
  }),
  route({
    ...plain,
    tag,
    method: "GET",
    path: "/api/v1/statistics",
    summary: "Totals",
    response: statistics,
    handle: ({ services }) => json(services.session.statistics.totals()),
  }),
  route({
    ...plain,
    tag,
    method: "GET",
    path: "/api/v1/statistics/history",
    summary: "Rates of the last hour and the last month",
    response: history,
    handle: ({ services }) => json(services.session.statistics.history()),
  }),
  route({
    ...plain,
    tag,
    method: "GET",
    path: "/api/v1/dht",
    summary: "The DHT: nodes, queries, our address as other nodes see it",
    response: dhtInfo,
    handle: ({ services }) => json(services.session.statistics.dht()),
  }),
  route({
    ...plain,
    tag,
    method: "GET",
    path: "/api/v1/lsd",
    summary: "Local service discovery: network interfaces, messages, peers found",
    response: lsdInfo,
    handle: ({ services }) => json(services.session.statistics.lsd()),
  }),
  route({
    ...plain,
    tag,
    method: "GET",
    path: "/api/v1/log",
    summary: "The last lines of the log",
    query: logQuery,
    response: z.array(logLine),
    handle: ({ services, query }) => json(services.session.log.lines(query.after)),
  }),
  route({
    ...plain,
    tag,
    method: "POST",
    path: "/api/v1/create",
    summary: "Make a torrent file for a file or folder on the daemon's disk",
    body: jsonBody(createRequest),
    status: 202,
    response: createTask,
    handle: ({ services, body }) => json(services.session.tasks.begin(body), 202),
  }),
  route({
    ...plain,
    tag,
    method: "GET",
    path: "/api/v1/tasks",
    summary: "List the tasks that make torrent files",
    response: z.array(createTask),
    handle: ({ services }) => json(services.session.tasks.list()),
  }),
  route({
    ...plain,
    tag,
    method: "DELETE",
    path: "/api/v1/tasks/{id}",
    summary: "Cancel a task, or remove a task that has ended",
    params: z.object({ id: z.string().min(1).max(100) }),
    status: 204,
    handle: ({ services, params: { id } }) => {
      if (!services.session.tasks.cancel(id)) throw new HttpError(404, "session.not-found", "there is no such task");
      return noContent();
    },
  }),
];

/** Returns a copy of the object without the fields that are `undefined`. */
function defined<T extends object>(body: T): { [Key in keyof T]?: Exclude<T[Key], undefined> } {
  const found: { [Key in keyof T]?: Exclude<T[Key], undefined> } = {};
  for (const key in body) {
    const value = body[key];
    if (isDefined(value)) found[key] = value;
  }
  return found;
}

function isDefined<T>(value: T): value is Exclude<T, undefined> {
  return value !== undefined;
}

/** Routes for login, health and metrics. */
const access: readonly Route[] = [
  route({
    ...plain,
    tag: "login",
    method: "POST",
    path: "/api/v1/login",
    access: "open",
    summary: "Log in: exchange the token for a cookie",
    body: jsonBody(loginRequest),
    response: identity,
    handle: async ({ services, body, credentials }) => {
      const { identity: caller, setCookie } = await services.auth.login(body.token, credentials);
      return json(caller, 200, { "set-cookie": setCookie });
    },
  }),
  route({
    ...plain,
    tag: "login",
    method: "POST",
    path: "/api/v1/logout",
    summary: "Log out: make the cookie invalid",
    status: 204,
    handle: ({ services, caller }) =>
      noContent(caller === undefined ? {} : { "set-cookie": services.auth.logout(caller) }),
  }),
  route({
    ...plain,
    tag: "login",
    method: "GET",
    path: "/api/v1/me",
    summary: "How the caller is authenticated",
    response: identity,
    handle: ({ caller }) => json(caller?.identity),
  }),
  route({
    ...plain,
    tag: "service",
    method: "GET",
    path: "/healthz",
    access: "open",
    summary: "Whether the daemon responds",
    response: health,
    handle: () => json({ status: "ok" }),
  }),
  route({
    ...plain,
    tag: "service",
    method: "GET",
    path: "/metrics",
    summary: "Metrics for Prometheus",
    media: "text/plain",
    handle: async ({ services }) =>
      new Response(await services.metrics.text(), {
        headers: { "content-type": services.metrics.contentType, "cache-control": "no-store" },
      }),
  }),
];

/** All routes of this file: those of the session, and those for login, health and metrics. */
export const sessionRoutes: readonly Route[] = [...session, ...access];
