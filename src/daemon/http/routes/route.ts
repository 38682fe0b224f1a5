import type { IncomingMessage, ServerResponse } from "node:http";
import { z } from "zod";
import type { Session } from "../../session/session.ts";
import type { Auth, Caller, Credentials } from "../auth/auth.ts";
import type { EventHub } from "../events/event-hub.ts";
import type { Metrics } from "../metrics.ts";
import { refuseBody } from "./body.ts";
import { MAX_JSON_BYTES } from "../limits.ts";
import { HttpError } from "../problem.ts";
import { check, type BodyReader } from "./read-request.ts";
import type { Streams } from "../stream.ts";
import type { Tickets } from "../auth/tickets.ts";

/** The session, and the parts of the HTTP server that routes use. */
export interface Services {
  readonly session: Session;
  readonly auth: Auth;
  readonly events: EventHub;
  readonly streams: Streams;
  readonly tickets: Tickets;
  readonly metrics: Metrics;
  readonly version: string;
}

/** A request that `guard` has accepted, before its parameters, query and body are validated. */
export interface RawCall {
  readonly services: Services;
  /** The authenticated caller; `undefined` on routes that require no authentication. */
  readonly caller: Caller | undefined;
  readonly credentials: Credentials;
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
}

/** A request to a route, with its validated parameters, query and body. */
export interface Call<Params, Query, Body> extends Omit<RawCall, "params" | "query"> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
}

/** The methods of the API. */
export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/**
 * The authentication that a route requires. `token`: the caller must be authenticated. `ticket`: the caller must be
 * authenticated, or the URL must contain a valid ticket, as in a playlist. `open`: none.
 */
export type Access = "open" | "token" | "ticket";

interface About {
  readonly method: Method;
  /** The path; parameters are in braces, as in OpenAPI. */
  readonly path: string;
  readonly access?: Access;
  readonly tag: string;
  readonly summary: string;
  readonly status?: number;
  /** The schema of the JSON response; omitted when the response has no body (status 204) or is not JSON. */
  readonly response?: z.ZodType;
  /** The media type of a response that is not JSON. */
  readonly media?: string;
}

/** A row of the table of routes: the hono route, the validation and the OpenAPI document are made from it. */
export interface Route extends About {
  readonly access: Access;
  readonly params: z.ZodType;
  readonly query: z.ZodType;
  readonly body: BodyReader<unknown>;
  run(call: RawCall): Promise<Response>;
}

/** The description of a route, with the exact types of its parameters, query and body. */
export interface RouteSpec<Params, Query, Body> extends About {
  readonly params: z.ZodType<Params>;
  readonly query: z.ZodType<Query>;
  readonly body: BodyReader<Body>;
  handle(call: Call<Params, Query, Body>): Response | Promise<Response>;
}

/** The schemas for a route without parameters, query and body. A route overrides those that it needs. */
export const plain = {
  params: z.object({}),
  query: z.strictObject({}),
  body: {
    content: {},
    read: (incoming: IncomingMessage): Promise<void> => refuseBody(incoming, MAX_JSON_BYTES),
  },
} as const;

/** Makes a row of the table of routes from a description. The handler gets only validated values. */
export function route<Params, Query, Body>(spec: RouteSpec<Params, Query, Body>): Route {
  const { params, query, body } = spec;
  return {
    ...spec,
    access: spec.access ?? "token",
    run: async (call) => {
      const checked = params.safeParse(call.params);
      if (!checked.success) throw new HttpError(404, "http.not-found", "the API has no such path");
      const checkedQuery = check(query, queryObject(call.query), "query");
      return spec.handle({ ...call, params: checked.data, query: checkedQuery, body: await body.read(call.incoming) });
    },
  };
}

function queryObject(query: URLSearchParams): Record<string, string> {
  const names = [...query.keys()];
  if (new Set(names).size !== names.length)
    throw new HttpError(422, "http.invalid", "a parameter occurs twice in the query");
  return Object.fromEntries(query);
}
