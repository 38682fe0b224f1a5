import type { HttpBindings } from "@hono/node-server";
import { Hono, type Context } from "hono";
import { toError } from "../../base/index.ts";
import type { Log } from "../../runtime/index.ts";
import type { Caller, Credentials } from "./auth/auth.ts";
import { readBody, refuseBody } from "./routes/body.ts";
import { MAX_JSON_BYTES, MAX_RPC_BYTES, UPLOAD_BODY_TIMEOUT_MS } from "./limits.ts";
import type { Page } from "./page.ts";
import { HttpError, problemResponse, problemOf } from "./problem.ts";
import type { Access, RawCall, Route, Services } from "./routes/route.ts";

/** Handles a request of the Transmission RPC. */
export type RpcHandler = (request: Request) => Response | Promise<Response>;

/** Options of {@link createApp}. */
export interface AppOptions {
  readonly services: Services;
  readonly routes: readonly Route[];
  readonly page: Page;
  readonly rpc: RpcHandler | undefined;
  readonly log: Log;
  /** Called with the path of the route that handles a request, for the metrics. Parameters are in braces. */
  readonly onRoute: (outgoing: HttpBindings["outgoing"], path: string) => void;
}

type Env = { Bindings: HttpBindings };

/**
 * The paths of the Transmission RPC. Most clients use the first; Transmission's own programs use the second as well.
 */
const RPC_PATH = "/transmission/rpc";
const RPC_PATHS = [RPC_PATH, `${RPC_PATH}/`];

/**
 * Matches the paths that require a login. Without a login, the response is the same for all of these paths, so it does
 * not show which of them exist.
 */
const PRIVATE = /^\/(?:api|stream|transmission|metrics)(?:\/|$)/;

/** Makes the hono application from the table of routes. `guard` has already checked every request that reaches it. */
export function createApp({ services, routes, page, rpc, log, onRoute }: AppOptions): Hono<Env> {
  const app = new Hono<Env>();
  for (const [path, rows] of byPath(routes)) {
    const served = path.replaceAll(/\{(\w+)\}/g, ":$1");
    for (const row of rows) {
      app.on(row.method, served, async (c) => {
        onRoute(c.env.outgoing, path);
        const call = rawCall(services, c);
        return row.run({ ...call, caller: await authorise(call, row.access, row.method !== "GET") });
      });
    }
    const allow = rows.flatMap(({ method }) => (method === "GET" ? ["GET", "HEAD"] : [method])).join(", ");
    app.all(served, async (c) => {
      onRoute(c.env.outgoing, path);
      const access = rows[0]?.access ?? "token";
      if (access !== "open") await services.auth.identify(credentialsOf(c), false);
      throw notAllowed(c.req.method, allow);
    });
  }
  if (rpc !== undefined) app.on("ALL", RPC_PATHS, (c) => serveRpc(c, services, rpc, onRoute));
  app.all("*", async (c) => servePage(c, services, page));
  app.onError((error) => {
    if (problemOf(error).status === 500)
      log.error("a request failed", { reason: toError(error).message, stack: toError(error).stack });
    return problemResponse(error);
  });
  return app;
}

/**
 * Groups routes by path. Paths without parameters come first, because hono uses the first path that matches a request.
 */
function byPath(routes: readonly Route[]): [string, Route[]][] {
  const paths = new Map<string, Route[]>();
  for (const row of routes) paths.set(row.path, [...(paths.get(row.path) ?? []), row]);
  const parameters = (path: string): number => path.split("{").length;
  return [...paths].toSorted(([a], [b]) => parameters(a) - parameters(b));
}

async function servePage(c: Context<Env>, services: Services, page: Page): Promise<Response> {
  const path = c.env.incoming.url?.split("?", 1)[0] ?? "/";
  if (PRIVATE.test(path)) {
    await services.auth.identify(credentialsOf(c), false);
    throw new HttpError(404, "http.not-found", "there is no page at this address");
  }
  const isRead = c.req.method === "GET" || c.req.method === "HEAD";
  if (!isRead)
    throw page.has(path)
      ? notAllowed(c.req.method, "GET, HEAD")
      : new HttpError(404, "http.not-found", "there is no page at this address");
  await refuseBody(c.env.incoming, MAX_JSON_BYTES);
  const response = page.serve(path, c.env.incoming.headers);
  if (response === undefined)
    throw new HttpError(
      404,
      "http.not-found",
      path === "/" ? "the page has not been built: run npm run build" : "there is no page at this address",
    );
  return response;
}

async function serveRpc(
  c: Context<Env>,
  services: Services,
  rpc: RpcHandler,
  onRoute: AppOptions["onRoute"],
): Promise<Response> {
  const { incoming, outgoing } = c.env;
  onRoute(outgoing, RPC_PATH);
  await services.auth.identifyBasic(credentialsOf(c));
  const { method } = c.req;
  if (method !== "POST" && method !== "GET") throw notAllowed(method, "GET, POST");
  if (method === "GET") await refuseBody(incoming, MAX_JSON_BYTES);
  const body =
    method === "GET"
      ? undefined
      : Buffer.from(await readBody(incoming, { maxBytes: MAX_RPC_BYTES, timeoutMs: UPLOAD_BODY_TIMEOUT_MS }));
  return rpc(new Request(c.req.url, { method, headers: c.req.raw.headers, ...(body === undefined ? {} : { body }) }));
}

function notAllowed(method: string, allow: string): HttpError {
  return new HttpError(405, "http.method", `the method ${method} is not supported here`, { headers: { allow } });
}

function header(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

function credentialsOf(c: Context<Env>): Credentials {
  const { headers, socket } = c.env.incoming;
  return {
    authorization: headers.authorization,
    cookie: headers.cookie,
    csrf: header(headers["x-csrf-token"]),
    origin: header(headers.origin),
    address: socket.remoteAddress ?? "",
  };
}

function rawCall(services: Services, c: Context<Env>): RawCall {
  const { incoming, outgoing } = c.env;
  const target = incoming.url ?? "";
  const question = target.indexOf("?");
  const query = new URLSearchParams(question < 0 ? "" : target.slice(question + 1));
  return {
    services,
    caller: undefined,
    credentials: credentialsOf(c),
    incoming,
    outgoing,
    params: c.req.param(),
    query,
  };
}

async function authorise(call: RawCall, access: Access, isWrite: boolean): Promise<Caller | undefined> {
  if (access === "open") return undefined;
  const ticket = call.query.get("ticket");
  if (access === "ticket" && ticket !== null && call.services.tickets.isGood(ticket, call.params["id"] ?? ""))
    return undefined;
  return call.services.auth.identify(call.credentials, isWrite);
}
