import { z } from "zod";
import * as api from "../../api/index.ts";
import { jsonText } from "./responses.ts";
import { plain, route, type Route } from "./routes/route.ts";

type Json = Record<string, unknown>;

const PATH = "/api/v1/openapi.json";
const REFERENCE = "#/components/schemas/";

/** Schemas that have a name in the OpenAPI document. All other schemas are written where they are used. */
const NAMED = {
  Torrent: api.torrent,
  TorrentDetail: api.torrentDetail,
  TorrentList: api.torrentList,
  TorrentFile: api.file,
  Peer: api.peer,
  Tracker: api.tracker,
  Pieces: api.pieces,
  Inspected: api.inspected,
  ActionResult: api.actionResult,
  CreateTask: api.createTask,
  Settings: api.settings,
  Statistics: api.statistics,
  History: api.history,
  DhtInfo: api.dhtInfo,
  LsdInfo: api.lsdInfo,
  SessionInfo: api.sessionInfo,
  LogLine: api.logLine,
  Identity: api.identity,
  Problem: api.problem,
  DeltaEvent: api.events.delta,
  SnapshotEvent: api.events.snapshot,
  RatesEvent: api.events.rates,
} as const;

const names = new Map<unknown, string>(Object.entries(NAMED).map(([name, schema]) => [schema, name]));

/**
 * Converts a schema to JSON Schema 2020-12, which OpenAPI 3.1 uses. `io` is whether the schema describes a request or a
 * response.
 */
function schemaOf(schema: z.ZodType, io: "input" | "output"): Json {
  const name = io === "output" ? names.get(schema) : undefined;
  if (name !== undefined) return { $ref: `${REFERENCE}${name}` };
  if (schema instanceof z.ZodArray && io === "output" && names.has(schema.element))
    return { type: "array", items: { $ref: `${REFERENCE}${names.get(schema.element)}` } };
  return bare(z.toJSONSchema(schema, { io, unrepresentable: "any" }));
}

function bare(schema: Json): Json {
  return Object.fromEntries(Object.entries(schema).filter(([name]) => name !== "$schema" && name !== "~standard"));
}

function components(): Json {
  return Object.fromEntries(
    Object.entries(NAMED).map(([name, schema]) => [name, bare(z.toJSONSchema(schema, { io: "output" }))]),
  );
}

function parameters(schema: z.ZodType, place: "path" | "query"): Json[] {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: required.includes(name),
    schema: property,
  }));
}

function requestBody({ content }: Route["body"]): Json {
  const types = Object.entries(content).map(([type, schema]) => [type, { schema: bodySchema(schema) }] as const);
  return types.length === 0 ? {} : { requestBody: { required: true, content: Object.fromEntries(types) } };
}

function bodySchema(schema: Route["body"]["content"][string]): Json {
  const binary = { type: "string", format: "binary" };
  if (schema === "binary") return binary;
  if (schema instanceof z.ZodType) return schemaOf(schema, "input");
  return { type: "object", required: ["file"], properties: { file: binary, options: schemaOf(schema.form, "input") } };
}

function operation(row: Route): Json {
  const status = String(row.status ?? 200);
  const type = row.response === undefined ? row.media : "application/json";
  const schema = row.response === undefined ? { type: "string" } : schemaOf(row.response, "output");
  const response = { description: row.summary, ...(type === undefined ? {} : { content: { [type]: { schema } } }) };
  return {
    tags: [row.tag],
    summary: row.summary,
    operationId: operationId(row),
    ...(row.access === "open" ? { security: [] } : {}),
    parameters: [...parameters(row.params, "path"), ...parameters(row.query, "query")],
    ...requestBody(row.body),
    responses: {
      [status]: response,
      ...(row.path.startsWith("/stream/{id}/{file}")
        ? { 206: { ...response, description: "The requested part of the file" } }
        : {}),
      default: {
        description: "An error (RFC 9457)",
        content: { "application/problem+json": { schema: { $ref: `${REFERENCE}Problem` } } },
      },
    },
  };
}

function operationId({ method, path }: Route): string {
  const words = path
    .replace(/^\/api\/v1/, "")
    .split(/[^a-zA-Z0-9]+/)
    .filter((word) => word !== "");
  return [method.toLowerCase(), ...words.map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`)].join("");
}

/** Returns the OpenAPI 3.1 document that describes the routes. */
export function openApi(routes: readonly Route[], version: string): Json {
  const paths: Record<string, Json> = {};
  for (const row of routes) paths[row.path] = { ...paths[row.path], [row.method.toLowerCase()]: operation(row) };
  return {
    openapi: "3.1.0",
    info: {
      title: "Millrace",
      version,
      description:
        "The API of the Millrace daemon. Errors are problems (RFC 9457). Requests that change something need the header X-CSRF-Token when they are authenticated by a cookie, but not with a bearer token.",
    },
    servers: [{ url: "/" }],
    security: [{ bearer: [] }, { cookie: [] }],
    paths,
    components: {
      schemas: components(),
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer" },
        cookie: { type: "apiKey", in: "cookie", name: "millrace-PORT" },
      },
    },
  };
}

/**
 * Makes the route that serves the OpenAPI document. The document describes `others` and this route. It is made when it
 * is first requested.
 */
export function documentRoute(others: readonly Route[]): Route {
  let text: string | undefined;
  const self: Route = route({
    ...plain,
    tag: "service",
    method: "GET",
    path: PATH,
    summary: "This document",
    response: z.record(z.string(), z.unknown()),
    handle: ({ services }) => {
      text ??= JSON.stringify(openApi([...others, self], services.version));
      return jsonText(text);
    },
  });
  return self;
}
